"""Trying every source of a wijk at once, as a person does who wonders which of them still work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from collector.base import Page
from collector.changes import STOPPED, starting_point
from collector.fetch import Fetcher
from wijkblik.collecting import fetcher_for, named_by, resolved, run, why_off
from wijkblik.models.items import Fault, Host, Polling, SourceState
from wijkblik.models.wijk import Source
from wijkblik.service.looking import Robots, look
from wijkblik.settings import Settings


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying a source showed, beside what is planned. `latency` is in seconds, of its listing; `cache` names the
    caching headers that it sends; times are aware UTC.

    `known` is what is remembered, with when it is asked next and why; `seen` is what would be remembered after this answer.
    `next_check_at` is None for a source that is not asked by itself, and now for one that the next round asks.
    """

    source: Source
    state: SourceState
    reason: str
    known: Polling
    seen: Polling
    next_check_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    items: int = 0
    background: int = 0
    latency: float | None = None
    robots: Robots = "unread"
    cache: tuple[str, ...] = ()

    @property
    def works_again(self) -> bool:
        """Whether it was stopped and now answers: a person may let it be asked again."""
        return self.known.state in STOPPED and self.state not in STOPPED | {"failing", "off"}


def try_all(
    settings: Settings, remembered: Mapping[str, Polling], hosts: Mapping[str, Host], base: str | None
) -> list[Trial]:
    """Ask every source that may be asked once, side by side, without keeping anything; in the order of the file.

    A source that is off says why and is not asked. One that was stopped is: a person wants to know.
    """
    return run(_try_all(settings, remembered, hosts, base))


async def _try_all(
    settings: Settings, remembered: Mapping[str, Polling], hosts: Mapping[str, Host], base: str | None
) -> list[Trial]:
    asked = []
    for source in settings.wijk.sources:
        known = starting_point(source, remembered.get(source.key))
        # Here, so that loading a collector does not count as a server's time.
        asked.append((resolved(source, base), known, why_off(settings, source)))
    named = frozenset[str]().union(*(named_by(source) for source, _known, _off in asked))
    async with fetcher_for(settings, base, named, hosts) as fetcher:
        return list(await asyncio.gather(*(_try(settings, *one, fetcher, base) for one in asked)))


async def _try(
    settings: Settings, source: Source, known: Polling, off: str | None, fetcher: Fetcher, base: str | None
) -> Trial:
    if off is not None:
        return Trial(source, "off", off, known, replace(known, state="off", reason=off))
    looked = await look(settings, source, known, fetcher, base, named_by(source))
    seen, wall = looked.polling, datetime.now(UTC)
    stopped = STOPPED & {known.state, seen.state}
    return Trial(
        source=source,
        state=seen.state,
        reason=seen.reason,
        known=known,
        seen=seen,
        next_check_at=None if stopped else max(known.next_check_at or wall, wall),
        faults=looked.harvest.faults,
        items=len(looked.harvest.items),
        background=len(looked.harvest.background),
        latency=looked.page.seconds if looked.page else None,
        robots=looked.robots,
        cache=_cache(looked.page),
    )


def _cache(page: Page | None) -> tuple[str, ...]:
    if page is None:
        return ()
    sent = {"ETag": page.etag, "Last-Modified": page.last_modified, "max-age": page.fresh_until}
    return tuple(name for name, value in sent.items() if value)
