"""A wijk's sources as a person keeps them: add one, try all, take a list along."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from collector.base import Page, address_of
from collector.changes import starting_point
from collector.fetch import Fetcher
from collector.registry import collectors
from collector.visit import Bounds, visit
from wijkblik.collecting import fetch_limits, fetcher_for, named_by, resolved, run, why_off
from wijkblik.models.items import Fault, Polling, SourceState
from wijkblik.models.wijk import Source
from wijkblik.settings import Settings

PAGES = 3
"""Trying a source asks no more of a listing in pages than this."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying a source showed. `latency` is in seconds, of its listing; `robots` is `allowed`, `refused`, `none` or
    `unread`; `cache` names the caching headers that it sends; times are aware UTC."""

    key: str
    name: str
    state: SourceState
    reason: str
    polling: Polling
    faults: tuple[Fault, ...] = ()
    items: int = 0
    background: int = 0
    latency: float | None = None
    robots: str = "none"
    cache: tuple[str, ...] = ()
    last_item_at: datetime | None = None
    next_check_at: datetime | None = None


class _Watched:
    """A fetcher that notes how long the first answer took, and the answer."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.page: Page | None = None
        self.seconds: float | None = None

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
        """As the fetcher's own."""
        started = time.perf_counter()
        page = await self._fetcher.get(
            url, etag=etag, last_modified=last_modified, accept=accept, headers=headers, named=named
        )
        if self.page is None:
            self.page, self.seconds = page, time.perf_counter() - started
        return page


def try_all(settings: Settings, remembered: Mapping[str, Polling], base: str | None) -> list[Trial]:
    """Ask every source that may be asked once, side by side, without keeping anything; in the order of the file.

    A source that is off says why and is not asked. One that was stopped is: a person wants to know.
    """
    return run(_try_all(settings, remembered, base))


async def _try_all(settings: Settings, remembered: Mapping[str, Polling], base: str | None) -> list[Trial]:
    known = [starting_point(source, remembered.get(source.key)) for source in settings.wijk.sources]
    sources = [resolved(source, base) for source in settings.wijk.sources]
    named = frozenset[str]().union(*(named_by(source) for source in sources))
    async with fetcher_for(settings, base, named) as fetcher:
        trials = (_try(settings, *pair, fetcher, base) for pair in zip(sources, known, strict=True))
        return list(await asyncio.gather(*trials))


async def _try(settings: Settings, source: Source, known: Polling, fetcher: Fetcher, base: str | None) -> Trial:
    off = why_off(settings, source)
    if off is not None:
        return Trial(source.key, source.name, "off", off, known, last_item_at=known.last_item_at)
    watched = _Watched(fetcher)
    limits = fetch_limits(settings, base).model_copy(update={"pages_per_visit": PAGES})
    bounds = Bounds(settings.now(), settings.wijk.zone, limits, named_by(source))
    # Without validators: a person wants to see the whole answer.
    start = replace(known, asked_url="", cursor={}, etag=None, last_modified=None, body_hash=None)
    module = collectors()[source.collector]
    seen = await visit(source, module, start, watched, settings.defaults.cadence, bounds)
    faults = tuple(fault for fault in seen.harvest.faults if fault.code != "too_many_pages")
    return Trial(
        key=source.key,
        name=source.name,
        state=seen.polling.state,
        reason=seen.polling.reason,
        polling=seen.polling,
        faults=faults,
        items=len(seen.harvest.items),
        background=len(seen.harvest.background),
        latency=watched.seconds,
        robots=_robots(fetcher, address_of(module, source), faults),
        cache=_cache(watched.page),
        last_item_at=seen.polling.last_item_at,
        next_check_at=seen.polling.next_check_at,
    )


def _robots(fetcher: Fetcher, url: str, faults: Sequence[Fault]) -> str:
    if any(fault.code == "robots" for fault in faults):
        return "refused"
    host = fetcher.manners.hosts.get(urlsplit(url).netloc.lower())
    if host is None or host.robots_at is None:
        return "unread"
    return "allowed" if host.robots else "none"


def _cache(page: Page | None) -> tuple[str, ...]:
    if page is None:
        return ()
    sent = {"ETag": page.etag, "Last-Modified": page.last_modified, "max-age": page.fresh_until}
    return tuple(name for name, value in sent.items() if value)
