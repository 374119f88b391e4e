"""Bodies at a real server: unpacked, and never more of them than the limits allow."""

import contextlib
import gzip
import tracemalloc
import zlib

import pytest
from helping import answer, make_fetcher

from wijkblik.errors import CollectError, TooLargeError, UnreachableError

ZEROS = bytes(50_000_000)


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


def chunked(body, size=1000):
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


BOMBS = {
    "gzip": answer(200, gzip.compress(ZEROS), "Content-Encoding: gzip"),
    "gzip, in chunks": answer(
        200, chunked(gzip.compress(ZEROS)), "Content-Encoding: gzip", "Transfer-Encoding: chunked"
    ),
    "deflate": answer(200, zlib.compress(ZEROS), "Content-Encoding: deflate"),
    "gzip within gzip": answer(200, gzip.compress(gzip.compress(ZEROS)), "Content-Encoding: gzip, gzip"),
    "gzip within gzip, said twice": answer(
        200, gzip.compress(gzip.compress(ZEROS)), "Content-Encoding: gzip", "Content-Encoding: gzip"
    ),
    "deflate within gzip": answer(200, gzip.compress(zlib.compress(ZEROS)), "Content-Encoding: deflate, gzip"),
    "gzip of the transfer": answer(200, chunked(gzip.compress(ZEROS)), "Transfer-Encoding: gzip, chunked"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_stopped_before_it_unfolds(server, fetcher, name):
    server.routes["/"] = BOMBS[name]
    tracemalloc.start()
    with contextlib.suppress(TooLargeError, CollectError):
        # Of layers that were not asked for, the outer one alone is ever taken off.
        page = await fetcher.get(server.url + "/")
        assert len(page.body) < 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("name", ["gzip", "gzip, in chunks", "deflate"])
async def test_a_bomb_is_too_large(server, fetcher, name):
    server.routes["/"] = BOMBS[name]
    with pytest.raises(TooLargeError) as caught:
        await fetcher.get(server.url + "/")
    assert caught.value.code == "too_large"


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


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 3", b"abcdef"),
        ("Content-Length: 0", b"abc"),
        ("Content-Length: 1000000000000000", b"abc"),
        ("Content-Length: -1", b"abc"),
        ("Content-Length: 0x3", b"abc"),
        ("Content-Length: 99999999999999999999999999", b"abc"),
        ("Content-Length: 3\r\nContent-Length: 6", b"abcdef"),
        ("Content-Length: 6\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"-3\r\nabc\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"FFFFFFFFFFFFFFFFFF\r\nabc"),
        ("Transfer-Encoding: chunked", b"3\r\nabcdef\r\n0\r\n\r\n"),
    ],
)
async def test_a_length_that_lies_gives_nothing(server, head, body):
    server.routes["/"] = f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body
    async with make_fetcher(total_seconds=1) as fetcher:
        with pytest.raises(UnreachableError):
            await fetcher.get(server.url + "/")


async def test_what_follows_a_compressed_body_is_neither_kept_nor_copied_over_and_over(server, fetcher):
    async def much(writer):
        writer.write(answer(200, b"", "Content-Encoding: gzip", "Transfer-Encoding: chunked"))
        writer.write(chunked(gzip.compress(b"wijk") + b"x" * 90_000))

    server.routes["/"] = much
    assert (await fetcher.get(server.url + "/")).body == b"wijk"
