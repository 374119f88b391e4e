"""robots.txt (RFC 9309): what a file says to us, and that a real server's file is heeded."""

import asyncio
import gzip
import time
import tracemalloc
from datetime import timedelta

import pytest
from helping import CADENCE, NOW, answer, bounds, fresh, make_fetcher, make_source, redirect
from hypothesis import given
from hypothesis import strategies as st

from collector import robots, rss
from collector.visit import visit
from wijkblik.errors import RobotsError, UnreachableError

FEED = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
HOME = "https://a.example"


def file(*lines):
    return robots.text("\n".join(lines).encode())


# What a file says

EXAMPLES = [
    # Which group is ours (2.2.1): the one that names us, whatever the case; else everyone's; several of a name are one.
    (["User-agent: *", "Disallow: /"], {"/": False, "/feed": False}),
    (["User-agent: *", "Disallow:"], {"/feed": True}),
    (["User-agent: other", "Disallow: /"], {"/feed": True}),
    (["User-agent: *", "Disallow: /", "", "User-agent: wijkblik", "Disallow: /b"], {"/a": True, "/b": False}),
    (["User-agent: WIJKBLIK/1.0", "Disallow: /a", "User-agent: *", "Disallow: /b"], {"/a": False, "/b": True}),
    (["User-agent: a", "User-agent: Wijkblik", "User-agent: b", "Disallow: /a"], {"/a": False, "/b": True}),
    (["User-agent: Wijkblik", "Disallow: /a", "User-agent: x", "Disallow: /c", "User-agent: wijkblik", "Disallow: /b"], {"/a": False, "/b": False, "/c": True}),
    (["User-agent: wijkblikker", "Disallow: /a"], {"/a": True}),
    (["User-agent: Wijkblik", "User-agent: *", "Disallow: /"], {"/a": False}),
    (["User-agent: Wijkblik", "Allow: /", "User-agent: *", "Disallow: /"], {"/a": True}),
    (["Disallow: /"], {"/a": True}),
    # The most octets win, and where they are equal the one that allows (2.2.2).
    (["User-agent: *", "Allow: /feed", "Disallow: /"], {"/feed/1": True, "/other": False}),
    (["User-agent: *", "Disallow: /feed/private", "Allow: /feed"], {"/feed/1": True, "/feed/private/1": False}),
    (["User-agent: *", "Disallow: /feed", "Allow: /feed"], {"/feed": True}),
    # Special characters (2.2.3): * stands for anything, $ for the end, # begins a remark.
    (["User-agent: *", "Disallow: /*.xml$"], {"/feed.xml": False, "/feed.xml?x=1": True, "/feed.xml/b": True}),
    (["User-agent: *", "Disallow: /*?"], {"/feed?x=1": False, "/feed": True}),
    (["User-agent: *", "Disallow: /a*b*c"], {"/axxbxxcxx": False, "/acb": True}),
    (["User-agent: *", "Disallow: /feed # remark: Allow: /feed"], {"/feed": False}),
    (["User-agent: * # all", "Disallow: /feed#x"], {"/feed": False}),
    # Octets are compared as they are encoded, and the case of a path counts.
    (["User-agent: *", "Disallow: /caf%C3%A9"], {"/café": False, "/caf%c3%a9": False, "/CAF%C3%A9": True}),
    (["User-agent: *", "Disallow: /~a"], {"/%7Ea": False}),
    (["User-agent: *", "Disallow: /Feed"], {"/feed": True}),
    # Freely written.
    (["  USER-AGENT :  *", "\tdisallow : /a"], {"/a": False}),
    (["User-agent: *", "Sitemap: https://a.example/s.xml", "Disallow: /a"], {"/a": False}),
    (["User-agent: *", "Unknown: x", "Dissallow: /a"], {"/a": False}),
    (["\ufeffUser-agent: *", "Disallow: /a"], {"/a": False}),
    (["User-agent: *", "Crawl-delay: 5", "Disallow: /a"], {"/a": False}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "paths"), EXAMPLES)
def test_what_a_file_allows(lines, paths):
    rules = file(*lines)
    assert {path: robots.allows(rules, HOME + path) for path in paths} == paths


def test_the_file_itself_may_always_be_asked():
    assert robots.allows(file("User-agent: *", "Disallow: /"), HOME + "/robots.txt")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("5", 5), ("0.5", 0.5), ("3600", 60), ("-1", 0), ("x", 0), ("nan", 0), ("inf", 0), ("1e99", 60), ("", 0)],
)
def test_a_delay_is_kept_up_to_a_minute(line, seconds):
    assert robots.delay(file("User-agent: *", f"Crawl-delay: {line}")) == seconds


