import asyncio
import io
import re
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import feedparser
import pytest
from aiohttp import web
from helping import CADENCE, NOW, answer, bounds, fresh, make_fetcher, make_source, redirect, rss_feed, rss_item

from collector import rss
from collector.changes import configured
from collector.text import plain
from collector.visit import visit
from wijkblik.models.items import FetchedItem, Harvest

DATE = "<pubDate>Wed, 15 Jul 2026 10:00:00 +0200</pubDate>"
FEED = rss_feed(rss_item("Een", "nr-een", DATE) + rss_item("Twee", "nr-twee", DATE))


async def ask(fetcher, source, polling=None, collector=rss, items_limit=100):
    within = bounds(items_per_answer=items_limit)
    return await visit(source, collector, polling or fresh(source), fetcher, CADENCE, within, wall_clock=lambda: NOW)


def codes(outcome):
    return [fault.code for fault in outcome.harvest.faults]


async def test_a_visit_gives_items_and_what_to_remember(server, fetcher):
    server.routes["/feed"] = answer(200, FEED, 'ETag: "1"', "Cache-Control: max-age=7200")
    source = make_source(server.url + "/feed")
    outcome = await ask(fetcher, source)
    assert [item.title for item in outcome.harvest.items] == ["Een", "Twee"]
    assert outcome.source_key == source.key
    assert (outcome.polling.state, outcome.polling.etag, outcome.polling.items_seen) == ("ok", '"1"', 2)
    assert outcome.polling.next_check_at == NOW + timedelta(hours=2)
    assert outcome.polling.last_item_at == NOW - timedelta(hours=4)
    assert "application/rss+xml" in server.asked[0][1]["accept"]


async def test_a_second_visit_is_conditional_and_304_is_unchanged(server, fetcher):
    server.routes["/feed"] = [answer(200, FEED, 'ETag: "1"'), answer(304)]
    source = make_source(server.url + "/feed")
    first = await ask(fetcher, source)
    second = await ask(fetcher, source, first.polling)
    assert server.asked[1][1]["if-none-match"] == '"1"'
    assert second.harvest == Harvest(unchanged=True)
    assert second.polling == first.polling


async def test_the_same_body_again_is_unchanged_without_validators_too(server, fetcher):
    server.routes["/feed"] = [answer(200, FEED), answer(200, FEED), answer(200, FEED.replace(b"Een", b"Een!"))]
    source = make_source(server.url + "/feed")
    first = await ask(fetcher, source)
    second = await ask(fetcher, source, first.polling)
    third = await ask(fetcher, source, second.polling)
    assert [outcome.harvest.unchanged for outcome in (first, second, third)] == [False, True, False]
    assert third.harvest.items[0].title == "Een!"


async def test_a_permanent_move_is_asked_at_its_new_address_next_time(server, fetcher):
    server.routes |= {"/feed": redirect(301, "/new"), "/new": answer(200, FEED)}
    source = make_source(server.url + "/feed")
    first = await ask(fetcher, source)
    await ask(fetcher, source, first.polling)
    assert server.paths == ["/feed", "/new", "/new"]
    assert first.polling.configured == configured(source)


async def test_a_temporary_move_is_asked_at_the_old_address_next_time(server, fetcher):
    server.routes |= {"/feed": redirect(302, "/new"), "/new": answer(200, FEED)}
    source = make_source(server.url + "/feed")
    first = await ask(fetcher, source)
    assert first.polling.url == source.url


async def test_a_permanent_move_to_what_is_no_feed_is_not_remembered(server, fetcher):
    server.routes |= {"/feed": redirect(301, "/"), "/": answer(200, b"<!doctype html><title>Parked</title>")}
    source = make_source(server.url + "/feed")
    outcome = await ask(fetcher, source)
    assert (outcome.polling.url, outcome.polling.state, outcome.polling.reason) == (source.url, "failing", "html")


async def test_a_body_that_could_not_be_read_is_tried_again(server, fetcher):
    server.routes["/feed"] = answer(200, b"<!doctype html>", 'ETag: "1"')
    source = make_source(server.url + "/feed")
    first = await ask(fetcher, source)
    second = await ask(fetcher, source, first.polling)
    assert "if-none-match" not in server.asked[1][1]
    assert (codes(second), second.polling.failures) == (["html"], 2)


