"""Fact-checks through Google's Fact Check Tools: what is particular of them is the key and the words."""

from datetime import timedelta

import pytest
from exchange import read
from helping import CADENCE, LOOPBACK, NOW, answer, bounds, fresh, make_fetcher, make_source, redirect
from pydantic import ValidationError

from collector import factcheck
from collector.base import address_of
from collector.visit import visit
from wijkblik.models.wijk import Source

NAMED = "${WIJKBLIK_KEY_FACTCHECK}"


def source(**query):
    return Source(key="s", name="S", collector="factcheck", type="news", organisation="S", query=query)


def keys_sent(server):
    return [headers.get("x-goog-api-key") for _path, headers, _at in server.asked]


def test_the_address_holds_the_first_word_and_no_key():
    asked = source(words=["De Weverij", "Spoelplein"], key=NAMED, publisher="toets.example")
    assert address_of(factcheck, asked) == (
        "https://factchecktools.googleapis.com/v1alpha1/claims:search"
        "?query=De+Weverij&languageCode=nl&reviewPublisherSiteFilter=toets.example&pageSize=50"
    )


@pytest.mark.parametrize("query", [{}, {"words": ["De Weverij"]}, {"key": NAMED}, {"words": [], "key": NAMED}])
def test_without_words_or_key_it_is_unclear_what_to_ask(query):
    with pytest.raises(ValueError, match="; "):
        address_of(factcheck, source(**{"language": "nl"} | query))


@pytest.mark.parametrize("key", ["AIzaSecret", "${HOME}", "$WIJKBLIK_KEY_X", "x${WIJKBLIK_KEY_X}"])
def test_a_key_that_is_written_down_is_refused_and_not_repeated(key):
    with pytest.raises(ValueError, match="in clear; ") as caught:
        address_of(factcheck, source(words=["De Weverij"], key=key))
    assert key not in str(caught.value)


def test_a_key_in_the_address_is_refused():
    with pytest.raises(ValueError, match="in clear; "):
        address_of(factcheck, make_source("https://a.example/claims?query=x&key=AIzaSecret", collector="factcheck"))


def test_an_unknown_parameter_or_too_many_words_is_a_mistake():
    for query in ({"text": "een bericht"}, {"words": ["w"] * 11}):
        with pytest.raises(ValidationError):
            address_of(factcheck, source(**query))


async def test_the_key_goes_along_with_every_search_and_page(server):
    await read("factcheck_pages", server).run(server)
    assert keys_sent(server) == [NAMED] * 3


async def test_the_key_goes_to_no_other_host_by_a_redirect_or_after_one(server, second_server):
    exchange = read("factcheck_pages", server)
    first = exchange.expect["asked"][0]
    elsewhere = second_server.url + "/claims"
    exchange.answers[first] = [redirect(301, elsewhere)]
    second_server.routes["/claims"] = answer(
        200, exchange.answers[exchange.expect["asked"][1]][0].partition(b"\r\n\r\n")[2]
    )
    seen = await exchange.run(server)
    assert (seen.polling.url, keys_sent(second_server)) == (elsewhere, [None])
    await exchange.run(server, seen.polling)
    assert keys_sent(second_server) == [None, None]
    assert set(keys_sent(server)) == {NAMED}


async def test_a_page_token_of_another_host_is_not_followed(server, second_server):
    exchange = read("factcheck_pages", server)
    first = exchange.expect["asked"][0]
    second_server.routes["/claims"] = exchange.answers[first][0]
    second_server.otherwise = answer(200, b"{}")
    exchange.answers[first] = [redirect(302, second_server.url + "/claims")]
    await exchange.run(server)
    assert len(second_server.asked) == 2
    assert set(keys_sent(second_server)) == {None}


async def test_new_reviews_of_a_later_word_come_in_though_the_first_word_has_none(server):
    exchange = read("factcheck_pages", server)
    before = await exchange.run(server)
    last = exchange.expect["asked"][-1]
    new = b'{"claims": [{"text": "Nieuw", "claimReview": [{"url": "https://toets.example/nieuw"}]}]}'
    exchange.answers[last] = [answer(200, new)]
    after = await exchange.run(server, before.polling)
    assert [item.title for item in after.harvest.items] == ["Nieuw"]
    assert not after.harvest.unchanged


async def test_the_period_asked_for_is_the_limit_on_looking_back(server):
    asked = make_source(server.url + "/claims?query=x", collector="factcheck")
    server.otherwise = answer(200, b"{}")
    async with make_fetcher() as fetcher:
        within = bounds(NOW, named=LOOPBACK, look_back_days=5)
        await visit(
            asked, factcheck, fresh(asked), fetcher, CADENCE, within, wall_clock=lambda: NOW + timedelta(days=1)
        )
    assert server.paths == ["/claims?query=x&maxAgeDays=5"]
