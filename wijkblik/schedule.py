"""Rounds by themselves: APScheduler wakes at the moment that a source is due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from wijkblik.collecting import next_due
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.judging import Judge
from wijkblik.pipeline import run_round
from wijkblik.push import renew
from wijkblik.settings import Settings, as_configured_now
from wijkblik.store import Store

log = structlog.get_logger()
LOOK_AT_LEAST_EVERY = timedelta(seconds=60)
"""How soon a change of the configuration, or a source that a person lets be asked again, is noticed."""
LATE_BY_SECONDS = 60
MOST_DOUBLINGS = 5
"""After rounds that fail in a row the wait doubles, up to half an hour."""


@contextmanager
def rounds_in_background(settings: Settings, store: Store, keys: KeyRing, base: str | None) -> Iterator[None]:
    """Runs a round whenever a source is due, one at a time, while the block runs; a round under way is finished first.

    What a hub pushed meanwhile is a reason for a round too, and subscriptions are kept up.

    The wijk's file is read anew when it was changed; a file that is wrong by then changes nothing.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    current, failed = settings, 0
    judge = Judge(settings, store)

    def look() -> None:
        nonlocal current, failed, judge
        due: datetime | None = None
        try:
            current = as_configured_now(current)
            due = next_due(current, store)
            if (due is not None and due <= datetime.now(UTC)) or store.items.have_no_story(current.wijk_key):
                judge = judge.under(current)
                run_round(current, store, keys, base=base, judge=judge)
                due = next_due(current, store)
            renew(current, store)
            failed = 0
        except Exception as error:  # noqa: BLE001 - whatever failed now, the next round comes
            failed += 1
            log.error("round failed", wijk=settings.wijk_key, kind=type(error).__name__)
            due = datetime.now(UTC) + LOOK_AT_LEAST_EVERY * 2 ** min(failed, MOST_DOUBLINGS)
            scheduler.add_job(look, "date", run_date=due, id="round", replace_existing=True, misfire_grace_time=None)
        else:
            plan(due)

    def plan(due: datetime | None) -> None:
        latest = datetime.now(UTC) + LOOK_AT_LEAST_EVERY
        at = latest if due is None else min(max(due, datetime.now(UTC)), latest)
        scheduler.add_job(
            look, "date", run_date=at, id="round", replace_existing=True, misfire_grace_time=LATE_BY_SECONDS
        )

    scheduler.start()
    plan(datetime.now(UTC))
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
