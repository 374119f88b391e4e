"""One visit to one source. Whatever goes wrong becomes a fault of that source and of nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collector.base import Collector, Page
from collector.changes import after_answer, after_failure
from collector.fetch import Fetcher
from wijkblik.errors import CollectError, ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Polling, Visit
from wijkblik.models.wijk import Cadence, Source

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/json, application/xml;q=0.9, */*;q=0.5"
AHEAD = timedelta(days=1)
"""A publication time further ahead than this can't be one."""


class _ConditionalFetch:
    """Asks for the source's own address with what is remembered of it, and notices a body it has seen."""

    def __init__(self, fetcher: Fetcher, source: Source, polling: Polling) -> None:
        self._fetcher, self._source, self._polling = fetcher, source, polling
        self.page: Page | None = None
        self.body_hash: str | None = None

    async def __call__(self, url: str) -> Page:
        if url != self._source.url:
            return await self._fetcher.get(url, accept=ACCEPT)
        known = self._polling
        page = await self._fetcher.get(known.url, etag=known.etag, last_modified=known.last_modified, accept=ACCEPT)
        if not page.unchanged:
            self.body_hash = hashlib.sha256(page.body).hexdigest()
            page = replace(page, unchanged=self.body_hash == known.body_hash)
        self.page = page
        return page


async def visit(
    source: Source,
    collector: Collector,
    polling: Polling,
    fetcher: Fetcher,
    cadence: Cadence,
    now: datetime,
    *,
    items_limit: int,
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Visit:
    """Ask one source once. `now` judges the items' times; the wall clock decides when to come back. Never raises."""
    started = time.perf_counter()
    fetch = _ConditionalFetch(fetcher, source, polling)
    try:
        harvest = await collector.collect(source, fetch)
    except CollectError as error:
        return _failed(source, polling, error, cadence, started, wall_clock())
    except Exception as error:  # noqa: BLE001 - one source's surprise must not stop the others
        return _failed(
            source, polling, ParseError(type(error).__name__, code="crashed"), cadence, started, wall_clock()
        )
    harvest = _plausible(_limited(harvest, items_limit), now)
    known = after_answer(polling, fetch.page, fetch.body_hash, harvest, wall_clock(), cadence)
    return Visit(source.key, harvest, known, time.perf_counter() - started)


def _failed(
    source: Source, polling: Polling, error: CollectError, cadence: Cadence, started: float, wall: datetime
) -> Visit:
    harvest = Harvest(faults=(Fault(error.code, str(error)),))
    return Visit(source.key, harvest, after_failure(polling, error, wall, cadence), time.perf_counter() - started)


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
