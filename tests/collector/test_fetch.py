import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from helping import LOOPBACK, NOW, SMALL, answer, make_fetcher, redirect

from collector.fetch import Fetcher, user_agent
from wijkblik.errors import (
    BlockedError,
    GoneError,
    RateLimitedError,
    StatusError,
    TooLargeError,
    UnreachableError,
)
from wijkblik.models.wijk import FetchLimits

# Conditional requests


async def test_a_first_request_has_no_conditions_and_its_validators_are_kept(server, fetcher):
    server.routes["/"] = answer(200, b"abc", 'ETag: W/"1"', "Last-Modified: Wed, 15 Jul 2026 10:00:00 GMT")
    page = await fetcher.get(server.url + "/")
    headers = server.asked[0][1]
    assert "if-none-match" not in headers
    assert "if-modified-since" not in headers
    assert (page.body, page.etag, page.last_modified) == (b"abc", 'W/"1"', "Wed, 15 Jul 2026 10:00:00 GMT")
    assert not page.unchanged


async def test_validators_go_back_as_they_came_and_304_means_unchanged(server, fetcher):
    server.routes["/"] = answer(304, b"", 'ETag: "2"')
    page = await fetcher.get(server.url + "/", etag='W/"1"', last_modified="Wed, 15 Jul 2026 10:00:00 GMT")
    headers = server.asked[0][1]
    assert headers["if-none-match"] == 'W/"1"'
    assert headers["if-modified-since"] == "Wed, 15 Jul 2026 10:00:00 GMT"
    assert page.unchanged
    assert (page.body, page.etag) == (b"", '"2"')


@pytest.mark.parametrize("etag", ['"\xe9"', '"\xc3\xa9"'])
async def test_a_validator_that_is_not_ascii_can_be_sent_back(server, fetcher, etag):
    server.routes["/"] = answer(200, b"abc", f"ETag: {etag}", "X-Name: caf\xe9")
    page = await fetcher.get(server.url + "/")
    await fetcher.get(server.url + "/", etag=page.etag)
    assert "if-none-match" in server.asked[1][1]


# Manners


async def test_requests_say_who_asks_and_nothing_more(server, fetcher):
    server.routes |= {"/a": redirect(302, "/b"), "/b": answer(200, b"x")}
    await fetcher.get(server.url + "/a", accept="text/x")
    for _path, headers, _at in server.asked:
        assert headers["user-agent"] == "Wijkblik/1.0 (+team@example.nl)"
        assert headers["accept"] == "text/x"
        assert headers["accept-encoding"] == "gzip, deflate"
        assert not headers.keys() & {"cookie", "referer", "authorization", "from"}


async def test_cookies_are_not_kept_along_redirects_nor_between_requests(server, fetcher):
    cookie = "Set-Cookie: seen=1; Path=/"
    server.routes |= {"/a": answer(302, b"", "Location: /b", cookie), "/b": answer(200, b"x", cookie)}
    await fetcher.get(server.url + "/a")
    await fetcher.get(server.url + "/b")
    assert server.paths == ["/a", "/b", "/b"]
    assert all("cookie" not in headers for _path, headers, _at in server.asked)


def test_a_contact_outside_ascii_still_makes_a_header():
    assert user_agent("1.0", "één@voorbeeld.nl") == "Wijkblik/1.0 (+n@voorbeeld.nl)"


# Redirects


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_redirect_is_remembered(server, fetcher, status):
    server.routes |= {"/a": redirect(status, "/b?x=1"), "/b?x=1": answer(200, b"x")}
    page = await fetcher.get(server.url + "/a")
    assert page.moved_to == page.url == server.url + "/b?x=1"


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_is_followed_and_not_remembered(server, fetcher, status):
    server.routes |= {"/a": redirect(status, "/b"), "/b": answer(200, b"x")}
    page = await fetcher.get(server.url + "/a")
    assert (page.url, page.moved_to, page.body) == (server.url + "/b", None, b"x")


@pytest.mark.parametrize(
    ("statuses", "remembered"),
    [((301, 302), "/1"), ((302, 301), None), ((301, 308), "/2"), ((301, 302, 301), "/1")],
)
async def test_only_the_permanent_start_of_a_chain_is_remembered(server, fetcher, statuses, remembered):
    for number, status in enumerate(statuses):
        server.routes[f"/{number}"] = redirect(status, f"/{number + 1}")
    server.routes[f"/{len(statuses)}"] = answer(200, b"x")
    page = await fetcher.get(server.url + "/0")
    assert page.url == f"{server.url}/{len(statuses)}"
    assert page.moved_to == (remembered and server.url + remembered)


async def test_a_redirect_loop_ends(server, fetcher):
    server.routes |= {"/a": redirect(302, "/b"), "/b": redirect(302, "/a")}
    with pytest.raises(TooLargeError) as caught:
        await fetcher.get(server.url + "/a")
    assert caught.value.code == "redirects"
    assert len(server.asked) == 4


