import asyncio
import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from helping import LOOPBACK, NOW, SMALL, answer, make_fetcher, redirect
from hypothesis import given
from hypothesis import strategies as st

from collector.fetch import Fetcher, user_agent
from collector.headers import LONGEST_WAIT, fresh_until, retry_after
from wijkblik.errors import (
    AddressRefusedError,
    BlockedError,
    CollectError,
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


async def test_a_form_is_not_sent_to_a_private_host_that_is_not_named(server):
    async with make_fetcher(named=frozenset()) as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.post(server.url + "/hub", {"a": "b"})
    assert server.asked == []


# Addresses that may not be asked


@pytest.mark.parametrize(
    "to", ["http://127.0.0.2:{port}/", "http://localhost:{port}/", "file:///etc/passwd", "//127.0.0.2/"]
)
async def test_a_redirect_to_a_private_host_is_refused(server, fetcher, to):
    server.routes |= {"/a": redirect(302, to.format(port=server.port)), "/": answer(200, b"secret")}
    with pytest.raises(AddressRefusedError) as caught:
        await fetcher.get(server.url + "/a")
    assert caught.value.code == "address_refused"
    assert server.paths == ["/a"]


async def test_a_name_that_resolves_to_loopback_is_refused_unless_it_is_allowed_by_name(server):
    server.routes["/"] = answer(200, b"x")
    url = f"http://localhost:{server.port}/"
    async with make_fetcher() as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.get(url)
    assert server.asked == []
    async with make_fetcher(frozenset({f"localhost:{server.port}"})) as fetcher:
        assert (await fetcher.get(url)).body == b"x"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/",
        "HTTP://127.0.0.1:{port}/",
        "http://127。0。0。1:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://127%2e0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[0:0:0:0:0:ffff:7f00:1]:{port}/",
        "http://127.0.0.1:{port}\\@192.0.2.1/",
        "http://192.0.2.1\\@127.0.0.1:{port}/",
        "http://#@127.0.0.1:{port}/",
        "http://\t127.0.0.1:{port}/",
        "http://127.0.0.1%00:{port}/",
    ],
)
async def test_no_way_of_writing_loopback_reaches_it(server, address):
    server.routes["/"] = answer(200, b"secret")
    async with make_fetcher(frozenset()) as fetcher:
        with pytest.raises((AddressRefusedError, UnreachableError)):
            await fetcher.get(address.format(port=server.port))
    assert server.asked == []


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "[fd00::1]", "[fe80::1%25lo]"])  # fmt: skip
async def test_private_networks_are_refused_without_a_connection(fetcher, host):
    with pytest.raises(AddressRefusedError) as caught:
        await fetcher.get(f"http://{host}/")
    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1/", "javascript:alert(1)", "http:///x", "/feed", ""])  # fmt: skip
async def test_only_web_addresses_are_read(fetcher, url):
    with pytest.raises(AddressRefusedError):
        await fetcher.get(url)


@pytest.mark.parametrize("who", ["user:pass@", "user@", ":pass@"])
async def test_credentials_in_an_address_are_not_used(server, fetcher, who):
    with pytest.raises(AddressRefusedError) as caught:
        await fetcher.get(f"http://{who}127.0.0.1:{server.port}/")
    assert caught.value.code == "login"
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999999/", "http://x\x00y/", "http://xn--/"])
async def test_an_address_that_is_none_is_a_fault_of_the_source(fetcher, url):
    with pytest.raises(CollectError):
        await fetcher.get(url)


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
async def test_how_long_an_answer_is_fresh(server, fetcher, headers, seconds):
    server.routes["/"] = answer(200, b"x", *(f"{name}: {value}" for name, value in headers.items()))
    page = await fetcher.get(server.url + "/")
    assert page.fresh_until == (None if seconds is None else NOW + timedelta(seconds=seconds))


HEADER_VALUES = st.text() | st.from_regex(r"(max-age=|Wed, )?[-0-9 :a-zA-Z+,=\"]{0,40}", fullmatch=True)


@given(HEADER_VALUES, HEADER_VALUES, HEADER_VALUES)
def test_no_header_breaks_the_reading_of_times(one, two, three):
    at = retry_after(one, NOW)
    assert at is None or NOW <= at <= NOW + LONGEST_WAIT
    until = fresh_until(httpx.Headers({"cache-control": one, "age": two, "expires": three}, encoding="utf-8"), NOW)
    assert until is None or NOW < until <= NOW + LONGEST_WAIT


# Bodies


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
async def test_a_compressed_body_arrives_unpacked(server, fetcher, encoding, packed):
    body = b"wijk " * 1000
    server.routes["/"] = answer(200, packed(body), f"Content-Encoding: {encoding}", "Content-Type: text/xml")
    page = await fetcher.get(server.url + "/")
    assert (page.body, page.content_type) == (body, "text/xml")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"wijk " * 1000)[:30]),
        ("gzip", b"\x1f\x8b" + b"\xff" * 100),
        ("gzip", b"<rss/>"),
        ("gzip", b"\x1f"),
        ("deflate", b"\xff" * 100),
        ("br", b"x"),
        ("gzip, gzip", b"x"),
    ],
)
async def test_a_damaged_cut_or_unknown_encoding_is_a_fault(server, fetcher, encoding, body):
    server.routes["/"] = answer(200, body, f"Content-Encoding: {encoding}")
    with pytest.raises(CollectError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "encoding"


async def test_a_body_just_within_the_limit_is_read_and_one_byte_more_is_not(server, fetcher):
    server.routes |= {"/a": answer(200, b"x" * 100_000), "/b": answer(200, b"x" * 100_001)}
    assert len((await fetcher.get(server.url + "/a")).body) == 100_000
    with pytest.raises(TooLargeError):
        await fetcher.get(server.url + "/b")


async def test_a_gzip_bomb_is_stopped_before_it_unfolds(server, fetcher):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    server.routes["/"] = answer(200, bomb, "Content-Encoding: gzip")
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        await fetcher.get(server.url + "/")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("chunked", [False, True])
async def test_ten_megabytes_are_not_read_to_the_end(server, fetcher, chunked):
    sent = 0

    async def much(writer):
        nonlocal sent
        head = "Transfer-Encoding: chunked" if chunked else "Content-Length: 10000000"
        writer.write(answer(200, b"", head))
        piece = b"x" * 10_000
        for _ in range(1000):
            writer.write(b"2710\r\n" + piece + b"\r\n" if chunked else piece)
            await writer.drain()
            sent += len(piece)

    server.routes["/"] = much
    with pytest.raises(TooLargeError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "too_large"
    assert sent < 10_000_000


@pytest.mark.parametrize(
    "head", [answer(200, b"<rss>", "Content-Length: 100"), answer(200, b"64\r\n<rss>", "Transfer-Encoding: chunked")]
)
async def test_a_body_that_stops_halfway_is_no_answer(server, fetcher, head):
    server.routes["/"] = head
    with pytest.raises(UnreachableError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "unreachable"


# Servers that do not answer


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
