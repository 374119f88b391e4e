"""A round: collect, group, assess, and make the day's feed.

Each step takes up what the store says is not done yet, so a round that was cut off
loses nothing and the next one doubles nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from classifier.assessing import VERSION, assess
from classifier.ranking import rank
from classifier.reading import Reader, Reading
from classifier.stories import group
from collector.base import address_of
from collector.budget import price
from collector.changes import STOPPED, is_due, starting_point
from collector.fetch import Fetcher, user_agent
from collector.network import named_private
from collector.registry import collectors
from collector.visit import Bounds, visit
from wijkblik import __version__, audit
from wijkblik.errors import WijkblikError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.intake import take_in
from wijkblik.models.items import Fault, Host, NewItem, Polling, SourceState, Visit
from wijkblik.models.stories import Assessment, Story
from wijkblik.models.wijk import PUBLISHER, FetchLimits, Source
from wijkblik.settings import Settings
from wijkblik.store import Store
from wijkblik.store.items import Saved

log = structlog.get_logger()
T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and how much there is."""
HANDLED = frozenset({"done", "not_relevant"})
TERMS_LAST_DAYS = 365
KEEP_AT_ONCE, KEEP_WITHIN_SECONDS = 50, 0.2
"""Visits that come in together are kept together: so many, or within so long."""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What a round did with one source."""

    key: str
    name: str
    state: SourceState
    reason: str
    asked: bool
    saved: Saved = field(default_factory=Saved)
    faults: tuple[Fault, ...] = ()
    seconds: float = 0.0
    next_check_at: datetime | None = None


@dataclass(slots=True)
class RoundSummary:
    """What a round did, with the seconds of each step."""

    sources: list[SourceResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    stories: int = 0
    new_stories: int = 0
    feed_id: int = 0
    shown: int = 0
    below_line: int = 0

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - started


def run_round(
    settings: Settings,
    store: Store,
    keys: KeyRing,
    *,
    base: str | None = None,
    progress: Progress = lambda step, done, total: None,
) -> RoundSummary:
    """One whole round. `base` is the publisher's address in a scenario. What fails at one source stays there."""
    summary = RoundSummary()
    now = settings.now()
    with summary.timed("collect"):
        summary.sources = run(collect(settings, store, keys, base, progress))
    reader = Reader(settings.wijk, settings.themes, settings.today())
    with summary.timed("group"):
        summary.new_stories = group_new(settings, store, reader, progress)
    with summary.timed("assess"):
        stories = assess_changed(settings, store, reader, progress)
        summary.stories = len(stories)
    with summary.timed("feed"):
        summary.feed_id, summary.shown, summary.below_line = make_feed(settings, store, stories)
    new = sum(result.saved.new for result in summary.sources)
    audit.record(store, now, "pipeline", "round", wijk=settings.wijk_key, feed=summary.feed_id, new_items=new)
    log.info("round", wijk=settings.wijk_key, new_items=new, stories=summary.stories, feed=summary.feed_id)
    return summary


async def collect(
    settings: Settings, store: Store, keys: KeyRing, base: str | None, progress: Progress
) -> list[SourceResult]:
    """Ask every source that may be asked now, side by side, and keep what each brings as it comes."""
    wall, wijk = datetime.now(UTC), settings.wijk
    remembered = store.sources.remembered(settings.wijk_key)
    sources = [resolved(source, base) for source in wijk.sources]
    known = {source.key: starting_point(source, remembered.get(source.key)) for source in wijk.sources}
    limits = fetch_limits(settings, base)
    planned = _planned_by_host(sources, remembered)
    cost = price([one.rhythm for one in known.values()], settings.defaults.cadence, wall, wijk.zone)
    results: dict[str, SourceResult] = {}
    progress("collect", 0, len(sources))

    async def one(source: Source, fetcher: Fetcher, keeper: _Keeper) -> None:
        polling = known[source.key]
        reason = why_off(settings, source)
        if reason is not None:
            results[source.key] = _kept_off(settings, store, source, polling, reason, wall)
        elif not is_due(polling, wall):
            results[source.key] = SourceResult(
                source.key, source.name, polling.state, polling.reason, asked=False, next_check_at=polling.next_check_at
            )
        else:
            taken = planned[_host_of(source)]
            bounds = Bounds(settings.now(), wijk.zone, limits, named_by(source), taken, cost)
            seen = await visit(
                source, collectors()[source.collector], polling, fetcher, settings.defaults.cadence, bounds
            )
            if seen.polling.next_check_at is not None:
                taken.append(seen.polling.next_check_at)
            results[source.key] = await keeper.keep(source, seen)
        progress("collect", len(results), len(sources))

    named = frozenset[str]().union(*(named_by(source) for source in sources))
    known_hosts = store.hosts.remembered()
    async with fetcher_for(settings, base, named, known_hosts) as fetcher:
        keeper = _Keeper(settings, store, keys)
        await asyncio.gather(*(one(source, fetcher, keeper) for source in sources))
    store.hosts.remember({name: host for name, host in fetcher.hosts.items() if known_hosts.get(name) != host})
    return [results[source.key] for source in sources]


