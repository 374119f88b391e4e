"""The one HTTP client: polite, bounded, and never further than it was sent.

Only this module imports httpx. It keeps no cookies, sends no Referer, vets the very
address that it connects to (on redirects too), heeds robots.txt and used-up allowances,
and reads no more than its limits allow.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from httpx_aiohttp import AiohttpTransport

from collector import robots
from collector.base import Page
from collector.bodies import bounded_body
from collector.headers import fresh_until, limited_until, retry_after
from collector.manners import Clock, Manners
from collector.network import VettingResolver, is_private_literal, refusal
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
from wijkblik.models.items import Host
from wijkblik.models.wijk import FetchLimits

PERMANENT, TEMPORARY = {301, 308}, {302, 303, 307}
LOGIN_STEPS = {"login", "log-in", "signin", "sign_in", "sign-in", "inloggen", "auth", "oauth", "oauth2", "sso"}
NEVER_SENT = {"cookie", "authorization", "referer", "proxy-authorization"}
LONGEST_HEADER, MOST_HEADERS = 16 * 1024, 128
"""Bytes of a header or status line, and how many headers an answer may have."""


def user_agent(version: str, contact: str) -> str:
    """Who asks, and how to reach them."""
    return f"{robots.PRODUCT}/{version} (+{contact.encode('ascii', 'ignore').decode()})"


class Fetcher:
    """Reads public addresses within limits; use it as an async context manager.

    `named` are the private machines that the configuration names itself, as "host:port"; each request says which of
    them it may reach. `hosts` is what is remembered of hosts by their name (and port); `manners.hosts` holds it, and what was learned.
    `resolver` looks names up; the machine's own by default.
    """

    def __init__(
        self,
        limits: FetchLimits,
        agent: str,
        named: frozenset[str] = frozenset(),
        *,
        hosts: Mapping[str, Host] | None = None,
        resolver: AbstractResolver | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._limits, self._named, self._clock = limits, named, clock
        self.manners = Manners(limits.spacing_seconds, hosts or {}, clock)
        self._resolver = resolver
        self._transport: AiohttpTransport | None = None
        self._always = {"User-Agent": agent, "Accept-Encoding": "gzip, deflate"}
        self._timeout = {"connect": limits.connect_seconds, "read": limits.read_seconds}
        self._slots = asyncio.Semaphore(limits.connections)

    async def __aenter__(self) -> Self:
        context = _tls()
        self._transport = AiohttpTransport(verify=context, client=self._session(context))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._transport is not None
        await self._transport.aclose()

    def _session(self, context: ssl.SSLContext) -> aiohttp.ClientSession:
        resolver = VettingResolver(self._named, self._resolver)
        connector = aiohttp.TCPConnector(
            limit=self._limits.connections, resolver=resolver, use_dns_cache=False, ssl=context
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        named: frozenset[str] | None = None,
    ) -> Page:
        """The page at `url`, following redirects. A 304 gives a page without a body, `unchanged`.

        `headers` are for this host alone: a redirect to another goes without them.
        `named` are the private machines that may be reached from here, all of the fetcher's by default.
        Raises a CollectError: see wijkblik.errors for which means what.
        """
        own = headers or {}
        asked = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified, **own}
        assert not {name.lower() for name in asked} & NEVER_SENT, "no collector logs in"
        sent = self._headers({name: value for name, value in asked.items() if value})
        journey = self._journey(named, frozenset(own))
        with self._translating():
            page = await self._follow(url, sent, journey)
        return replace(page, seconds=journey.spent)

    async def post(self, url: str, form: Mapping[str, str], *, named: frozenset[str] | None = None) -> Page:
        """What `url` answers to a form (application/x-www-form-urlencoded). A redirect is not followed.

        `named` is as with `get`. Raises a CollectError.
        """
        journey = self._journey(named)
        with self._translating():
            vetted = _vetted(url, journey.named)
            answer = await self._one_request(vetted, self._headers({"Accept": "*/*"}), journey, None, form)
        if isinstance(answer, Page):
            return answer
        raise StatusError(answer[0], "a form is sent to one address only", code="redirects")

    def _headers(self, given: Mapping[str, str]) -> httpx.Headers:
        return httpx.Headers(self._always | dict(given), encoding="utf-8")

    def _journey(self, named: frozenset[str] | None, own: frozenset[str] = frozenset()) -> _Journey:
        return _Journey(self._named if named is None else named, self._limits.total_seconds, own)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Foreign errors as ours, with their cause."""
        try:
            yield
        except TimeoutError as error:
            raise UnreachableError(
                f"no complete answer within {self._limits.total_seconds:g} s", code="timed_out"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error) from error

    async def _follow(self, url: str, headers: httpx.Headers, journey: _Journey, *, for_robots: bool = False) -> Page:
        moved_to, all_permanent = None, True
        for _hop in range(self._limits.redirects + 1):
            vetted = _vetted(url, journey.named)
            url = str(vetted)
            if not for_robots:
                await self.manners.ask_leave(url, partial(self._read_robots, url, journey.named))
            answer = await self._one_request(vetted, headers, journey, moved_to)
            if isinstance(answer, Page):
                return answer
            status, target = answer
            before, url = url, urldefrag(urljoin(url, target)).url
            if urlsplit(url)[:2] != urlsplit(before)[:2]:
                for name in journey.own:
                    headers.pop(name, None)
            if LOGIN_STEPS & set(urlsplit(url).path.lower().split("/")):
                raise BlockedError(status, "redirected to a login page", code="login")
            all_permanent = all_permanent and status in PERMANENT
            moved_to = url if all_permanent else moved_to
        raise TooLargeError(f"more than {self._limits.redirects} redirects", code="redirects")

    async def _one_request(
        self,
        vetted: httpx.URL,
        headers: httpx.Headers,
        journey: _Journey,
        moved_to: str | None,
        form: Mapping[str, str] | None = None,
    ) -> Page | tuple[int, str]:
        """The page, or the status and target of a redirect. Waiting for our turn is not the server's time."""
        url = str(vetted)
        await self.manners.wait_for_turn(url)
        assert self._transport is not None
        # Straight to the transport: no client stands between that would keep a cookie or follow a redirect.
        method = "GET" if form is None else "POST"
        request = httpx.Request(method, vetted, headers=headers, data=form, extensions={"timeout": self._timeout})
        async with self._slots, journey.clocked():
            response = await self._transport.handle_async_request(request)
            try:
                return await self._answer(url, response, journey, moved_to)
            finally:
                await response.aclose()

    async def _answer(
        self, url: str, response: httpx.Response, journey: _Journey, moved_to: str | None
    ) -> Page | tuple[int, str]:
        now, status, headers = self._clock(), response.status_code, _plain(response.headers)
        until = limited_until(headers, now)
        if until is not None:
            self.manners.close(url, until)
        target = headers.get("location") if status in PERMANENT | TEMPORARY else None
        if target is not None:
            return status, target
        if (status == 304 and _is_conditional(response.request)) or status == 204:
            body = b""
        else:
            self._check_status(
                url, status, response.request.method, retry_after(headers.get("retry-after"), now) or until
            )
            encoding = headers.get("content-encoding", "identity")
            body = await bounded_body(response.aiter_raw(), encoding, self._limits.body_bytes, cut_at=journey.cut_at)
        return Page(
            url=url,
            status=status,
            body=body,
            content_type=headers.get("content-type", ""),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            fresh_until=fresh_until(headers, now),
            limited_until=until,
            moved_to=moved_to,
            unchanged=status == 304,
            headers=headers,
        )

    def _check_status(self, url: str, status: int, method: str, retry_at: datetime | None) -> None:
        match status:
            case 200 | 203:
                return
            case 201 | 202 if method == "POST":
                return
            case 401 | 403 | 407:
                raise BlockedError(status)
            case 410:
                raise GoneError(status)
            case 429 | 503:
                if retry_at is not None:
                    self.manners.close(url, retry_at)
                raise RateLimitedError(status, retry_at=retry_at)
            case _:
                raise StatusError(status, retry_at=retry_at)

    async def _read_robots(self, url: str, named: frozenset[str]) -> str | None:
        """The host's robots.txt; None if it can't be read now.

        A file that is missing or refused allows all (RFC 9309, 2.3.1.3). What else keeps the file away will show at the
        address itself, which a person chose.
        """
        headers, journey = self._headers({"Accept": "text/plain, */*;q=0.5"}), self._journey(named)
        journey.cut_at = min(robots.MOST_BYTES, self._limits.body_bytes)
        try:
            page = await self._follow(robots.robots_address(url), headers, journey, for_robots=True)
        except StatusError as error:
            if isinstance(error, RateLimitedError) and error.retry_at is not None:
                raise
            return "" if error.status < 500 else None
        except (CollectError, httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            if refused := refusal(error):
                raise refused from error
            return None
        return robots.text(page.body)


class _Journey:
    """One address and where it redirects to: which private machines may be reached, the server's time left, the names
    of the headers that are meant for the first host alone, and how much of a body is enough."""

    def __init__(self, named: frozenset[str], seconds: float, own: frozenset[str] = frozenset()) -> None:
        self.named, self._left, self.own = named, seconds, own
        self.spent = 0.0
        self.cut_at: int | None = None

    @asynccontextmanager
    async def clocked(self) -> AsyncIterator[None]:
        """Counts the block as the server's time. Raises TimeoutError when that runs out."""
        started = time.monotonic()
        async with asyncio.timeout(self._left):
            yield
        spent = time.monotonic() - started
        self._left, self.spent = self._left - spent, self.spent + spent


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that we trust; reading them takes longer than a dozen requests."""
    return ssl.create_default_context()


# Reading an address costs as much as sending a small request; the same ones come again each round.
_parsed = lru_cache(maxsize=4096)(httpx.URL)


def _vetted(url: str, named: frozenset[str]) -> httpx.URL:
    """The address, read once: what is judged here is what is asked. Raises AddressRefusedError."""
    # As httpx will read it: "127。0。0。1" is 127.0.0.1 once it is encoded.
    parts = _parsed(url)
    host = parts.raw_host.decode("ascii")
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefusedError("only http and https addresses are read")
    if parts.userinfo:
        raise AddressRefusedError("an address with a password in it is not used", code="login")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if (host == "localhost" or is_private_literal(host)) and f"{host}:{port}" not in named:
        raise AddressRefusedError("the address lies on a private network")
    return parts


def _translated(error: Exception) -> CollectError:
    if refused := refusal(error):
        return refused
    if _has_too_large_headers(error):
        return TooLargeError("the headers are too large", code="headers")
    # httpx-aiohttp calls every lost connection a timeout; what lies under it knows better.
    if isinstance(error, httpx.TimeoutException) and isinstance(error.__cause__, TimeoutError | None):
        return UnreachableError("no answer in time", code="timed_out")
    return UnreachableError(type(error).__name__)


def _has_too_large_headers(error: BaseException | None) -> bool:
    while error is not None:
        # aiohttp has no error of its own for too many of them.
        if isinstance(error, LineTooLong) or (
            isinstance(error, BadHttpMessage) and "Too many headers" in error.message
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_conditional(request: httpx.Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """The headers by their names in small letters; of those that come more than once, the values joined (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw_value.decode("utf-8")
        except UnicodeDecodeError:
            value = raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
