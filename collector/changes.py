"""What a visit means for what is remembered of a source: decisions from facts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from collector.base import Page
from collector.budget import unknown_rate, usual_price
from collector.cadence import learn, next_check
from collector.rhythm import forecast
from wijkblik.errors import BlockedError, CollectError, GoneError, RobotsError, StatusError
from wijkblik.models.cadence import Hints, Rhythm
from wijkblik.models.items import Harvest, Polling, SourceState
from wijkblik.models.wijk import Cadence, Source

STOPPED: frozenset[SourceState] = frozenset({"blocked", "gone"})
SILENCE = timedelta(days=3)
"""How long a source may bring nothing before it is called quiet."""
HABIT = 3.0
"""Of a source that has published less in the last weeks than this, nothing is to be expected on a certain day."""
MISSED = 3.0
"""From this many expected items on, silence is odd: by chance it is then seen once in twenty times (Poisson, e^-3)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What decides when to come back: the configuration, the wall clock (aware UTC), the wijk's zone, the moments that
    other sources on the same host are planned for, and what a request may cost (collector.budget)."""

    cadence: Cadence
    wall: datetime
    zone: ZoneInfo
    taken: Sequence[datetime] = ()
    price: float | None = None


def configured(source: Source) -> str:
    """What a person configured of where a source is asked; when it changes, the source starts afresh."""
    asked = [source.collector, source.type, source.url, source.query]
    return json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False)


def starting_point(source: Source, remembered: Polling | None) -> Polling:
    """What is remembered, or a fresh start for a new source or one whose address was changed by a person."""
    here = configured(source)
    if remembered is not None and remembered.configured == here:
        return remembered
    # Before schema 2 the address alone was written down.
    if remembered is not None and remembered.configured == source.url:
        return replace(remembered, configured=here)
    return Polling(url=source.url or "", configured=here)


def is_due(polling: Polling, wall: datetime) -> bool:
    """Whether the source may be asked now. One that blocked us or has ended waits for a person."""
    return polling.state not in STOPPED and (polling.next_check_at is None or polling.next_check_at <= wall)


def after_answer(
    polling: Polling,
    page: Page | None,
    asked_url: str,
    body_hash: str | None,
    harvest: Harvest,
    now: datetime,
    pace: Pace,
) -> Polling:
    """What to remember after an answer that could be read. `page` is the listing's first; `now` judges the items' times."""
    published = sorted(at for item in harvest.items if (at := _aware(item.published_at, pace.zone)) is not None)
    last_item_at = max((at for at in (*published[-1:], polling.last_item_at) if at), default=None)
    known = replace(
        polling,
        checked_at=pace.wall,
        first_checked_at=polling.first_checked_at or pace.wall,
        failures=0,
        items_seen=polling.items_seen if harvest.unchanged else harvest.listed or len(harvest.items),
        last_item_at=last_item_at,
        hub=polling.hub if harvest.unchanged else harvest.hub,
        topic=polling.topic if harvest.unchanged else harvest.topic,
        rhythm=_learned(polling, published, now, pace.zone),
    )
    if harvest.blocked:
        return _stopped(known, "blocked", harvest.blocked, pace)
    state, reason = _state(known, harvest, now, pace)
    hints = Hints(
        ttl_minutes=harvest.ttl_minutes,
        period_minutes=harvest.period_minutes,
        skip_hours=harvest.skip_hours,
        skip_days=harvest.skip_days,
        fresh_until=page.fresh_until if page else None,
        retry_at=harvest.retry_at,
        limited_until=harvest.limited_until,
    )
    known = _planned(_in_state(known, state, reason, pace.wall), pace, hints)
    known = _not_before(known, pace.wall, harvest.again_after)
    if harvest.cursor is not None and harvest.complete:
        known = replace(known, cursor=harvest.cursor)
    if page is None or not harvest.complete:
        # Cut short: with its validators the rest would never be asked for.
        return replace(known, asked_url=asked_url, url=asked_url, etag=None, last_modified=None, body_hash=None)
    same = polling.asked_url == asked_url
    return replace(
        known,
        asked_url=asked_url,
        url=page.moved_to or (known.url if same else asked_url),
        etag=page.etag or (polling.etag if page.unchanged and same else None),
        last_modified=page.last_modified or (polling.last_modified if page.unchanged and same else None),
        body_hash=body_hash or polling.body_hash,
    )


def after_failure(polling: Polling, error: CollectError, pace: Pace) -> Polling:
    """What to remember after a visit that gave nothing. Validators stay as they were: nothing new was read."""
    known = replace(
        polling,
        checked_at=pace.wall,
        first_checked_at=polling.first_checked_at or pace.wall,
        failures=polling.failures + 1,
    )
    stopped: SourceState | None = (
        "gone" if isinstance(error, GoneError) else "blocked" if isinstance(error, BlockedError | RobotsError) else None
    )
    if stopped is not None:
        return _stopped(known, stopped, error.code, pace)
    if known.asked_url and known.url != known.asked_url:
        # Where it had moved to fails: the configured address may know better.
        known = replace(known, url=known.asked_url, etag=None, last_modified=None, body_hash=None)
    hints = Hints(retry_at=error.retry_at if isinstance(error, StatusError) else None)
    return _planned(_in_state(known, "failing", error.code, pace.wall), pace, hints)


def _learned(polling: Polling, published: Sequence[datetime], now: datetime, zone: ZoneInfo) -> Rhythm:
    new = [at for at in published if polling.last_item_at is None or at > polling.last_item_at]
    return learn(polling.rhythm, new, now, zone) if new or polling.first_checked_at is None else polling.rhythm


def _state(known: Polling, harvest: Harvest, now: datetime, pace: Pace) -> tuple[SourceState, str]:
    """Whether a source that answers is quiet, and if so whether that is odd (something was to be expected) or usual."""
    if harvest.background or (harvest.unchanged and known.last_item_at is None and not known.items_seen):
        return "ok", ""
    if known.last_item_at is None:
        return ("ok", "") if known.items_seen else ("quiet", "nothing_yet")
    if now - known.last_item_at < SILENCE:
        return "ok", ""
    if known.rhythm.count < HABIT:
        return "quiet", "rare"
    unknown = unknown_rate(usual_price(pace.cadence), pace.cadence.usual_minutes)
    missed = forecast(known.rhythm, now, pace.zone, unknown).missed
    return "quiet", "silent" if missed >= MISSED else "rare"


def _stopped(known: Polling, state: SourceState, reason: str, pace: Pace) -> Polling:
    return replace(_in_state(known, state, reason, pace.wall), next_check_at=None, plan="", plan_params={})


def _planned(known: Polling, pace: Pace, hints: Hints) -> Polling:
    plan = next_check(
        pace.wall,
        pace.cadence,
        known.rhythm,
        zone=pace.zone,
        failures=known.failures,
        hints=hints,
        taken=pace.taken,
        price=pace.price,
    )
    return replace(known, next_check_at=plan.at, plan=plan.reason, plan_params=plan.params)


def _not_before(known: Polling, wall: datetime, holds: timedelta | None) -> Polling:
    """A plan to come back while what was brought still holds gives way."""
    if holds is None or (known.next_check_at is not None and known.next_check_at >= wall + holds):
        return known
    return replace(known, next_check_at=wall + holds, plan="holds", plan_params={"days": holds.days})


def _aware(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    try:
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _in_state(polling: Polling, state: SourceState, reason: str, now: datetime) -> Polling:
    since = polling.since if polling.state == state and polling.since else now
    return replace(polling, state=state, reason=reason, since=since)
