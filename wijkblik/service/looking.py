"""Asking a source once, as a round would, without keeping anything of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from collector.base import Page, address_of
from collector.fetch import Fetcher
from collector.manners import host_of
from collector.registry import collectors
from collector.visit import Bounds, visit
from wijkblik.appkeys import filled_in
from wijkblik.collecting import fetch_limits
from wijkblik.models.items import Fault, Harvest, Polling
from wijkblik.models.wijk import Source
from wijkblik.settings import Settings

PAGES = 3
"""A look asks no more of a listing in pages than this."""
Robots = Literal["allowed", "refused", "none", "unread"]


@dataclass(frozen=True, slots=True)
class Look:
    """What came of asking a source; `page` is the first answer, if there was one."""

    harvest: Harvest
    polling: Polling
    robots: Robots
    requests: int
    page: Page | None = None

    @property
    def failure(self) -> Fault | None:
        """Why nothing could be had, or why no more will be."""
        if self.polling.state not in {"failing", "blocked", "gone"}:
            return None
        code = self.polling.reason
        return next((fault for fault in self.harvest.faults if fault.code == code), Fault(code))


async def look(
    settings: Settings,
    source: Source,
    known: Polling,
    fetcher: Fetcher,
    base: str | None,
    named: frozenset[str],
    had: Mapping[str, Page] | None = None,
) -> Look:
    """Ask a source whose address is clear. `had` are answers by their address that need not be asked for again."""
    watched = _Watched(fetcher, had or {})
    limits = fetch_limits(settings, base).model_copy(update={"pages_per_visit": PAGES})
    bounds = Bounds(settings.now(), settings.wijk.zone, limits, named)
    # From the start, without validators: a person wants to see the whole answer.
    start = replace(known, asked_url="", cursor={}, etag=None, last_modified=None, body_hash=None)
    module = collectors()[source.collector]
    seen = await visit(filled_in(source), module, start, watched, settings.defaults.cadence, bounds)
    faults = tuple(fault for fault in seen.harvest.faults if fault.code != "too_many_pages")
    return Look(
        harvest=replace(seen.harvest, faults=faults),
        polling=seen.polling,
        robots=_robots(fetcher, address_of(module, source), faults),
        requests=watched.requests,
        page=watched.page,
    )


def _robots(fetcher: Fetcher, url: str, faults: tuple[Fault, ...]) -> Robots:
    if any(fault.code == "robots" for fault in faults):
        return "refused"
    host = fetcher.manners.hosts.get(host_of(url))
    if host is None or host.robots_at is None:
        return "unread"
    return "allowed" if host.robots else "none"


class _Watched:
    """A fetcher that hands out what was had already, counts requests, and notes the first answer."""

    def __init__(self, fetcher: Fetcher, had: Mapping[str, Page]) -> None:
        self._fetcher, self._had = fetcher, had
        self.page: Page | None = None
        self.requests = 0

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
        """As the fetcher's own (collector.visit.Getter)."""
        self.requests += 1
        page = self._had.get(url) or await self._fetcher.get(
            url, etag=etag, last_modified=last_modified, accept=accept, headers=headers, named=named
        )
        self.page = self.page or page
        return page
