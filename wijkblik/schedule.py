"""Rounds by themselves: APScheduler looks every minute whether a source may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from wijkblik.errors import WijkblikError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.pipeline import any_due, run_round
from wijkblik.settings import Settings
from wijkblik.store import Store

log = structlog.get_logger()
LOOK_EVERY_SECONDS = 60
LATE_BY_SECONDS = 60


@contextmanager
def rounds_in_background(settings: Settings, store: Store, keys: KeyRing, base: str | None) -> Iterator[None]:
    """Runs a round whenever a source is due, one at a time, while the block runs; a round under way is finished first."""

    def look() -> None:
        try:
            if any_due(settings, store):
                run_round(settings, store, keys, base=base)
        except WijkblikError as error:
            log.error("round failed", wijk=settings.wijk_key, kind=type(error).__name__)

    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        look,
        "interval",
        seconds=LOOK_EVERY_SECONDS,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=LATE_BY_SECONDS,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
