"""The one HTTP client: polite, bounded, and never further than it was sent.

Only this module imports httpx. It keeps no cookies, sends no Referer, vets the very
address that it connects to (on redirects too) and reads no more than its limits allow.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from httpx_aiohttp import AiohttpTransport

from collector.base import Page
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

PERMANENT, TEMPORARY = {301, 308}, {302, 303, 307}
LOGIN_STEPS = {"login", "log-in", "signin", "sign_in", "sign-in", "inloggen", "auth", "oauth", "oauth2", "sso"}
LONGEST_WAIT = timedelta(days=7)
"""No header of a server's makes a source wait longer than this for its next visit."""

_NAT64, _COMPATIBLE = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")

Clock = Callable[[], datetime]


def user_agent(version: str, contact: str) -> str:
    """Who asks, and how to reach them."""
    return f"Wijkblik/{version} (+{contact.encode('ascii', 'ignore').decode()})"


class Fetcher:
    """Reads public addresses within limits; use it as an async context manager.

    `allowed_hosts` are the names or addresses of private machines that may be asked all the
    same ("127.0.0.1" for a publisher on loopback). `transport` is for tests.
    """

    def __init__(
        self,
        limits: FetchLimits,
        agent: str,
        allowed_hosts: frozenset[str] = frozenset(),
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._limits, self._agent, self._allowed, self._clock = limits, agent, allowed_hosts, clock
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._free_at: dict[str, float] = {}
        self._slots = asyncio.Semaphore(limits.connections)

    async def __aenter__(self) -> Self:
        limits = self._limits
        transport = self._transport or AiohttpTransport(client=self._session())
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds, pool=None),
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
            follow_redirects=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client is not None
        await self._client.aclose()

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._limits.connections, resolver=_VettingResolver(self._allowed), use_dns_cache=False
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, accept: str = "*/*"
    ) -> Page:
        """The page at `url`, following redirects. A 304 gives a page without a body, `unchanged`.

        Raises a CollectError: see wijkblik.errors for which means what.
        """
        asked = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = httpx.Headers({name: value for name, value in asked.items() if value}, encoding="utf-8")
        try:
            async with self._slots, asyncio.timeout(self._limits.total_seconds) as deadline:
                return await self._follow(url, headers, deadline)
        except TimeoutError as error:
            raise UnreachableError(
                f"no complete answer within {self._limits.total_seconds:g} s", code="timed_out"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            if refused := _refusal(error):
                raise refused from error
            # httpx-aiohttp calls every lost connection a timeout; what lies under it knows better.
            if isinstance(error, httpx.TimeoutException) and isinstance(error.__cause__, TimeoutError | None):
                raise UnreachableError("no answer in time", code="timed_out") from error
            raise UnreachableError(type(error).__name__) from error

    async def _follow(self, url: str, headers: httpx.Headers, deadline: asyncio.Timeout) -> Page:
        moved_to, all_permanent = None, True
        for _hop in range(self._limits.redirects + 1):
            self._check_address(url)
            await self._wait_for_turn(url, deadline)
            assert self._client is not None
            # A cookie that one answer set must not go along with the next request.
            self._client.cookies.clear()
            async with self._client.stream("GET", url, headers=headers) as response:
                target = response.headers.get("location") if response.status_code in PERMANENT | TEMPORARY else None
                if target is None:
                    return await self._read(url, response, moved_to)
                url = urljoin(url, target)
                if LOGIN_STEPS & set(urlsplit(url).path.lower().split("/")):
                    raise BlockedError(response.status_code, "redirected to a login page", code="login")
                all_permanent = all_permanent and response.status_code in PERMANENT
                moved_to = url if all_permanent else moved_to
        raise TooLargeError(f"more than {self._limits.redirects} redirects", code="redirects")

    def _check_address(self, url: str) -> None:
        # As httpx will read it: "127。0。0。1" is 127.0.0.1 once it is encoded.
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii")
        if parts.scheme not in {"http", "https"} or not host:
            raise AddressRefusedError("only http and https addresses are read")
        if parts.userinfo:
            raise AddressRefusedError("an address with a password in it is not used", code="login")
        if host not in self._allowed and _is_private_literal(host):
            raise AddressRefusedError("the address lies on a private network")

    async def _wait_for_turn(self, url: str, deadline: asyncio.Timeout) -> None:
        """Keep requests to one host apart; the turn is taken before waiting, so that many waiters queue up.

        The wait is ours, not the server's: the deadline moves along.
        """
        host, now = urlsplit(url).netloc, time.monotonic()
        turn = max(self._free_at.get(host, now), now)
        self._free_at[host] = turn + self._limits.spacing_seconds
        if turn > now:
            deadline.reschedule((deadline.when() or 0) + turn - now)
            await asyncio.sleep(turn - now)

    async def _read(self, url: str, response: httpx.Response, moved_to: str | None) -> Page:
        now, status = self._clock(), response.status_code
        if status == 304 and _is_conditional(response.request):
            body = b""
        else:
            _raise_for_status(response, now)
            body = await _bounded_body(response, self._limits.body_bytes)
        return Page(
            url=url,
            status=status,
            body=body,
            content_type=response.headers.get("content-type", ""),
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
            fresh_until=fresh_until(response.headers, now),
            moved_to=moved_to,
            unchanged=status == 304,
        )


def _is_conditional(request: httpx.Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def _raise_for_status(response: httpx.Response, now: datetime) -> None:
    status, retry_at = response.status_code, retry_after(response.headers.get("retry-after"), now)
    match status:
        case 200 | 203:
            return
        case 401 | 403 | 407:
            raise BlockedError(status)
        case 410:
            raise GoneError(status)
        case 429 | 503:
            raise RateLimitedError(status, retry_at=retry_at)
        case _:
            raise StatusError(status, retry_at=retry_at)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a Retry-After header (RFC 9110, 10.2.3; seconds or a date) allows the next request, at most a week on."""
    if value is None:
        return None
    try:
        at = now + timedelta(seconds=int(value)) if value.strip().isdigit() else _http_date(value)
    except (OverflowError, ValueError):
        return now + LONGEST_WAIT if value.strip().isdigit() else None
    return min(max(at, now), now + LONGEST_WAIT)


def fresh_until(headers: httpx.Headers, now: datetime) -> datetime | None:
    """Until when the answer counts as fresh (RFC 9111: max-age less Age, else Expires), at most a week on."""
    directives = {part.strip().lower() for part in headers.get("cache-control", "").split(",")}
    if directives & {"no-store", "no-cache"}:
        return None
    age = next((part.partition("=")[2].strip('"') for part in directives if part.startswith("max-age=")), None)
    try:
        if age is not None:
            elapsed = int(headers.get("age", "0") or 0)
            at = now + timedelta(seconds=min(max(int(age) - elapsed, 0), LONGEST_WAIT.total_seconds()))
        elif "expires" in headers:
            at = _http_date(headers["expires"])
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return min(at, now + LONGEST_WAIT) if at > now else None


def _http_date(value: str) -> datetime:
    at = parsedate_to_datetime(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def _bounded_body(response: httpx.Response, limit: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        inflate: zlib._Decompress | None = None
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        inflate = zlib.decompressobj(wbits=47 if "gzip" in encoding else zlib.MAX_WBITS)
    else:
        raise CollectError(f"content encoding '{encoding[:40]}' was not asked for", code="encoding")
    body, chunk = bytearray(), b""
    try:
        async for chunk in _wire_bytes(response, limit):
            # One byte more than the limit is enough to know that it is over.
            body += chunk if inflate is None else inflate.decompress(chunk, limit + 1 - len(body))
            if len(body) > limit:
                raise TooLargeError(f"the body is larger than {limit} bytes")
    except zlib.error as error:
        raise CollectError("the compressed body is damaged", code="encoding") from error
    if inflate is not None and chunk and not inflate.eof:
        raise CollectError("the compressed body is cut short", code="encoding")
    return bytes(body)


async def _wire_bytes(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in response.aiter_raw():
        total += len(chunk)
        if total > limit:
            raise TooLargeError(f"the body is larger than {limit} bytes")
        yield chunk


def _is_private_literal(host: str) -> bool:
    try:
        return not _is_public(host)
    except ValueError:
        return False


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in IPv6 dress is judged as what it is: mapped, compatible (RFC 4291), NAT64 (RFC 6052), 6to4.
        if ip in _NAT64 or ip in _COMPATIBLE:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        else:
            ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


class _RefusedError(OSError):
    """Carries a refusal through aiohttp, which passes on only OSErrors of a resolver."""


def _refusal(error: BaseException | None) -> AddressRefusedError | None:
    while error is not None:
        if isinstance(error, _RefusedError):
            return AddressRefusedError("the name leads to a private network")
        error = error.__cause__ or error.__context__
    return None


class _VettingResolver(AbstractResolver):
    """Resolves names and refuses every address that is not public, unless the host is allowed by name.

    aiohttp connects to exactly the addresses returned here, so what is vetted is what is used.
    """

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed, self._resolver = allowed, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        results = await self._resolver.resolve(host, port, family)
        if host not in self._allowed:
            results = [result for result in results if _is_public(result["host"])]
            if not results:
                raise _RefusedError(f"{host} leads to a private network")
        return results

    async def close(self) -> None:
        await self._resolver.close()