def next_due(settings: Settings, store: Store) -> datetime | None:
    """When a round would next ask a source (aware UTC, by the wall clock; past if one is due); None if it would ask none."""
    remembered, wall = store.sources.remembered(settings.wijk_key), datetime.now(UTC)
    moments = []
    for source in settings.wijk.sources:
        if why_off(settings, source) is None:
            polling = starting_point(source, remembered.get(source.key))
            if polling.state not in STOPPED:
                moments.append(polling.next_check_at or wall)
    return min(moments, default=None)


def why_off(settings: Settings, source: Source) -> str | None:
    """Why a source may not be asked at all; None if it may. (Purpose and basis come before collecting: Wpg art. 3.)"""
    wijk, today = settings.wijk, settings.today()
    if not source.enabled:
        return "disabled"
    if wijk.unfounded:
        return "purpose_missing"
    if wijk.review_date is not None and wijk.review_date < today:
        return "review_overdue"
    if source.terms_checked_at is None:
        return "terms_unchecked"
    if (today - source.terms_checked_at).days > TERMS_LAST_DAYS:
        return "terms_old"
    if source.collector not in collectors():
        return "collector_unknown"
    try:
        address_of(collectors()[source.collector], source)
    except ValueError:
        return "source_unclear"
    return None


def group_new(settings: Settings, store: Store, reader: Reader, progress: Progress) -> int:
    """Give every item without a story one; the number of new stories is given back."""
    new = store.items.ungrouped(settings.wijk_key)
    progress("group", 0, len(new))
    if not new:
        return 0
    recent = store.stories.since(settings.wijk_key, new[0].at - timedelta(days=settings.defaults.feed.window_days))
    known = {story.story_id: [reader.read(item) for item in story.items] for story in recent}
    memberships = group([reader.read(item) for item in new], known)
    store.stories.add(settings.wijk_key, memberships)
    progress("group", len(new), len(new))
    return len({membership.story_id for membership in memberships} - set(known))


def assess_changed(
    settings: Settings, store: Store, reader: Reader, progress: Progress
) -> dict[str, tuple[int, Assessment]]:
    """The window's stories with a number and their newest assessment; what changed is assessed anew."""
    now, wijk_key = settings.now(), settings.wijk_key
    stories = [
        story
        for story in store.stories.since(wijk_key, now - timedelta(days=settings.defaults.feed.window_days))
        if not story.is_over(now)
    ]
    known = store.stories.assessed_hashes(wijk_key)
    configuration = _configuration_hash(settings)
    hashes = {story.story_id: _content_hash(story, configuration, now) for story in stories}
    changed = [story for story in stories if known.get(story.story_id) != hashes[story.story_id]]
    progress("assess", 0, len(changed))
    fresh: dict[str, tuple[Assessment, str]] = {}
    for count, story in enumerate(changed, start=1):
        readings = [reader.read(item) for item in story.items]
        fresh[story.story_id] = (_assess(settings, story.story_id, readings, now), hashes[story.story_id])
        if count % 50 == 0 or count == len(changed):
            progress("assess", count, len(changed))
    store.stories.save_assessments(wijk_key, fresh, now)
    store.lag.scored(fresh, now)
    return store.stories.newest_assessments(wijk_key, hashes)


def make_feed(settings: Settings, store: Store, stories: Mapping[str, tuple[int, Assessment]]) -> tuple[int, int, int]:
    """Rank and keep the day's list: its number, how many stories it shows and how many fell below the line."""
    now, day, budget = settings.now(), settings.today(), settings.defaults.feed
    decided = store.decisions.standing(settings.wijk_key)
    zone = settings.wijk.zone
    open_ = [
        assessment
        for _, assessment in stories.values()
        if (decision := decided.get(assessment.story_id)) is None
        or decision.action not in HANDLED
        or decision.at.astimezone(zone).date() >= day
    ]
    entries = rank(open_, budget, minutes=budget.minutes, wijk=settings.wijk_key, day=day)
    store.lag.shown((entry.story_id for entry in entries if entry.shown), now)
    feed_id = store.feeds.save(
        settings.wijk_key,
        day,
        entries,
        {story_id: number for story_id, (number, _) in stories.items()},
        at=now,
        items_considered=store.items.count_since(settings.wijk_key, now - timedelta(days=budget.window_days)),
        minutes=budget.minutes,
    )
    shown = sum(entry.shown for entry in entries)
    return feed_id, shown, len(entries) - shown


