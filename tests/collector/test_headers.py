"""What headers say, read without touching anything; and headers that are an attack, at a real server."""

import time
import tracemalloc
from datetime import timedelta

import httpx
import pytest
from helping import NOW, answer, make_fetcher
from hypothesis import given
from hypothesis import strategies as st

from collector.fetch import LONGEST_HEADER, MOST_HEADERS
from collector.headers import LONGEST_WAIT, fresh_until, limited_until, links, retry_after
from wijkblik.errors import CollectError, TooLargeError, UnreachableError

IN_AN_HOUR = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("0", NOW),
        ("Wed, 15 Jul 2020 10:00:00 GMT", NOW),
        ("99999999999", NOW + LONGEST_WAIT),
        ("9" * 5000, NOW + LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW + LONGEST_WAIT),
    ],
)
def test_retry_after_is_neither_in_the_past_nor_far_away(value, expected):
    assert retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": "public, Max-Age=600", "Age": "100"}, 500),
        ({"Cache-Control": 'max-age="600"'}, 600),
        ({"Cache-Control": "max-age=600", "Age": "700"}, None),
        ({"Cache-Control": "no-store, max-age=600"}, None),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "max-age=x"}, None),
        ({"Cache-Control": "max-age=600", "Age": "x"}, None),
        ({"Cache-Control": "max-age=99999999999"}, LONGEST_WAIT.total_seconds()),
        ({"Expires": "Wed, 15 Jul 2026 12:10:00 GMT"}, 600),
        ({"Expires": "Wed, 15 Jul 2026 11:00:00 GMT"}, None),
        ({"Expires": "0"}, None),
        ({"Expires": "Wed, 15 Jul 2026 12:10:00 GMT", "Cache-Control": "max-age=60"}, 60),
    ],
)
def test_how_long_an_answer_is_fresh(headers, seconds):
    until = fresh_until(httpx.Headers(headers), NOW)
    assert until == (None if seconds is None else NOW + timedelta(seconds=seconds))


HEADER_VALUES = st.text() | st.from_regex(r"(max-age=|Wed, )?[-0-9 :a-zA-Z+,=\"]{0,40}", fullmatch=True)


@given(HEADER_VALUES, HEADER_VALUES, HEADER_VALUES)
def test_no_header_breaks_the_reading_of_times(one, two, three):
    at = retry_after(one, NOW)
    assert at is None or NOW <= at <= NOW + LONGEST_WAIT
    until = fresh_until({"cache-control": one, "age": two, "expires": three}, NOW)
    assert until is None or NOW < until <= NOW + LONGEST_WAIT
    for names in (("x-ratelimit-remaining", "x-ratelimit-reset"), ("ratelimit-remaining", "ratelimit-reset")):
        until = limited_until({names[0]: one, names[1]: two, "ratelimit": three}, NOW)
        assert until is None or NOW < until <= NOW + LONGEST_WAIT
    links({"link": one})


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({}, None),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "3600"}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"}, IN_AN_HOUR),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{IN_AN_HOUR.timestamp():.0f}"}, IN_AN_HOUR),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": IN_AN_HOUR.isoformat()}, IN_AN_HOUR),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-07-15T13:00:00.000Z"}, IN_AN_HOUR),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "3600"}, IN_AN_HOUR),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, NOW + timedelta(seconds=1)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{IN_AN_HOUR.timestamp():.0f}000"}, IN_AN_HOUR),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999999"}, NOW + LONGEST_WAIT),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2999-01-01T00:00:00Z"}, NOW + LONGEST_WAIT),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "3600"}, None),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "0", "RateLimit-Reset": "3600"}, IN_AN_HOUR),
        ({"RateLimit": "limit=10, remaining=0, reset=3600"}, IN_AN_HOUR),
        ({"RateLimit": "limit=10, remaining=4, reset=3600"}, None),
        ({"RateLimit": '"default";r=0;t=3600'}, IN_AN_HOUR),
        ({"RateLimit": '"default";r=50;t=30'}, None),
        ({"RateLimit": '"default";r=0'}, None),
    ],
)
def test_a_used_up_allowance_says_until_when(headers, until):
    assert limited_until(httpx.Headers(headers), NOW) == until


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('<https://a.example/?page=2>; rel="next"', {"next": "https://a.example/?page=2"}),
        ("</b>; rel=prev, </c>; title=x; REL='next last'", {"prev": "/b", "next": "/c", "last": "/c"}),
        ('</a>; rel="next", </b>; rel="next"', {"next": "/a"}),
        ("</a>; title=next", {}),
        ("/a; rel=next", {}),
        ("", {}),
    ],
)
def test_links_by_their_relation(value, found):
    assert links({"link": value}) == found


# Headers without end


def endless(start: bytes, piece: bytes):
    async def write(writer):
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return write


def once(answered: bytes):
    async def write(writer):
        writer.write(answered)
        await writer.drain()

    return write


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TOO_LARGE = {
    "one header of a megabyte": once(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n"),
    "a hundred thousand headers": once(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 100_000 + b"\r\n"),
    "a hundred thousand names": once(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(100_000))),
    "headers without end": endless(b"HTTP/1.1 200 OK\r\n", b"X: aaaaaaaa\r\n" * 100),
    "a value without end": endless(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 1000),
    "a value of many lines": endless(b"HTTP/1.1 200 OK\r\nX: a", b"\r\n aaaaaaaa" * 100),
    "a name without end": endless(b"HTTP/1.1 200 OK\r\n", b"a" * 1000),
    "a status line without end": endless(b"HTTP/1.1 200 ", b"a" * 1000),
    "trailers without end": endless(CHUNKED + b"0\r\n", b"X: a\r\n" * 100),
    "a trailer without end": endless(CHUNKED + b"0\r\nX: ", b"a" * 1000),
}
WITHOUT_END = {
    "early hints": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10),
    "promises to go on": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10),
    "empty lines": endless(b"", b"\r\n" * 500),
    "spaces before a value": endless(b"HTTP/1.1 200 OK\r\nX:", b" " * 1000),
    "an extension of a chunk": endless(CHUNKED + b"5;", b"a" * 1000),
    "a chunk size of noughts": endless(CHUNKED, b"0" * 1000),
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_too_large_headers_are_a_fault_of_their_own_at_once_and_in_little_memory(server, fetcher, name):
    server.routes["/"] = TOO_LARGE[name]
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(TooLargeError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "headers"
    assert time.monotonic() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", WITHOUT_END)
async def test_what_never_comes_to_headers_ends_with_the_time(server, name):
    server.routes["/"] = WITHOUT_END[name]
    async with make_fetcher(total_seconds=0.4) as fetcher:
        tracemalloc.start()
        started = time.monotonic()
        with pytest.raises(UnreachableError) as caught:
            await fetcher.get(server.url + "/")
        assert caught.value.code == "timed_out"
        assert time.monotonic() - started < 2
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()


@pytest.mark.parametrize("line", ["HTTP/1.1 " + "2" * 1_000_000, "HTTP/" + "1" * 1_000_000, "X" * 1_000_000])
async def test_a_status_line_that_is_none_is_no_answer(server, fetcher, line):
    server.routes["/"] = line.encode()
    with pytest.raises(CollectError):
        await fetcher.get(server.url + "/")


async def test_large_headers_within_the_limits_are_read(server, fetcher):
    many = [f"X-{number}: a" for number in range(MOST_HEADERS - 10)]
    server.routes["/"] = answer(200, b"x", "Content-Security-Policy: " + "a" * (LONGEST_HEADER - 100), *many)
    assert (await fetcher.get(server.url + "/")).body == b"x"
