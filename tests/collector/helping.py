import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collector.changes import Pace, starting_point
from collector.fetch import Fetcher, user_agent
from collector.visit import Bounds
from wijkblik.models.wijk import Cadence, FetchLimits, Source

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


class _EveryPort(frozenset):
    """Names 127.0.0.1 on whatever port a test server got."""

    def __contains__(self, name):
        return name.startswith("127.0.0.1:")


LOOPBACK = _EveryPort()
SMALL = {
    "connect_seconds": 1,
    "read_seconds": 2,
    "total_seconds": 4,
    "body_bytes": 100_000,
    "redirects": 3,
    "spacing_seconds": 0,
    "connections": 10,
    "items_per_answer": 100,
    "pages_per_visit": 10,
    "look_back_days": 14,
}


def answer(status=200, body=b"", *headers):
    """A whole HTTP answer as bytes; each header is a line such as "ETag: x"."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(status, to):
    return answer(status, b"", f"Location: {to}")


@dataclass
class Server:
    """A real server on loopback. A route is an answer, a list of answers in turn (the last one stays), or a coroutine function of the writer."""

    routes: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    """Of every request: path, headers (names in lower case) and moment."""
    otherwise: bytes = answer(404)
    """What any other path answers."""
    forms: list = field(default_factory=list)
    """The bodies that were sent along."""
    port: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self):
        return [path for path, _headers, _at in self.asked]

    async def __call__(self, reader, writer):
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = request[0].split(" ")[1]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in request[1:] if line)}
            if sent := await reader.readexactly(int(headers.get("content-length", 0))):
                self.forms.append(sent)
            # Every host is asked for its robots.txt first; only a test that has one wants to see that.
            if path != "/robots.txt" or path in self.routes:
                self.asked.append((path, headers, asyncio.get_running_loop().time()))
            route = self.routes.get(path, answer(404) if path == "/robots.txt" else self.otherwise)
            if isinstance(route, list):
                route = route.pop(0) if len(route) > 1 else route[0]
            if isinstance(route, bytes):
                writer.write(route)
                await writer.drain()
            else:
                await route(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class running:  # noqa: N801 - reads as a verb
    def __init__(self, ssl=None):
        self._ssl = ssl

    async def __aenter__(self):
        it = Server()
        self._listener = await asyncio.start_server(it, "127.0.0.1", 0, ssl=self._ssl)
        it.port = self._listener.sockets[0].getsockname()[1]
        return it

    async def __aexit__(self, *_):
        self._listener.close()


def limits(**changed):
    return FetchLimits(**(SMALL | changed))


def make_fetcher(named=LOOPBACK, *, hosts=None, resolver=None, clock=lambda: NOW, **changed):
    agent = user_agent("1.0", "team@example.nl")
    return Fetcher(limits(**changed), agent, named, hosts=hosts, resolver=resolver, clock=clock)


def make_source(url="https://voorbeeld.nl/feed", **more):
    return Source(
        **({"key": "s", "name": "S", "collector": "feed", "type": "news", "organisation": "S"} | more), url=url
    )


def fresh(source, **more):
    return replace(starting_point(source, None), **more)


CADENCE = Cadence(usual_minutes=20, shortest_minutes=5, longest_minutes=1440, requests_per_day=72)


def bounds(now=NOW, *, named=LOOPBACK, taken=(), **changed):
    return Bounds(now, ZONE, limits(**changed), named, taken)


def pace(wall=NOW, taken=()):
    return Pace(CADENCE, wall, ZONE, taken)


def rss_feed(items="", channel="", head=""):
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel><title>Nieuws</title>{channel}{items}</channel></rss>'.encode()


def rss_item(title="Titel", guid="nr-een", more=""):
    return f'<item><guid isPermaLink="false">{guid}</guid><title>{title}</title>{more}</item>'
