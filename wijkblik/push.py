"""Push: feeds whose hub tells us of news at once, beside the visits that go on as before (WebSub).

A hub is subscribed to when the environment has our public address, the wijk's file names the hub and the feed names it
too. What it pushes is kept exactly like what a visit brings.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from collector import websub
from collector.changes import STOPPED, starting_point
from collector.registry import collectors
from collector.visit import within_limits
from wijkblik import audit
from wijkblik.collecting import fetcher_for, named_by, run, why_off
from wijkblik.errors import CollectError, ParseError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.intake import take_in
from wijkblik.models.items import Fault, Harvest
from wijkblik.models.push import Subscription
from wijkblik.models.wijk import Source
from wijkblik.settings import Settings
from wijkblik.store import Store

log = structlog.get_logger()
ROUTE = "/websub/"
"""Stands before a subscription's path in its callback's address."""
Clock = Callable[[], datetime]
Due = tuple[Source, Subscription]


def wall() -> datetime:
    """The wall clock, for leases are about real servers."""
    return datetime.now(UTC)


def renew(settings: Settings, store: Store, *, clock: Clock = wall) -> None:
    """Subscribe where a feed offers it, renew what ends soon, and forget what is no longer offered or wanted.

    A hub that does not agree is a fault of that source. Without a public address, and in a scenario, nothing is asked.
    """
    if settings.environment.callback is None or settings.scenario is not None:
        return
    wijk, wanted = settings.wijk_key, _wanted(settings, store)
    known = store.subscriptions.of_wijk(wijk)
    standing = {key: one for key, one in known.items() if key in wanted and wanted[key][1:] == (one.hub, one.topic)}
    if over := known.keys() - standing.keys():
        store.subscriptions.drop(wijk, over)
    now = clock()
    due = [
        (source, standing.get(key) or _new(source, hub, topic, now))
        for key, (source, hub, topic) in wanted.items()
        if key not in standing or websub.is_due(standing[key], now)
    ]
    if due:
        run(_ask(settings, store, due, now))


def confirm(
    settings: Settings, store: Store, path: str, asked: Mapping[str, str], *, clock: Clock = wall
) -> str | None:
    """The answer to a hub that verifies a subscription: the challenge, or None if we did not ask for it."""
    subscription = store.subscriptions.at_path(settings.wijk_key, path)
    if subscription is None or (found := websub.confirmed(subscription, asked, clock())) is None:
        return None
    changed, challenge = found
    store.subscriptions.keep(settings.wijk_key, changed)
    if changed.state == "denied":
        _note(settings, store, changed.source_key, "no_push", "denied")
    return challenge


def receive(
    settings: Settings, store: Store, keys: KeyRing, path: str, body: bytes, signature: str, content_type: str
) -> bool:
    """Take in what was pushed to a path; False if nothing is awaited there any more, so that the hub may stop.

    What is not signed as agreed is dropped and noted, and the sender learns nothing of it (WebSub, 7.1).
    """
    subscription = store.subscriptions.at_path(settings.wijk_key, path)
    source = settings.wijk.source(subscription.source_key) if subscription else None
    if subscription is None or source is None or why_off(settings, source) is not None:
        return False
    if not websub.is_signed(body, subscription.secret, signature):
        _note(settings, store, source.key, "bad_signature")
        return True
    try:
        harvest = collectors()[source.collector].parse(body, source, content_type)
    except ParseError as error:
        _note(settings, store, source.key, error.code)
        return True
    _keep(settings, store, keys, source, within_limits(harvest, settings.defaults.fetch, settings.now()))
    return True


def _wanted(settings: Settings, store: Store) -> dict[str, tuple[Source, str, str]]:
    """The sources that a hub may push, with hub and topic."""
    remembered = store.sources.remembered(settings.wijk_key)
    found = {}
    for source in settings.wijk.sources:
        polling = starting_point(source, remembered.get(source.key))
        offer = websub.offer(source, polling)
        if offer is not None and polling.state not in STOPPED and why_off(settings, source) is None:
            found[source.key] = (source, *offer)
    return found


def _new(source: Source, hub: str, topic: str, now: datetime) -> Subscription:
    return Subscription(
        source_key=source.key,
        path=secrets.token_urlsafe(32),
        hub=hub,
        topic=topic,
        secret=secrets.token_urlsafe(32),
        state="asked",
        asked_at=now,
    )


async def _ask(settings: Settings, store: Store, due: Sequence[Due], now: datetime) -> None:
    named = frozenset[str]().union(*(named_by(source) for source, _subscription in due))
    async with fetcher_for(settings, None, named) as fetcher:
        for source, subscription in due:
            # Written down first: a hub may verify before it answers.
            store.subscriptions.keep(settings.wijk_key, replace(subscription, state="asked", asked_at=now))
            callback = f"{settings.environment.callback}".rstrip("/") + ROUTE + subscription.path
            try:
                form = websub.subscription_form(subscription, callback)
                await fetcher.post(subscription.hub, form, named=named_by(source))
            except CollectError as error:
                _note(settings, store, source.key, "no_push", error.code)


def _keep(settings: Settings, store: Store, keys: KeyRing, source: Source, harvest: Harvest) -> None:
    wijk, now = settings.wijk_key, settings.now()
    new = take_in(
        harvest.items,
        source,
        wijk_key=wijk,
        wijk=settings.wijk,
        keys=keys,
        retention=settings.defaults.retention,
        now=now,
    )
    # A round may be at work on the source: the next visit stays as planned, and only what came is kept.
    saved = store.items.save(wijk, new)
    for fault in harvest.faults:
        store.sources.note(wijk, source.key, fault, wall())
    audit.record(store, now, "pipeline", "push", wijk=wijk, source=source.key, new_items=saved.new)


def _note(settings: Settings, store: Store, source_key: str, code: str, detail: str = "") -> None:
    store.sources.note(settings.wijk_key, source_key, Fault(code, detail), wall())
    log.warning("push", wijk=settings.wijk_key, source=source_key, code=code)
