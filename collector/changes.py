"""What a visit means for what is remembered of a source: decisions from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from collector.base import Page
from collector.cadence import next_check
from wijkblik.errors import BlockedError, CollectError, GoneError, StatusError
from wijkblik.models.items import Harvest, Polling, SourceState
from wijkblik.models.wijk import Cadence, Source

STOPPED: frozenset[SourceState] = frozenset({"blocked", "gone"})


def starting_point(source: Source, remembered: Polling | None) -> Polling:
    """What is remembered, or a fresh start for a new source or one whose address was changed by a person."""
    address = source.url or ""
    if remembered is None or remembered.configured_url != address:
        return Polling(url=address, configured_url=address)
    return remembered


def is_due(polling: Polling, now: datetime) -> bool:
    """Whether the source may be asked now. One that blocked us or has ended waits for a person."""
    return polling.state not in STOPPED and (polling.next_check_at is None or polling.next_check_at <= now)


def after_answer(
    polling: Polling, page: Page | None, body_hash: str | None, harvest: Harvest, now: datetime, cadence: Cadence
) -> Polling:
    """What to remember after an answer that could be read. `page` is the first page asked for."""
    known = _in_state(polling, "ok", "", now)
    newest = max(
        (item.published_at for item in harvest.items if item.published_at and item.published_at.tzinfo), default=None
    )
    fresh_until = page.fresh_until if page else None
    known = replace(
        known,
        checked_at=now,
        failures=0,
        items_seen=polling.items_seen if harvest.unchanged else len(harvest.items),
        last_item_at=max((at for at in (newest, polling.last_item_at) if at), default=None),
        next_check_at=next_check(now, cadence, ttl_minutes=harvest.ttl_minutes, fresh_until=fresh_until),
    )
    if page is None:
        return known
    return replace(
        known,
        url=page.moved_to or known.url,
        etag=page.etag or (polling.etag if page.unchanged else None),
        last_modified=page.last_modified or (polling.last_modified if page.unchanged else None),
        body_hash=body_hash or polling.body_hash,
    )


def after_failure(polling: Polling, error: CollectError, now: datetime, cadence: Cadence) -> Polling:
    """What to remember after a visit that gave nothing. Validators stay as they were: nothing new was read."""
    failures = polling.failures + 1
    state: SourceState = "failing"
    next_at: datetime | None = next_check(
        now, cadence, failures=failures, retry_at=error.retry_at if isinstance(error, StatusError) else None
    )
    if isinstance(error, GoneError):
        state, next_at = "gone", None
    elif isinstance(error, BlockedError):
        state, next_at = "blocked", None
    known = _in_state(polling, state, error.code, now)
    return replace(known, checked_at=now, failures=failures, next_check_at=next_at)


def _in_state(polling: Polling, state: SourceState, reason: str, now: datetime) -> Polling:
    since = polling.since if polling.state == state and polling.since else now
    return replace(polling, state=state, reason=reason, since=since)
