"""A server of generated feeds in a process of its own, so that what it uses is not counted.

`python -m benchmarks.publisher FEEDS ITEMS ORIGIN` prints the port it listens on, on every feed's own
loopback address. A line on its standard input is a turn: one feed in ten gets a new item, then "done" is printed.
It ends when its input does. Conditional requests: RFC 9110, 13.
"""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import cast

import uvloop

from benchmarks import feeds
from benchmarks.measure import ROOT

PATH = "/nieuws.xml"


@dataclass(slots=True)
class Publisher:
    """The other side of the pipe: a running server."""

    port: int
    process: subprocess.Popen[str]

    def turn(self) -> None:
        """Give one feed in ten a new item; which, follows from how many turns there were."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("turn\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n", "the publisher answers a turn"


@contextmanager
def running(count: int, items: int, origin: datetime) -> Iterator[Publisher]:
    """A server of `count` feeds with `items` items each for the length of the block."""
    command = [sys.executable, "-m", "benchmarks.publisher", str(count), str(items), origin.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Publisher(int(process.stdout.readline()), process)


class _Site:
    """What one feed's address answers."""

    def __init__(self, number: int, items: int, port: int, origin: datetime) -> None:
        self._number, self._items, self._port, self._origin = number, items, port, origin
        self._newest = items - 1
        self._render()

    def add_item(self) -> None:
        self._newest += 1
        self._render()

    def _render(self) -> None:
        body = feeds.render(self._number, self._newest, self._items, self._port, self._origin)
        kind = "atom" if feeds.is_atom(self._number) else "rss"
        headers = [f"Content-Type: application/{kind}+xml", f"Content-Length: {len(body)}"]
        self._validators: tuple[bytes, ...] = ()
        if feeds.has_validators(self._number):
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            modified = format_datetime((self._origin + self._newest * feeds.STEP).astimezone(UTC), usegmt=True)
            headers += [f"ETag: {etag}", f"Last-Modified: {modified}"]
            self._validators = (f"if-none-match: {etag}".encode(), f"if-modified-since: {modified}".lower().encode())
        self._full = _answer("200 OK", headers) + body
        self._unchanged = _answer("304 Not Modified", headers[2:])

    def answer(self, head: bytes) -> bytes:
        if not head.startswith(f"GET {PATH} ".encode()):
            return _answer("404 Not Found", ["Content-Length: 0"])
        # An entity tag goes before a date (RFC 9110, 13.2.2); what was hashed has no capitals.
        asked = head.lower()
        if not self._validators:
            return self._full
        known = self._validators[0] if b"\r\nif-none-match:" in asked else self._validators[1]
        return self._unchanged if known in asked else self._full


class _Connection(asyncio.Protocol):
    """Answers one request after another on a connection that stays open."""

    def __init__(self, sites: dict[str, _Site]) -> None:
        self._sites, self._waiting = sites, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports don't descend from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._site = self._sites[transport.get_extra_info("sockname")[0]]

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._transport.write(self._site.answer(head))


def _answer(status: str, headers: list[str]) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("ascii")


async def _serve(count: int, items: int, origin: datetime) -> None:
    loop = asyncio.get_running_loop()
    hosts = [feeds.host(number) for number in range(count)]
    sites: dict[str, _Site] = {}
    first = await loop.create_server(lambda: _Connection(sites), hosts[0], 0, backlog=1000)
    port = first.sockets[0].getsockname()[1]
    if count > 1:
        await loop.create_server(lambda: _Connection(sites), hosts[1:], port, backlog=1000)
    sites |= {hosts[number]: _Site(number, items, port, origin) for number in range(count)}
    print(port, flush=True)
    turn = 0
    while await loop.run_in_executor(None, sys.stdin.readline):
        for number in range(count):
            if feeds.changes(number, turn):
                sites[hosts[number]].add_item()
        turn += 1
        print("done", flush=True)


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
