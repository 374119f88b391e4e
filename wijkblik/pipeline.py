"""A round: collect, group, assess, and make the day's feed.

Each step takes up what the store says is not done yet, so a round that was cut off
loses nothing and the next one doubles nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from classifier.assessing import VERSION, assess
from classifier.ranking import rank
from classifier.reading import Reader, Reading
from classifier.stories import group
from wijkblik import audit
from wijkblik.collecting import Progress, SourceResult, collect, run
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.models.stories import Assessment, Story
from wijkblik.settings import Settings
from wijkblik.store import Store

log = structlog.get_logger()
HANDLED = frozenset({"done", "not_relevant"})


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
    reader = Reader.of(settings.wijk, settings.themes, settings.today())
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


def group_new(settings: Settings, store: Store, reader: Reader, progress: Progress) -> int:
    """Give every item without a story one; the number of new stories is given back."""
    new = store.items.ungrouped(settings.wijk_key)
    progress("group", 0, len(new))
    if not new:
        return 0
    recent = store.stories.since(settings.wijk_key, new[0].at - timedelta(days=settings.defaults.feed.window_days))
    known = {story.story_id: reader.read(story.items) for story in recent}
    memberships = group(reader.read(new), known)
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
        readings = reader.read(story.items)
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
