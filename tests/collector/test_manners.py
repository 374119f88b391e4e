"""Manners toward hosts, at real servers: pauses between requests, and allowances that are used up."""

import asyncio
import contextlib
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest
from helping import NOW, answer, make_fetcher, redirect
from names import Internet, Names

from wijkblik.errors import RateLimitedError, StatusError

# Pauses


async def test_requests_to_one_host_are_spaced_and_do_not_hold_up_another_host(server, second_server):
    for one in (server, second_server):
        one.routes["/"] = answer(200, b"x")
    async with make_fetcher(spacing_seconds=0.15) as fetcher:
        await asyncio.gather(*(fetcher.get(one.url + "/") for one in (server, server, server, second_server)))
    first, second, third = (at for _path, _headers, at in server.asked)
    assert second - first > 0.1
    assert third - second > 0.1
    assert second_server.asked[0][2] < second


async def test_redirects_within_a_host_are_spaced_too(server):
    server.routes |= {"/a": redirect(302, "/b"), "/b": answer(200, b"x")}
    async with make_fetcher(spacing_seconds=0.15) as fetcher:
        await fetcher.get(server.url + "/a")
    assert server.asked[1][2] - server.asked[0][2] > 0.1


async def test_waiting_for_a_turn_does_not_count_as_the_servers_time(server):
    server.routes["/"] = answer(200, b"x")
    async with make_fetcher(spacing_seconds=0.15, total_seconds=0.3) as fetcher:
        pages = await asyncio.gather(*(fetcher.get(server.url + "/") for _ in range(5)))
    assert [page.body for page in pages] == [b"x"] * 5


async def test_a_delay_that_robots_txt_asks_for_is_kept_from_the_file_itself_on(server):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nCrawl-delay: 0.2"), "/": answer(200, b"x")}
    async with make_fetcher() as fetcher:
        await fetcher.get(server.url + "/")
        await fetcher.get(server.url + "/")
    file, first, second = (at for _path, _headers, at in server.asked)
    assert first - file > 0.15
    assert second - first > 0.15


# Allowances that are used up

AFTER = NOW + timedelta(hours=1)
USED_UP = {
    "X-RateLimit": answer(200, b"x", "X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {AFTER.isoformat()}"),
    "RateLimit-Remaining": answer(200, b"x", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600"),
    "RateLimit": answer(200, b"x", 'RateLimit: "default";r=0;t=3600'),
    "Retry-After on 429": answer(429, b"", "Retry-After: 3600"),
    "Retry-After on 503": answer(503, b"", f"Retry-After: {format_datetime(AFTER, usegmt=True)}"),
    "a redirect": answer(302, b"", "Location: /b", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600"),
    "not modified": answer(304, b"", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600"),
    "refused": answer(404, b"", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600"),
}


@pytest.mark.parametrize("name", USED_UP)
async def test_once_an_allowance_is_used_up_no_request_leaves_before_its_time(server, second_server, name):
    server.routes |= {"/a": USED_UP[name], "/b": answer(200, b"x")}
    second_server.routes["/"] = answer(200, b"x")
    moment = [NOW]
    async with make_fetcher(clock=lambda: moment[0]) as fetcher:
        with contextlib.suppress(StatusError):
            await fetcher.get(server.url + "/a", etag='"1"')
        for path in ("/a", "/b"):
            with pytest.raises(RateLimitedError) as caught:
                await fetcher.get(server.url + path)
            assert caught.value.retry_at == AFTER
        assert (await fetcher.get(second_server.url + "/")).body == b"x"
        assert server.paths == ["/a"]
        remembered = fetcher.manners.hosts
    # Another round, with what was remembered of hosts.
    moment[0] = AFTER - timedelta(seconds=1)
    async with make_fetcher(hosts=remembered, clock=lambda: moment[0]) as fetcher:
        with pytest.raises(RateLimitedError):
            await fetcher.get(server.url + "/b")
        assert server.paths == ["/a"]
        moment[0] = AFTER
        assert (await fetcher.get(server.url + "/b")).body == b"x"


async def test_requests_that_wait_for_their_turn_when_the_allowance_ends_do_not_leave(server):
    server.routes["/"] = [answer(200, b"x"), answer(429, b"", "Retry-After: 60"), answer(200, b"never")]
    async with make_fetcher(spacing_seconds=0.05) as fetcher:
        results = await asyncio.gather(*(fetcher.get(server.url + "/") for _ in range(6)), return_exceptions=True)
    assert len(server.asked) == 2
    assert [type(result).__name__ for result in results] == ["Page"] + ["RateLimitedError"] * 5


async def test_a_limit_that_robots_txt_meets_keeps_everything_of_the_host_waiting(server):
    server.routes |= {"/robots.txt": answer(429, b"", "Retry-After: 60"), "/": answer(200, b"x")}
    async with make_fetcher() as fetcher:
        for _ in range(2):
            with pytest.raises(RateLimitedError) as caught:
                await fetcher.get(server.url + "/")
    assert caught.value.retry_at == NOW + timedelta(seconds=60)
    assert server.paths == ["/robots.txt"]


async def test_a_host_is_the_same_however_its_name_is_written(server, monkeypatch):
    server.routes["/"] = answer(200, b"x", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600")
    Internet(monkeypatch, server.port)
    names = Names(feed_example=[["93.184.216.34"]])
    async with make_fetcher(frozenset(), resolver=names) as fetcher:
        await fetcher.get("http://feed.example/")
        for written in ("http://feed.example:80/", "HTTP://FEED.EXAMPLE/", "http://feed。example/"):
            with pytest.raises(RateLimitedError):
                await fetcher.get(written)
    assert server.paths == ["/"]


async def test_nobody_waits_for_a_turn_with_a_host_that_is_closed(server):
    server.routes |= {
        "/robots.txt": answer(200, b"User-agent: *\nCrawl-delay: 1"),
        "/": answer(429, b"", "Retry-After: 60"),
    }
    async with make_fetcher() as fetcher:
        with pytest.raises(RateLimitedError):
            await fetcher.get(server.url + "/")
        started = time.monotonic()
        for _ in range(5):
            with pytest.raises(RateLimitedError):
                await fetcher.get(server.url + "/")
    assert time.monotonic() - started < 0.5