@pytest.mark.parametrize("body", [b"", b" \n", b"<!doctype html><p>Disallow: /", b"\xef\xbb\xbf <html>User-agent: *\nDisallow: /"])  # fmt: skip
def test_a_web_page_or_nothing_is_no_file(body):
    assert robots.text(body) == ""


def test_nothing_is_kept_but_what_is_said_to_us():
    kept = file(
        "# Beheer: jan@voorbeeld.nl", "User-agent: *", "Disallow: /a # vraag jan@voorbeeld.nl", "User-agent: ander",
        "Disallow: /leden/jan", "Sitemap: https://a.example/jan.xml", "Host: jan.example", "Contact: 06-12345678",
    )  # fmt: skip
    assert kept == "User-agent: *\ndisallow: /a"


HUGE = {
    "many rules": b"User-agent: *\n" + b"Disallow: /a\n" * 40_000,
    "many crawlers and many rules": b"".join(b"User-agent: %d\n" % n for n in range(12_000)) + b"Disallow: /x\n" * 25_000,
    "one rule of many wildcards": b"User-agent: *\nDisallow: /" + b"*a" * 250_000 + b"$",
    "many rules of many wildcards": b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*b$\n" * 17_000,
    "many ends": b"User-agent: *\n" + b"Disallow: /" + b"$" * 500_000,
    "many percent signs": b"User-agent: *\nDisallow: /" + b"%" * 500_000,
    "spaces": b"User-agent" + b" " * 500_000,
    "no text": bytes(range(256)) * 2_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_a_hostile_file_is_read_in_little_time_and_memory(name):
    tracemalloc.start()
    started = time.process_time()
    robots.allows(robots.text(HUGE[name]), HOME + "/" + "a" * 8_000)
    assert time.process_time() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@given(
    st.binary() | st.text().map(lambda text: ("User-agent: *\nDisallow: " + text).encode("utf-8", "replace")), st.text()
)
def test_any_bytes_are_read(body, path):
    rules = robots.text(body)
    robots.allows(rules, f"{HOME}/{path}")
    assert 0 <= robots.delay(rules) <= robots.LONGEST_DELAY


# At a real server


async def ask(fetcher, source, polling=None):
    return await visit(source, rss, polling or fresh(source), fetcher, CADENCE, bounds(), wall_clock=lambda: NOW)


async def test_what_it_refuses_is_not_asked_and_the_source_is_stopped(server, fetcher):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /feed"), "/feed": answer(200, FEED)}
    outcome = await ask(fetcher, make_source(server.url + "/feed"))
    assert (outcome.polling.state, outcome.polling.reason, outcome.polling.next_check_at) == ("blocked", "robots", None)
    assert [fault.code for fault in outcome.harvest.faults] == ["robots"]
    assert server.paths == ["/robots.txt"]


async def test_it_is_judged_by_the_address_that_would_be_asked(server, fetcher):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /private"), "/private": answer(200, b"x")}
    for path in ("/open/../private", "/./private", "/%70rivate", "/private#/open", "/private?/open"):
        with pytest.raises(RobotsError):
            await fetcher.get(server.url + path)
    assert server.paths == ["/robots.txt"]


async def test_a_redirect_to_what_it_refuses_is_not_followed(server, second_server, fetcher):
    server.routes |= {"/robots.txt": answer(404), "/feed": redirect(302, second_server.url + "/feed")}
    second_server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /"), "/feed": answer(200, FEED)}
    outcome = await ask(fetcher, make_source(server.url + "/feed"))
    assert (outcome.polling.state, outcome.polling.reason) == ("blocked", "robots")
    assert second_server.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429])
async def test_a_file_that_is_not_there_for_us_allows_all(server, fetcher, status):
    server.routes |= {"/robots.txt": answer(status, b"User-agent: *\nDisallow: /"), "/feed": answer(200, FEED)}
    for _ in range(2):
        outcome = await ask(fetcher, make_source(server.url + "/feed"))
        assert outcome.polling.state != "blocked"
    assert server.paths == ["/robots.txt", "/feed", "/feed"]


async def reset(writer):
    writer.transport.abort()


async def silence(_writer):
    await asyncio.sleep(1)


KEPT_AWAY = {
    # How it is kept away, and how many requests that takes: aiohttp tries a connection that was lost once more.
    "500": (answer(500), 1),
    "502": (answer(502), 1),
    "503": (answer(503), 1),
    "reset": (reset, 2),
    "silence": (silence, 1),
    "no http": (b"no http\r\n\r\n", 1),
    "redirects without end": (redirect(302, "/robots.txt"), 3),
}


