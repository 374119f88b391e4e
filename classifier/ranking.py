"""The day's list: stories by priority, cut to the minutes that a person has, with places for the uncertain and a random sample.

Priority is relevance and what makes a story matter now, in log-odds: that something starts soon, that it may grow, that
it is new since the last shift, that a person has judged it. Stories that are like one above them give way, so that one
happening does not fill the list (after J. Carbonell, J. Goldstein, "The use of MMR", 1998).
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate

from wijkblik.models.stories import Action, Assessment, Change, FeedEntry, Reason, SelectedAs
from wijkblik.models.wijk import FeedBudget, PriorityWeights

READ_OF_A_STORY = 120
"""Words that a person reads of a long story before deciding; the rest is one click away."""
SOON_HOURS = 36.0
SURE_PLACE = 0.5
FOR_ONE_UNCERTAIN = 5
"""So many stories by priority go with one uncertain one."""
LOWER = 0.8
"""The uncertain and the sample stand below this share of the list: there they cost the reader least, but are not given away."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that may come on the list: what was said of it, what changed since the last shift, and what was decided."""

    assessment: Assessment
    change: Change | None = None
    decided: Action | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    candidate: Candidate
    reasons: tuple[Reason, ...]
    minutes: float

    @property
    def story_id(self) -> str:
        return self.candidate.assessment.story_id


def rank(
    candidates: Sequence[Candidate],
    budget: FeedBudget,
    weights: PriorityWeights,
    *,
    minutes: float,
    wijk: str,
    now: datetime,
    day: date,
) -> list[FeedEntry]:
    """Every story of the day in order; `shown` are those that fit `minutes`, the uncertain and the sample included.

    The sample is drawn uniformly from what would fall below the line, the same for the same wijk, day and stories.
    """
    ordered = _in_order(
        [
            _Placed(one, priority_reasons(one, weights, now), reading_minutes(one.assessment, budget))
            for one in candidates
        ],
        weights,
    )
    for kept in range(_fitting(ordered, minutes), 0, -1):
        shown, below = ordered[:kept], ordered[kept:]
        extra = _extra(below, kept, budget, wijk, day)
        # Their time comes out of the same budget, and they are taken from all that then falls below the line.
        if sum(one.minutes for one in [*shown, *(one for one, _ in extra)]) <= minutes:
            break
    else:
        shown, below, extra = ordered[:1], ordered[1:], []
    selected: dict[str, SelectedAs] = {one.story_id: kind for one, kind in extra}
    for one, _ in extra:
        place = LOWER + (1 - LOWER) * _draw(day.isoformat(), day, one.story_id)
        shown.insert(math.ceil(place * len(shown)), one)
    whole = [(one, True) for one in shown] + [(one, False) for one in below if one.story_id not in selected]
    return [
        FeedEntry(
            story_id=one.story_id,
            rank=position,
            selected_as=selected.get(one.story_id, "ranked"),
            shown=is_shown,
            minutes=round(one.minutes, 3),
            reasons=one.reasons,
            change=one.candidate.change,
        )
        for position, (one, is_shown) in enumerate(whole, start=1)
    ]


def priority_reasons(candidate: Candidate, weights: PriorityWeights, now: datetime) -> tuple[Reason, ...]:
    """The parts of a story's priority, before it is held against the others; their sum is what it is ordered by."""
    story = candidate.assessment
    odds = sum(reason.value for reason in story.reasons)
    found = [Reason("relevance", round(odds, 4)), _age(story, weights, now), *_event(story, weights, now)]
    if story.outlook is not None and story.relevance >= 0.5:
        growth = weights.growth * math.log1p(story.outlook.median)
        found.append(Reason("growth", round(growth, 4), {"median": round(story.outlook.median)}))
    if story.urgent is not None:
        found.append(Reason("urgent", weights.urgent, {"why": story.urgent}))
    if candidate.change is not None:
        found.append(Reason(f"since_{candidate.change}", weights.change.get(candidate.change, 0.0)))
    if candidate.decided is not None:
        found.append(Reason(f"decided_{candidate.decided}", weights.decided.get(candidate.decided, 0.0)))
    return tuple(reason for reason in found if reason.value or reason.code == "relevance")


