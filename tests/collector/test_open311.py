import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from exchange import EXCHANGES, read
from helping import NOW, answer, make_source
from hypothesis import given
from hypothesis import strategies as st

from collector import open311
from collector.open311 import address, parse, recognises, street_of
from wijkblik.errors import ParseError

BASE = "https://www.meldingen.example/open311/v2"
SAMPLE = (Path(__file__).parent / "samples" / "open311.json").read_bytes()
PERSONAL = ("Schering", "06 12345678", "wil@", "wil-schering", "photo", "requestor", "14-2", "7491")


def configured(url=None, **query):
    return make_source(url, collector="open311", type="reports", query=query)


def request(number, **more):
    return {"service_request_id": number, "service_name": "Boom", "description": f"Boom {number}"} | more


def test_the_address_says_which_requests():
    query = {"base": BASE, "jurisdiction_id": "lindevoort.example", "status": "open", "service_code": ["006", "b c"]}
    assert address(configured(**query)) == (
        f"{BASE}/requests.json?jurisdiction_id=lindevoort.example&status=open&service_code=006,b+c"
    )
    assert address(configured(base=BASE, format="xml")) == f"{BASE}/requests.xml"
    assert address(configured("https://x.example/y?z=1", limit=100)) == "https://x.example/y?z=1"


@pytest.mark.parametrize(
    ("url", "query", "complaint"),
    [
        (None, {"status": "open"}, "base"),
        (None, {"base": BASE, "status": "stuk"}, "status"),
        (None, {"base": BASE, "limit": 1001}, "limit"),
        (None, {"base": BASE, "requestor": "x"}, "requestor"),
        ("https://x.example", {"status": "open"}, "leave out 'url'"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(url, query, complaint):
    with pytest.raises(ValueError, match=complaint):
        address(configured(url, **query))


def test_nothing_about_who_reported_is_left_anywhere():
    harvest = parse(SAMPLE, configured(BASE))
    assert harvest.items
    assert not [word for word in PERSONAL if word in repr(harvest)]


@pytest.mark.parametrize("name", [name for name in EXCHANGES if name.startswith("open311")])
async def test_nothing_about_who_reported_comes_out_of_a_visit(name, server):
    seen = await read(name, server).run(server)
    assert not [word for word in PERSONAL if word in repr(seen)]


@pytest.mark.parametrize(
    ("full", "street"),
    [
        ("Spoelstraat 14", "Spoelstraat"),
        ("Spoelstraat 14a, 7491AB Lindevoort", "Spoelstraat, Lindevoort"),
        ("Spoelstraat 14 bis te Lindevoort", "Spoelstraat te Lindevoort"),
        ("Spoelstraat 14-II, Lindevoort", "Spoelstraat, Lindevoort"),
        ("Spoelstraat 14 hs", "Spoelstraat"),
        ("12 Weaver Street", "Weaver Street"),
        ("1e Weverstraat 5", "1e Weverstraat"),
        ("hoek Kade / Spoelstraat", "hoek Kade / Spoelstraat"),
        ("Plein 1945", "Plein"),
        ("N348 bij het viaduct", "N348 bij het viaduct"),
        ("7491 AB", ""),
        ("14", ""),
        ("", ""),
    ],
)
def test_a_street_stays_and_a_house_number_goes(full, street):
    assert street_of(full) == street


@given(st.text(alphabet="Spoelstraat ,-/1234567890abIVx", max_size=60))
def test_no_bare_number_is_left_of_an_address(text):
    assert not [word for word in street_of(text).replace(",", " ").split() if word.isdecimal()]


@pytest.mark.parametrize(
    "body",
    [
        [request(1)],
        {"service_requests": [request(1)]},
        {"requests": [{"request": [request(1)]}]},
        {"requests": [request(1)]},
    ],
)
def test_every_known_shape_of_json_is_read(body):
    assert [item.entry_id for item in parse(json.dumps(body).encode(), configured(BASE)).items] == ["1"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "other_format"),
        (b"null", "other_format"),
        (b'{"service_requests": 3}', "other_format"),
        (b'[{"request": 3}]', "other_format"),
        (b"<errors><error><code>400</code></error></errors>", "other_format"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><service_requests/>', "not_xml"),
        (b"requests", "not_json"),
    ],
)
def test_what_is_no_list_of_requests_says_so(body, code):
    with pytest.raises(ParseError) as caught:
        parse(body, configured(BASE))
    assert caught.value.code == code


def test_its_answers_are_recognised():
    assert recognises("https://x.example", SAMPLE)
    assert recognises(f"{BASE}/requests.json?jurisdiction_id=x", b"[]")
    assert not recognises("https://x.example/feed", b"[]")


async def test_a_thousand_requests_are_asked_again_in_halves_and_all_come_in(server):
    """A server that gives the first 1,000 of those that were made within the time asked, as the specification has it."""
    made = [NOW - timedelta(minutes=13 * number) for number in range(1500)]
    requests = [request(number, requested_datetime=at.isoformat()) for number, at in enumerate(made)]

    def within(target):
        _, start, end = target.split("date=")
        start, end = (datetime.fromisoformat(text.partition("&")[0]) for text in (start, end))
        found = [one for one, at in zip(requests, made, strict=True) if start <= at < end][-open311.LIMIT :]
        return answer(200, json.dumps(found).encode())

    class Windows(dict):
        """Answers by the time that is asked."""

        def get(self, target, otherwise=None):
            return within(target) if "start_date" in target else otherwise

    exchange = read("open311_pages", server)
    exchange.answers, server.routes = {}, Windows()
    seen = await exchange.run(server, body_bytes=1_000_000, items_per_answer=2000)
    assert len(server.asked) == 3
    assert {item.entry_id for item in seen.harvest.items} == {str(n) for n, at in enumerate(made) if at >= NOW - timedelta(days=14)}  # fmt: skip
    assert seen.harvest.faults == ()


async def test_a_full_hour_is_not_halved_any_further(server):
    exchange = read("open311_halving", server)
    full = [request(number, requested_datetime="2026-07-15T11:59:00Z") for number in (1, 2)]
    exchange.answers, server.otherwise = {}, answer(200, json.dumps(full).encode())
    seen = await exchange.run(server, pages_per_visit=100)
    assert "too_many_items" in [fault.code for fault in seen.harvest.faults]
    assert [item.entry_id for item in seen.harvest.items] == ["1", "2"]


async def test_a_longer_look_back_asks_for_90_days_at_most(server):
    exchange = read("open311_pages", server)
    server.otherwise = answer(200, b"[]")
    await exchange.run(server, look_back_days=365)
    [target] = server.paths
    start, end = (datetime.fromisoformat(part.partition("&")[0]) for part in target.split("date=")[1:])
    assert (end - start, end) == (timedelta(days=90), datetime(2026, 7, 16, tzinfo=UTC))
