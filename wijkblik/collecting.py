"""Collecting: ask every source that may be asked, and keep what each brings as it comes."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from collector.base import address_of
from collector.budget import price
from collector.changes import STOPPED, is_due, starting_point
from collector.fetch import Fetcher, user_agent
from collector.network import named_private
from collector.registry import collectors
from collector.visit import Bounds, visit
from wijkblik import __version__, appkeys
from wijkblik.errors import WijkblikError
from wijkblik.guard.mask import EMAIL, HANDLE, PHONE, PLATE, mask
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.intake import fit_to_remember, take_in
from wijkblik.models.items import Fault, Host, NewItem, Polling, SourceState, Visit
from wijkblik.models.wijk import PUBLISHER, FetchLimits, Source
from wijkblik.settings import Settings
from wijkblik.store import Store
from wijkblik.store.items import Saved

log = structlog.get_logger()
T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and how much there is."""
TERMS_LAST_DAYS = 365
HOSTS_KEPT = timedelta(days=2)
"""How long a host is remembered of which nothing new is learned; its robots.txt counts for a day."""
AT_ONCE = 200
"""So many sources are under way at most; some of them wait for their turn at their host."""
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
    background: int = 0
    faults: tuple[Fault, ...] = ()
    seconds: float = 0.0
    next_check_at: datetime | None = None


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
    off = {source.key: why_off(settings, source) for source in sources}
    askable = [one.rhythm for key, one in known.items() if off[key] is None and one.state not in STOPPED]
    cost = price(askable, settings.defaults.cadence, wall, wijk.zone)
    results: dict[str, SourceResult] = {}
    progress("collect", 0, len(sources))

    async def one(source: Source, fetcher: Fetcher, keeper: _Keeper) -> None:
        polling = known[source.key]
        reason = off[source.key]
        if reason is not None:
            results[source.key] = _kept_off(settings, store, source, polling, reason, wall)
        elif not is_due(polling, wall):
            results[source.key] = SourceResult(
                source.key, source.name, polling.state, polling.reason, asked=False, next_check_at=polling.next_check_at
            )
        else:
            taken = planned[_host_of(source)]
            bounds = Bounds(settings.now(), wijk.zone, limits, named[source.key], taken, cost)
            asked, collector = appkeys.filled_in(source), collectors()[source.collector]
            seen = await visit(asked, collector, polling, fetcher, settings.defaults.cadence, bounds)
            seen = replace(seen, polling=fit_to_remember(seen.polling))
            if seen.polling.next_check_at is not None:
                taken.append(seen.polling.next_check_at)
            results[source.key] = await keeper.keep(source, seen)
        progress("collect", len(results), len(sources))

    named = {source.key: named_by(source) for source in sources}
    known_hosts = store.hosts.remembered()
    async with fetcher_for(settings, base, frozenset[str]().union(*named.values()), known_hosts) as fetcher:
        keeper, waiting = _Keeper(settings, store, keys), iter(sources)

        async def work() -> None:
            for source in waiting:
                try:
                    await one(source, fetcher, keeper)
                except WijkblikError:
                    raise
                except Exception as error:  # noqa: BLE001 - one source's surprise must not stop the others
                    log.error("source failed", wijk=settings.wijk_key, source=source.key, kind=type(error).__name__)
                    fault = Fault("crashed", type(error).__name__)
                    results[source.key] = SourceResult(
                        source.key, source.name, "failing", "crashed", asked=True, faults=(fault,)
                    )

        await asyncio.gather(*(work() for _ in range(min(len(sources), AT_ONCE))))
    _remember_hosts(store, known_hosts, fetcher.manners.hosts, wall)
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
    return "key_missing" if appkeys.is_missing(source) else None


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
            asked=True,
            saved=await done,
            background=len(seen.harvest.background),
            faults=faults,
            seconds=seen.seconds,
            next_check_at=known.next_check_at,
        )

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        arrivals, kept = [], []
        for source, seen, done in waiting:
            try:
                arrivals.append((seen, self._taken_in(source, seen)))
                kept.append(done)
            except Exception as error:  # noqa: BLE001 - who waits for it must be told, and the others are kept
                done.set_exception(error)
        if not arrivals:
            return
        try:
            saved = self._store.items.save_visits(self._settings.wijk_key, arrivals, self._now)
        except Exception as error:  # noqa: BLE001 - likewise
            for done in kept:
                done.set_exception(error)
        else:
            for done, one in zip(kept, saved, strict=True):
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
    # A source that was stopped stays so: switching off and on is not a person looking.
    if polling.state in STOPPED:
        return SourceResult(source.key, source.name, "off", reason, asked=False)
    since = polling.since if polling.state == "off" and polling.reason == reason else wall
    store.sources.remember(settings.wijk_key, source.key, replace(polling, state="off", reason=reason, since=since))
    return SourceResult(source.key, source.name, "off", reason, asked=False)


def _remember_hosts(store: Store, known: Mapping[str, Host], now_known: Mapping[str, Host], wall: datetime) -> None:
    learned = {name: host for name, host in now_known.items() if known.get(name) != host}
    store.hosts.remember({name: replace(host, robots=_without_people(host.robots)) for name, host in learned.items()})
    store.hosts.forget_before(wall - HOSTS_KEPT)


def _without_people(rules: str) -> str:
    """Whom a site keeps crawlers away from is nobody's business: a wildcard in their place refuses more, never less."""
    masked = mask(rules)
    for sign in (EMAIL, PHONE, HANDLE, PLATE):
        masked = masked.replace(sign, "*")
    return masked


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


@cache
def _settle() -> None:
    """What is loaded by the first round stays: looking through it for what is not used any more costs a tenth of a large one."""
    gc.freeze()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what waits for the network."""
    _settle()
    factory = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)
