"""One visit to one source. Whatever goes wrong becomes a fault of that source and of nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from collector.base import Collector, Page
from collector.changes import Pace, after_answer, after_failure
from collector.reading import asks_for_password
from wijkblik.errors import BlockedError, BudgetSpentError, CollectError, ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Polling, Visit
from wijkblik.models.wijk import Cadence, FetchLimits, Source

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/json, application/xml;q=0.9, */*;q=0.5"
AHEAD = timedelta(days=1)
"""A publication time further ahead than this can't be one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds for a visit: the moment to reason from (aware UTC), the wijk's zone, the limits, which private machines
    ("host:port") the source's own configuration names, when other sources on its host are planned (may grow meanwhile), and
    what a request may cost (collector.budget)."""

    now: datetime
    zone: ZoneInfo
    limits: FetchLimits
    named: frozenset[str] = frozenset()
    taken: Sequence[datetime] = ()
    price: float | None = None


class Getter(Protocol):
    """Who brings a page (collector.fetch.Fetcher)."""

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
        """The page at `url`. Raises a CollectError."""
        ...


class _VisitFetch:
    """What a collector is handed (collector.base.Fetch): the first address it asks is the listing, asked conditionally."""

    def __init__(self, fetcher: Getter, polling: Polling, bounds: Bounds) -> None:
        self._fetcher, self._polling, self._bounds = fetcher, polling, bounds
        self.page: Page | None = None
        self.asked_url = ""
        self.body_hash: str | None = None
        self.limited_until: datetime | None = None
        self.last_body = b""
        self._requests = 0

    @property
    def now(self) -> datetime:
        return self._bounds.now

    @property
    def since(self) -> datetime:
        return self._bounds.now - timedelta(days=self._bounds.limits.look_back_days)

    @property
    def cursor(self) -> Mapping[str, str]:
        return self._polling.cursor

    async def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> Page:
        if self._requests >= self._bounds.limits.pages_per_visit:
            raise BudgetSpentError(f"more than {self._bounds.limits.pages_per_visit} pages in one visit")
        self._requests += 1
        page = await (self._other(url, headers) if self.asked_url else self._listing(url, headers))
        self.last_body, self.limited_until = page.body, page.limited_until
        return page

    async def _listing(self, url: str, headers: Mapping[str, str] | None) -> Page:
        self.asked_url, known = url, self._polling
        if known.asked_url != url:
            page = await self._other(url, headers)
        else:
            # Headers are meant for the configured host, not for where it once moved to.
            moved = urlsplit(known.url)[:2] != urlsplit(url)[:2]
            page = await self._fetcher.get(
                url if headers and moved else known.url,
                etag=known.etag,
                last_modified=known.last_modified,
                accept=ACCEPT,
                headers=headers,
                named=self._bounds.named,
            )
        if not page.unchanged:
            self.body_hash = hashlib.sha256(page.body).hexdigest()
            page = replace(page, unchanged=known.asked_url == url and self.body_hash == known.body_hash)
        self.page = page
        return page

    async def _other(self, url: str, headers: Mapping[str, str] | None) -> Page:
        return await self._fetcher.get(url, accept=ACCEPT, headers=headers, named=self._bounds.named)


async def visit(
    source: Source,
    collector: Collector,
    polling: Polling,
    fetcher: Getter,
    cadence: Cadence,
    bounds: Bounds,
    *,
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Visit:
    """Ask one source once. The bounds' now judges the items' times; the wall clock decides when to come back. Never raises."""
    started = time.perf_counter()
    fetch = _VisitFetch(fetcher, polling, bounds)

    def pace() -> Pace:
        return Pace(cadence, wall_clock(), bounds.zone, bounds.taken, bounds.price)

    try:
        harvest = await collector.collect(source, fetch)
    except CollectError as error:
        failure = _login_wall(error, fetch.last_body)
        return _failed(source, polling, failure, pace(), started)
    except Exception as error:  # noqa: BLE001 - one source's surprise must not stop the others
        return _failed(source, polling, ParseError(type(error).__name__, code="crashed"), pace(), started)
    harvest = within_limits(harvest, bounds.limits, bounds.now)
    if fetch.limited_until is not None:
        harvest = replace(harvest, limited_until=fetch.limited_until)
    known = after_answer(polling, fetch.page, fetch.asked_url, fetch.body_hash, harvest, bounds.now, pace())
    return Visit(source.key, harvest, known, time.perf_counter() - started)


def within_limits(harvest: Harvest, limits: FetchLimits, now: datetime) -> Harvest:
    """What of a harvest may be kept, wherever it came from: not too much, nothing from the future, nothing that has expired."""
    return _current(_plausible(_limited(harvest, limits.items_per_answer), now), now)


def _failed(source: Source, polling: Polling, error: CollectError, pace: Pace, started: float) -> Visit:
    harvest = Harvest(faults=(Fault(error.code, str(error)),))
    return Visit(source.key, harvest, after_failure(polling, error, pace), time.perf_counter() - started)


def _login_wall(error: CollectError, body: bytes) -> CollectError:
    """A page that asks for a password, where a listing was expected, is a refusal and no broken feed."""
    if isinstance(error, ParseError) and asks_for_password(body):
        wall = BlockedError(200, "a page that asks for a password", code="login")
        wall.__cause__ = error
        return wall
    return error


def _limited(harvest: Harvest, limit: int) -> Harvest:
    if len(harvest.items) <= limit:
        return harvest
    fault = Fault("too_many_items", f"{len(harvest.items)} items, the first {limit} kept")
    return replace(harvest, items=harvest.items[:limit], faults=(*harvest.faults, fault))


def _plausible(harvest: Harvest, now: datetime) -> Harvest:
    """Times from the future are no publication times; the items stay."""
    late = sum(_is_ahead(item, now) for item in harvest.items)
    if not late:
        return harvest
    items = tuple(replace(item, published_at=None) if _is_ahead(item, now) else item for item in harvest.items)
    return replace(harvest, items=items, faults=(*harvest.faults, Fault("future_date", f"{late} times")))


def _is_ahead(item: FetchedItem, now: datetime) -> bool:
    at = item.published_at
    return at is not None and (at if at.tzinfo else at.replace(tzinfo=UTC)) > now + AHEAD


def _current(harvest: Harvest, now: datetime) -> Harvest:
    """Without what has expired: a warning that is over warns of nothing."""
    if not any(item.expires_at for item in harvest.items):
        return harvest
    return replace(harvest, items=tuple(item for item in harvest.items if not _is_over(item, now)))


def _is_over(item: FetchedItem, now: datetime) -> bool:
    at = item.expires_at
    return at is not None and (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now
