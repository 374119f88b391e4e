"""The day's list: relevant stories first, cut to the minutes that a person has, with a random sample of the rest."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from wijkblik.models.stories import Assessment, FeedEntry
from wijkblik.models.wijk import FeedBudget

READ_OF_A_STORY = 120
"""Words that a person reads of a long story before deciding; the rest is one click away."""


@dataclass(frozen=True, slots=True)
class _Timed:
    assessment: Assessment
    minutes: float


def rank(
    assessments: Sequence[Assessment], budget: FeedBudget, *, minutes: float, wijk: str, day: date
) -> list[FeedEntry]:
    """Every story of the day in order; `shown` are those that fit `minutes`, sample included.

    The sample is drawn uniformly from what would fall below the line, the same for the same wijk,
    day and stories, and stands somewhere among the lower half of the others.
    """
    timed = [
        _Timed(one, reading_minutes(one, budget))
        for one in sorted(assessments, key=lambda one: (-one.relevance, one.story_id))
    ]
    # The sample's time comes out of the same budget, and it is drawn from all that then falls below the line.
    for kept in range(_fitting(timed, minutes), 0, -1):
        shown, below = timed[:kept], timed[kept:]
        drawn = sorted(below, key=lambda one: _draw(wijk, day, one.assessment.story_id))
        sample = drawn[: math.ceil(kept * budget.sample_share)]
        if sum(one.minutes for one in [*shown, *sample]) <= minutes:
            break
    else:
        shown, below, sample = timed[:1], timed[1:], []
    picked = {one.assessment.story_id for one in sample}
    order = [(one, True) for one in shown]
    for one in sample:
        # In the lower half, where it costs the reader least, but not at a place that gives it away.
        place = (1 + _draw(day.isoformat(), day, one.assessment.story_id)) / 2
        order.insert(int(place * (len(order) + 1)), (one, True))
    order += [(one, False) for one in below if one.assessment.story_id not in picked]
    return [
        FeedEntry(
            story_id=one.assessment.story_id,
            rank=position,
            selected_as="sample" if one.assessment.story_id in picked else "ranked",
            shown=is_shown,
            minutes=round(one.minutes, 3),
        )
        for position, (one, is_shown) in enumerate(order, start=1)
    ]


def reading_minutes(assessment: Assessment, budget: FeedBudget) -> float:
    """How long a person needs for a story, in minutes."""
    words = min(assessment.words, READ_OF_A_STORY)
    return words / budget.words_per_minute + budget.seconds_per_story / 60


def _fitting(timed: Sequence[_Timed], minutes: float) -> int:
    """How many stories, from the first, fit the minutes."""
    return sum(spent <= minutes for spent in accumulate(one.minutes for one in timed))


def _draw(wijk: str, day: date, story_id: str) -> float:
    """A number in [0, 1) that is fixed by its arguments and evenly spread over stories."""
    digest = hashlib.sha256(f"{wijk}/{day.isoformat()}/{story_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