async def test_a_redirect_without_a_target_is_an_http_error(server, fetcher):
    server.routes["/"] = answer(301)
    with pytest.raises(StatusError) as caught:
        await fetcher.get(server.url + "/")
    assert (caught.value.code, caught.value.status) == ("http_error", 301)


@pytest.mark.parametrize("path", ["/login?next=/feed", "/nl/inloggen", "/OAuth/authorize"])
async def test_a_redirect_to_a_login_page_blocks_and_is_not_followed(server, fetcher, path):
    server.routes |= {"/a": redirect(302, path), path: answer(200, b"x")}
    with pytest.raises(BlockedError) as caught:
        await fetcher.get(server.url + "/a")
    assert caught.value.code == "login"
    assert server.paths == ["/a"]


async def test_headers_meant_for_one_host_do_not_go_along_to_another(server, second_server, fetcher):
    server.routes |= {"/a": redirect(302, "/b"), "/b": redirect(302, second_server.url + "/c")}
    second_server.routes |= {"/c": redirect(302, server.url + "/d")}
    server.routes["/d"] = answer(200, b"x")
    await fetcher.get(server.url + "/a", headers={"X-Goog-Api-Key": "key"}, accept="text/x")
    sent = [(path, headers.get("x-goog-api-key"), headers["accept"]) for path, headers, _at in server.asked]
    assert sent == [("/a", "key", "text/x"), ("/b", "key", "text/x"), ("/d", None, "text/x")]
    assert [headers.get("x-goog-api-key") for _path, headers, _at in second_server.asked] == [None]


async def test_a_fragment_stays_behind(server, fetcher):
    server.routes |= {"/a": redirect(301, "/b?x=1#deel"), "/b?x=1": answer(200, b"x")}
    page = await fetcher.get(server.url + "/a#begin")
    assert server.paths == ["/a", "/b?x=1"]
    assert page.moved_to == page.url == server.url + "/b?x=1"


@pytest.mark.parametrize("status", [200, 201, 300, 404])
async def test_nothing_but_a_redirect_leads_elsewhere(server, fetcher, status):
    page = b'<html><head><meta http-equiv="refresh" content="0; url=/b"></head></html>'
    server.routes |= {"/a": answer(status, page, "Refresh: 0; url=/b", "Location: /b", "Content-Location: /b")}
    with contextlib.suppress(StatusError):
        await fetcher.get(server.url + "/a")
    assert server.paths == ["/a"]


async def test_as_many_redirects_as_are_allowed_are_followed_and_no_more(server, fetcher):
    server.routes |= {f"/{n}": redirect(302, f"/{n + 1}") for n in range(9)} | {"/9": answer(200, b"x")}
    assert (await fetcher.get(server.url + "/6")).body == b"x"
    with pytest.raises(TooLargeError) as caught:
        await fetcher.get(server.url + "/5")
    assert caught.value.code == "redirects"
    assert server.paths == ["/6", "/7", "/8", "/9", "/5", "/6", "/7", "/8"]


# Logging in


@pytest.mark.parametrize("challenge", ["Basic realm=x", "Bearer", "Negotiate", 'Digest realm="x", nonce="y"'])
async def test_a_challenge_is_not_answered(server, fetcher, challenge):
    server.routes["/"] = answer(401, b"", f"WWW-Authenticate: {challenge}")
    with pytest.raises(BlockedError):
        await fetcher.get(server.url + "/")
    assert len(server.asked) == 1
    assert not server.asked[0][1].keys() & {"authorization", "cookie"}


@pytest.mark.parametrize("name", ["Cookie", "AUTHORIZATION", "Referer", "proxy-authorization"])
async def test_no_collector_can_send_what_logs_in_or_tells_where_we_come_from(server, fetcher, name):
    with pytest.raises(AssertionError):
        await fetcher.get(server.url + "/", headers={name: "x"})
    assert server.asked == []