@pytest.mark.parametrize("name", KEPT_AWAY)
async def test_a_file_that_cannot_be_read_stops_nothing_and_is_asked_for_once_an_hour(server, name):
    kept_away, requests = KEPT_AWAY[name]
    server.routes |= {"/robots.txt": kept_away, "/feed": answer(200, FEED)}
    moment = [NOW]
    async with make_fetcher(clock=lambda: moment[0], read_seconds=0.2, redirects=2) as fetcher:
        for minutes in (0, 30, 59):
            moment[0] = NOW + timedelta(minutes=minutes)
            assert (await fetcher.get(server.url + "/feed")).body == FEED
        assert server.paths.count("/robots.txt") == requests
        server.routes["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /")
        moment[0] = NOW + timedelta(minutes=61)
        with pytest.raises(RobotsError):
            await fetcher.get(server.url + "/feed")
        assert server.paths.count("/robots.txt") == requests + 1


async def test_what_was_known_of_a_file_holds_while_it_cannot_be_read(server):
    server.routes |= {"/robots.txt": [answer(200, b"User-agent: *\nDisallow: /feed"), answer(500)]}
    moment = [NOW]
    async with make_fetcher(clock=lambda: moment[0]) as fetcher:
        for hours in (0, 25, 27):
            moment[0] = NOW + timedelta(hours=hours)
            with pytest.raises(RobotsError):
                await fetcher.get(server.url + "/feed")
    assert server.paths == ["/robots.txt"] * 3


async def test_a_file_is_kept_for_a_day_also_from_one_round_to_the_next(server):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /no"), "/feed": answer(200, FEED)}
    moment, hosts = [NOW], {}
    for hours, asked in ((0, 1), (12, 1), (23.9, 1), (24, 2), (47, 2)):
        moment[0] = NOW + timedelta(hours=hours)
        async with make_fetcher(hosts=hosts, clock=lambda: moment[0]) as fetcher:
            await fetcher.get(server.url + "/feed")
            hosts = fetcher.manners.hosts
        assert server.paths.count("/robots.txt") == asked


async def test_many_at_once_ask_for_it_once(server, fetcher):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *"), "/feed": answer(200, FEED)}
    await asyncio.gather(*(fetcher.get(server.url + "/feed") for _ in range(8)))
    assert server.paths.count("/robots.txt") == 1
    assert server.paths[0] == "/robots.txt"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_of_a_file_of_ten_megabytes_the_first_part_counts(server, fetcher, encoding):
    body = b"User-agent: *\nDisallow: /feed\n" + b"# vulling\n" * 1_000_000
    body = gzip.compress(body) if encoding == "gzip" else body
    server.routes |= {"/robots.txt": answer(200, body, f"Content-Encoding: {encoding}"), "/feed": answer(200, FEED)}
    started = time.monotonic()
    with pytest.raises(RobotsError):
        await fetcher.get(server.url + "/feed")
    assert time.monotonic() - started < 2
    assert server.paths == ["/robots.txt"]


async def test_a_drip_that_never_ends_costs_the_time_of_one_request(server):
    async def drip(writer):
        writer.write(answer(200, b"", "Content-Length: 1000000"))
        for _ in range(60):
            writer.write(b"#")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.routes |= {"/robots.txt": drip, "/feed": answer(200, FEED)}
    async with make_fetcher(total_seconds=0.4) as fetcher:
        started = time.monotonic()
        assert (await fetcher.get(server.url + "/feed")).body == FEED
    assert time.monotonic() - started < 1.5


async def test_it_may_stand_elsewhere(server, second_server, fetcher):
    server.routes |= {"/robots.txt": redirect(301, second_server.url + "/rules"), "/feed": answer(200, FEED)}
    second_server.routes |= {"/rules": answer(200, b"User-agent: *\nDisallow: /feed")}
    with pytest.raises(RobotsError):
        await fetcher.get(server.url + "/feed")
    assert (server.paths, second_server.paths) == (["/robots.txt"], ["/rules"])


async def test_a_web_page_in_its_place_says_nothing(server, fetcher):
    page = b"<!doctype html>\n<p>User-agent: *\nDisallow: /</p>"
    server.routes |= {"/robots.txt": answer(200, page, "Content-Type: text/html"), "/feed": answer(200, FEED)}
    assert (await fetcher.get(server.url + "/feed")).body == FEED


async def test_a_server_that_answers_nothing_at_all_is_unreachable_and_not_refused(server):
    server.routes |= {"/robots.txt": reset, "/feed": reset}
    async with make_fetcher() as fetcher:
        with pytest.raises(UnreachableError):
            await fetcher.get(server.url + "/feed")


async def test_it_is_asked_with_our_name_and_without_a_collectors_own_headers(server, fetcher):
    server.routes |= {"/robots.txt": answer(404), "/feed": answer(200, FEED)}
    await fetcher.get(server.url + "/feed", headers={"X-Api-Key": "key"}, etag='"1"')
    _path, headers, _at = server.asked[0]
    assert headers["user-agent"].startswith("Wijkblik/")
    assert not headers.keys() & {"x-api-key", "if-none-match", "cookie", "referer", "authorization"}