def reading_minutes(assessment: Assessment, budget: FeedBudget) -> float:
    """How long a person needs for a story, in minutes."""
    words = min(assessment.words, READ_OF_A_STORY)
    return words / budget.words_per_minute + budget.seconds_per_story / 60


def _age(story: Assessment, weights: PriorityWeights, now: datetime) -> Reason:
    newest = story.newest_at or now
    if story.event is not None and story.event.end > now:
        newest = now  # what is still to come is not old
    days = max((now - newest).total_seconds() / 86_400, 0.0)
    return Reason("age", round(weights.age_per_day * days, 4), {"days": round(days, 1)})


def _event(story: Assessment, weights: PriorityWeights, now: datetime) -> list[Reason]:
    if story.event is None or story.event.end <= now or story.relevance < 0.5:
        return []
    hours = max((story.event.start - now).total_seconds() / 3600, 0.0)
    if hours > SOON_HOURS:
        return []
    return [Reason("starts_soon", round(weights.starts_soon * (1 - hours / SOON_HOURS), 4), {"hours": round(hours)})]


def _in_order(placed: Iterable[_Placed], weights: PriorityWeights) -> list[_Placed]:
    """By priority, where each story gives way for those above that are like it."""
    waiting = [(-sum(reason.value for reason in one.reasons), one.story_id, 0, one) for one in placed]
    heapq.heapify(waiting)
    order: list[_Placed] = []
    above: Counter[tuple[str, str] | None] = Counter()
    while waiting:
        low, story_id, counted, one = heapq.heappop(waiting)
        kind = _kind(one)
        if (alike := above[kind]) > counted:
            # More like it stand above by now than when its turn was reckoned.
            heapq.heappush(waiting, (low + weights.alike * (alike - counted), story_id, alike, one))
            continue
        if alike:
            one = replace(one, reasons=(*one.reasons, Reason("like_above", round(-weights.alike * alike, 4))))
        order.append(one)
        if kind is not None:
            above[kind] += 1
    return order


def _kind(placed: _Placed) -> tuple[str, str] | None:
    """Where and what about: stories that have both in common are alike."""
    story = placed.candidate.assessment
    place = next((match.name for match in story.places if match.confidence > SURE_PLACE), None)
    return (place, story.themes[0]) if place and story.themes else None


def _extra(
    below: Sequence[_Placed], kept: int, budget: FeedBudget, wijk: str, day: date
) -> list[tuple[_Placed, SelectedAs]]:
    """What comes on the list besides its first `kept`: the stories that are least sure, and a random sample."""
    open_ = [one for one in below if one.candidate.decided is None]
    unsure = sorted(open_, key=lambda one: (abs(one.candidate.assessment.relevance - 0.5), one.story_id))
    uncertain = unsure[: min(budget.uncertain, kept // FOR_ONE_UNCERTAIN)]
    names = {one.story_id for one in uncertain}
    drawn = sorted(open_, key=lambda one: _draw(wijk, day, one.story_id))
    sample = [one for one in drawn if one.story_id not in names][: math.ceil(kept * budget.sample_share)]
    return [(one, "uncertain") for one in uncertain] + [(one, "sample") for one in sample]


def _fitting(placed: Sequence[_Placed], minutes: float) -> int:
    """How many stories, from the first, fit the minutes."""
    return sum(spent <= minutes for spent in accumulate(one.minutes for one in placed))


def _draw(wijk: str, day: date, story_id: str) -> float:
    """A number in [0, 1) that is fixed by its arguments and evenly spread over stories."""
    digest = hashlib.sha256(f"{wijk}/{day.isoformat()}/{story_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
