"""A round: collect what is public, judge what is new, and make the day's feed."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from wijkblik import audit
from wijkblik.collecting import Progress, SourceResult, collect, run
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.judging import Judge, Judged
from wijkblik.settings import Settings
from wijkblik.store import Store

log = structlog.get_logger()


@dataclass(slots=True)
class RoundSummary(Judged):
    """What a round did: what each source brought, and what was made of it."""

    sources: list[SourceResult] = field(default_factory=list)


def run_round(
    settings: Settings,
    store: Store,
    keys: KeyRing,
    *,
    base: str | None = None,
    judge: Judge | None = None,
    progress: Progress = lambda step, done, total: None,
) -> RoundSummary:
    """One whole round. `base` is the publisher's address in a scenario; `judge` one that is kept between rounds.

    What fails at one source stays there.
    """
    summary = RoundSummary()
    now = settings.now()
    with summary.timed("collect"):
        summary.sources = run(collect(settings, store, keys, base, progress))
    (judge or Judge(settings, store)).judge(summary, progress)
    new = sum(result.saved.new for result in summary.sources)
    audit.record(store, now, "pipeline", "round", wijk=settings.wijk_key, feed=summary.feed_id, new_items=new)
    log.info("round", wijk=settings.wijk_key, new_items=new, stories=summary.stories, feed=summary.feed_id)
    return summary