@pytest.mark.parametrize(
    ("sent", "state", "code"),
    [
        (answer(410), "gone", "gone"),
        (answer(404), "failing", "http_error"),
        (answer(403), "blocked", "blocked"),
        (redirect(302, "/login"), "blocked", "login"),
        (answer(503), "failing", "rate_limited"),
        (redirect(302, "http://127.0.0.2/"), "failing", "address_refused"),
        (answer(200, b""), "failing", "empty"),
        (answer(200, b"x", "Content-Encoding: gzip"), "failing", "encoding"),
        (answer(200, b"x" * 200_000), "failing", "too_large"),
        (b"", "failing", "unreachable"),
    ],
)
async def test_whatever_goes_wrong_becomes_a_fault_and_a_state(server, fetcher, sent, state, code):
    server.routes["/feed"] = sent
    outcome = await ask(fetcher, make_source(server.url + "/feed"))
    assert (outcome.polling.state, outcome.polling.reason, codes(outcome)) == (state, code, [code])
    assert outcome.harvest.items == ()


async def test_a_collector_that_crashes_is_a_fault_without_its_words(fetcher):
    async def collect(source, fetch):
        raise KeyError("iets persoonlijks")

    outcome = await ask(fetcher, make_source(), collector=SimpleNamespace(kind="x", collect=collect))
    assert (outcome.polling.state, codes(outcome)) == ("failing", ["crashed"])
    assert outcome.harvest.faults[0].detail == "KeyError"


async def test_a_cancelled_visit_stays_cancelled(fetcher):
    async def collect(source, fetch):
        await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask(fetcher, make_source(), collector=SimpleNamespace(kind="x", collect=collect))


async def test_more_items_than_the_limit_are_cut_with_a_fault(server, fetcher):
    server.routes["/feed"] = answer(200, rss_feed("".join(rss_item(guid=f"nr-{n}x", more=DATE) for n in range(12))))
    outcome = await ask(fetcher, make_source(server.url + "/feed"), items_limit=10)
    assert [item.entry_id for item in outcome.harvest.items] == [f"nr-{n}x" for n in range(10)]
    assert codes(outcome) == ["too_many_items"]


async def test_times_from_the_future_are_dropped_and_their_items_kept(fetcher):
    times = [NOW + timedelta(hours=23), NOW + timedelta(hours=25), (NOW + timedelta(days=9)).replace(tzinfo=None), None]

    async def collect(source, fetch):
        return Harvest(tuple(FetchedItem(str(n), "t", "", published_at=at) for n, at in enumerate(times)))

    outcome = await ask(fetcher, make_source(), collector=SimpleNamespace(kind="x", collect=collect))
    assert [item.published_at for item in outcome.harvest.items] == [times[0], None, None, None]
    assert codes(outcome) == ["future_date"]
    assert outcome.polling.last_item_at == times[0]


async def test_other_addresses_of_a_source_are_asked_without_its_validators(server, fetcher):
    server.routes |= {"/feed": answer(200, b"a", 'ETag: "2"'), "/more": answer(200, b"b", 'ETag: "3"')}
    source = make_source(server.url + "/feed")

    async def collect(source, fetch):
        await fetch(source.url)
        await fetch(server.url + "/more")
        return Harvest()

    known = fresh(source, asked_url=source.url, etag='"1"')
    outcome = await ask(fetcher, source, known, SimpleNamespace(kind="x", collect=collect))
    assert [headers.get("if-none-match") for _path, headers, _at in server.asked] == ['"1"', None]
    assert outcome.polling.etag == '"2"'


# Against feedparser's own test files

HEADER = re.compile(rb"^\s*Header:\s*Content-type:\s*(.*?)\s*$", re.IGNORECASE | re.MULTILINE)


def content_type(name, body):
    if found := HEADER.search(body[:2000]):
        return found.group(1).decode()
    return "application/json" if name.endswith(".json") else "application/xml"


async def test_feedparsers_own_files_give_what_feedparser_gives(shared):
    folder = shared / "data/feeds/feedparser/tests"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    if not files:
        pytest.skip("needs feedparser's test files in ../shared/data/feeds, which are not here")

    async def serve(request):
        name = request.match_info["name"]
        return web.Response(body=files[name], headers={"Content-Type": content_type(name, files[name])})

    app = web.Application()
    app.router.add_get("/{name:.+}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    found = same = ours = 0
    crashed, silent = [], []
    async with make_fetcher(body_bytes=8_000_000) as fetcher:
        for name, body in files.items():
            outcome = await ask(fetcher, make_source(f"{url}/{name}"))
            headers = {"content-type": content_type(name, body)}
            document = feedparser.parse(io.BytesIO(body), response_headers=headers)
            titles = Counter(plain(entry.get("title", "")) for entry in document.entries)
            got = Counter(item.title for item in outcome.harvest.items)
            found, same, ours = found + titles.total(), same + (titles & got).total(), ours + got.total()
            crashed += [name] * ("crashed" in codes(outcome))
            silent += [name] * (not got and not codes(outcome) and titles.total() > 0)
    await runner.cleanup()
    assert crashed == []
    assert silent == []
    assert found > 1000
    assert same >= 0.98 * found
    assert 0.98 * found <= ours <= 1.02 * found