class _Keeper:
    """Keeps visits as they come in, those that come in together in one transaction."""

    def __init__(self, settings: Settings, store: Store, keys: KeyRing) -> None:
        self._settings, self._store, self._keys, self._now = settings, store, keys, settings.now()
        self._waiting: list[tuple[Source, Visit, asyncio.Future[Saved]]] = []

    async def keep(self, source: Source, seen: Visit) -> SourceResult:
        """Returns when the visit is in the store. Raises StoreError if the database refused it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Saved] = loop.create_future()
        self._waiting.append((source, seen, done))
        if len(self._waiting) == 1:
            loop.call_later(KEEP_WITHIN_SECONDS, self._write)
        elif len(self._waiting) >= KEEP_AT_ONCE:
            self._write()
        known, faults = seen.polling, seen.harvest.faults
        if faults:
            log.warning("faults", wijk=self._settings.wijk_key, source=source.key, codes=[one.code for one in faults])
        return SourceResult(
            source.key,
            source.name,
            known.state,
            known.reason,
            True,
            await done,
            faults,
            seen.seconds,
            known.next_check_at,
        )

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            arrivals = [(seen, self._taken_in(source, seen)) for source, seen, _done in waiting]
            saved = self._store.items.save_visits(self._settings.wijk_key, arrivals, self._now)
        except WijkblikError as error:
            for _source, _seen, done in waiting:
                done.set_exception(error)
        else:
            for (_source, _seen, done), one in zip(waiting, saved, strict=True):
                done.set_result(one)

    def _taken_in(self, source: Source, seen: Visit) -> list[NewItem]:
        settings = self._settings
        return take_in(
            seen.harvest.items,
            source,
            wijk_key=settings.wijk_key,
            wijk=settings.wijk,
            keys=self._keys,
            retention=settings.defaults.retention,
            now=self._now,
        )


def _kept_off(
    settings: Settings, store: Store, source: Source, polling: Polling, reason: str, wall: datetime
) -> SourceResult:
    since = polling.since if polling.state == "off" and polling.reason == reason else wall
    store.sources.remember(settings.wijk_key, source.key, replace(polling, state="off", reason=reason, since=since))
    return SourceResult(source.key, source.name, "off", reason, asked=False)


def fetcher_for(
    settings: Settings, base: str | None, named: frozenset[str], hosts: Mapping[str, Host] | None = None
) -> Fetcher:
    """The HTTP client as this wijk's configuration has it; `named` are private machines that it may reach."""
    return Fetcher(fetch_limits(settings, base), user_agent(__version__, settings.wijk.contact), named, hosts=hosts)


def fetch_limits(settings: Settings, base: str | None) -> FetchLimits:
    """The limits of every request; our own publisher needs no pauses."""
    limits = settings.defaults.fetch
    return limits if base is None else limits.model_copy(update={"spacing_seconds": 0.0})


def resolved(source: Source, base: str | None) -> Source:
    """A scenario's source with the publisher's address in place of {publisher}, in its parameters too."""
    if base is None:
        return source

    def at_base(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(PUBLISHER, base)
        return [at_base(one) for one in value] if isinstance(value, list) else value

    query = {name: at_base(value) for name, value in source.query.items()}
    return source.model_copy(update={"url": at_base(source.url), "query": query})


def named_by(source: Source) -> frozenset[str]:
    """The private machines ("host:port") that a source's configuration names itself, by address or as localhost."""
    addresses = [source.url, *source.query.values()]
    return frozenset(
        name for address in addresses if isinstance(address, str) and (name := named_private(address)) is not None
    )


def _host_of(source: Source) -> str:
    try:
        return urlsplit(address_of(collectors()[source.collector], source)).netloc
    except (KeyError, ValueError):
        return ""


def _planned_by_host(sources: Sequence[Source], remembered: Mapping[str, Polling]) -> defaultdict[str, list[datetime]]:
    """When the sources on each host are to be asked, so that a new plan keeps apart from them."""
    planned: defaultdict[str, list[datetime]] = defaultdict(list)
    wall = datetime.now(UTC)
    for source in sources:
        known = remembered.get(source.key)
        if known is not None and known.next_check_at is not None and known.next_check_at > wall:
            planned[_host_of(source)].append(known.next_check_at)
    return planned


def _assess(settings: Settings, story_id: str, readings: Sequence[Reading], now: datetime) -> Assessment:
    weights = settings.defaults.relevance
    return assess(story_id, readings, wijk=settings.wijk, themes=settings.themes, weights=weights, now=now)


def _content_hash(story: Story, configuration: str, now: datetime) -> str:
    """What an assessment depends on: the items as they are, the configuration, and the hour (reasons of age change with it)."""
    parts = [configuration, now.strftime("%Y-%m-%dT%H")]
    parts += [f"{item.item_id} {item.changed_at} {item.withdrawn_at}" for item in story.items]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _configuration_hash(settings: Settings) -> str:
    themes = "".join(theme.model_dump_json() for theme in settings.themes.values())
    whole = VERSION + settings.wijk.model_dump_json() + themes + settings.defaults.relevance.model_dump_json()
    return hashlib.sha256(whole.encode()).hexdigest()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what waits for the network."""
    factory = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)