# Sending a form


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_a_form_is_sent_and_its_acceptance_read(server, fetcher, status):
    server.routes["/hub"] = answer(status)
    page = await fetcher.post(server.url + "/hub", {"hub.mode": "subscribe", "hub.topic": "https://a.example/?x=1&y"})
    assert page.status == status
    assert server.forms == [b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y"]
    assert server.asked[0][1]["content-type"] == "application/x-www-form-urlencoded"
    assert server.asked[0][1]["user-agent"] == "Wijkblik/1.0 (+team@example.nl)"


async def test_a_form_goes_to_one_address_only(server, fetcher):
    server.routes |= {"/hub": redirect(307, "/other"), "/other": answer(202)}
    with pytest.raises(StatusError) as caught:
        await fetcher.post(server.url + "/hub", {"a": "b"})
    assert (caught.value.status, server.paths) == (307, ["/hub"])


@pytest.mark.parametrize(("status", "error"), [(400, StatusError), (403, BlockedError), (429, RateLimitedError)])
async def test_a_form_that_is_refused_is_an_error(server, fetcher, status, error):
    server.routes["/hub"] = answer(status)
    with pytest.raises(error):
        await fetcher.post(server.url + "/hub", {"a": "b"})


# Statuses


async def test_no_content_is_an_answer_without_a_body(server, fetcher):
    server.routes["/"] = answer(204)
    page = await fetcher.get(server.url + "/")
    assert (page.status, page.body, page.unchanged) == (204, b"", False)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, BlockedError, "blocked"),
        (403, BlockedError, "blocked"),
        (404, StatusError, "http_error"),
        (410, GoneError, "gone"),
        (429, RateLimitedError, "rate_limited"),
        (500, StatusError, "http_error"),
        (503, RateLimitedError, "rate_limited"),
        (202, StatusError, "http_error"),
        (206, StatusError, "http_error"),
    ],
)
async def test_statuses_that_carry_no_feed(server, fetcher, status, error, code):
    server.routes["/"] = answer(status)
    with pytest.raises(StatusError) as caught:
        await fetcher.get(server.url + "/")
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.status, caught.value.retry_at) == (code, status, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["90", format_datetime(NOW + timedelta(seconds=90), usegmt=True)])
async def test_retry_after_in_seconds_or_as_a_date(server, fetcher, status, value):
    server.routes["/"] = answer(status, b"", f"Retry-After: {value}")
    with pytest.raises(RateLimitedError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.retry_at == NOW + timedelta(seconds=90)


# Servers that do not answer, or not to the end


async def test_a_server_that_never_answers_is_given_up(server):
    async def silence(_writer):
        await asyncio.sleep(5)

    server.routes["/"] = silence
    async with make_fetcher(read_seconds=0.2) as fetcher:
        with pytest.raises(UnreachableError) as caught:
            await asyncio.wait_for(fetcher.get(server.url + "/"), 3)
    assert caught.value.code == "timed_out"


async def test_a_server_that_drips_is_given_up_although_it_never_pauses_long(server):
    async def drip(writer):
        writer.write(answer(200, b"", "Content-Length: 1000"))
        for _ in range(60):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.routes["/"] = drip
    async with make_fetcher(read_seconds=0.5, total_seconds=0.6) as fetcher:
        with pytest.raises(UnreachableError) as caught:
            await asyncio.wait_for(fetcher.get(server.url + "/"), 3)
    assert caught.value.code == "timed_out"


@pytest.mark.parametrize(
    "start", ["", "HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8;"]
)
async def test_all_of_an_answer_may_take_only_so_long_headers_included(server, start):
    async def drip(writer):
        writer.write(start.encode())
        for letter in "HTTP/1.1 200 OK" + "x" * 60:
            writer.write(letter.encode())
            await writer.drain()
            await asyncio.sleep(0.05)

    server.routes["/"] = drip
    async with make_fetcher(read_seconds=0.5, total_seconds=0.6) as fetcher:
        started = time.monotonic()
        with pytest.raises(UnreachableError) as caught:
            await asyncio.wait_for(fetcher.get(server.url + "/"), 3)
    assert caught.value.code == "timed_out"
    assert 0.5 < time.monotonic() - started < 1.5


async def test_redirects_share_the_time(server):
    async def slow(writer):
        await asyncio.sleep(0.3)
        writer.write(redirect(302, f"/{len(server.asked)}"))

    server.routes |= {f"/{n}": slow for n in range(9)}
    async with make_fetcher(total_seconds=0.7, redirects=8) as fetcher:
        with pytest.raises(UnreachableError) as caught:
            await fetcher.get(server.url + "/0")
    assert caught.value.code == "timed_out"
    assert len(server.asked) == 3


async def test_a_closed_port_is_unreachable_and_no_timeout(server, fetcher):
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    with pytest.raises(UnreachableError) as caught:
        await fetcher.get(f"http://127.0.0.1:{port}/")
    assert caught.value.code == "unreachable"


@pytest.mark.parametrize("sent", [b"", b"\x00\xff\x00\xff\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
async def test_what_is_no_http_is_unreachable(server, fetcher, sent):
    server.routes["/"] = sent
    with pytest.raises(UnreachableError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "unreachable"


async def test_the_clock_is_utc_unless_another_is_given(server):

    server.routes["/"] = answer(200, b"x", "Cache-Control: max-age=600")
    async with Fetcher(FetchLimits(**SMALL), "x", LOOPBACK) as fetcher:
        page = await fetcher.get(server.url + "/")
    assert abs(page.fresh_until - datetime.now(UTC) - timedelta(seconds=600)) < timedelta(seconds=60)
