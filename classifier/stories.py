"""Which items are about the same happening.

An item joins the story that it is nearest to, measured on the nearest quarter of the story's items, so that the longer a
story is the less one alike item is enough: A-like-B and B-like-C do not chain. Nearness is in log-odds (classifier.nearness). Candidates come
from an inverted index over what items have in common, so that the cost of an item follows what it shares and not how
many there are. The same input in the same order gives the same stories.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from classifier.nearness import JOIN, LONGEST_DAYS, Traits, nearness, traits
from classifier.overlap import Overlaps
from classifier.reading import Reading
from classifier.repeats import SHINGLE, NearDuplicates
from wijkblik.models.stories import Membership

REPEAT = 0.5
"""Overlap of shingles from which one text repeats another."""
CANDIDATES = 24
"""So many of the items that share most are compared in full."""
QUARTER, MOST = 4, 3
"""One item of so many has to be near, up to so many: what is like three of a big story belongs to it."""
UNLIKE = -3.0
"""Stands for the nearness to an item that shares too little to be compared."""


class StoryIndex:
    """The items of a window of time, ready for the next one to be placed among them."""

    def __init__(self) -> None:
        self._overlaps = Overlaps()
        self._repeats = NearDuplicates(REPEAT)
        self._traits: list[Traits] = []
        self._story_at: list[str] = []
        self._size: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._traits)

    def add(self, story_id: str, reading: Reading) -> None:
        """An item that belongs to a story already."""
        self._add(story_id, traits(reading), reading)

    def place(self, readings: Sequence[Reading]) -> list[Membership]:
        """A story for each new reading (oldest first): a known one, or one of its own. They are known from then on."""
        found = []
        for reading in readings:
            own = traits(reading)
            found.append(self._choose(reading, own))
            self._add(found[-1].story_id, own, reading)
        return found

    def near(self, reading: Reading, odds: float) -> list[str]:
        """The ids of the other items that are so near to one, nearest first, whatever story they stand in."""
        own, found = traits(reading), []
        for shared in self._overlaps.most(own, CANDIDATES, own.day - LONGEST_DAYS):
            other = self._traits[shared.position]
            value = nearness(own, other, shared, self._overlaps)
            if value >= odds and other.item_id != own.item_id:
                found.append((-value, other.item_id))
        return [item_id for _, item_id in sorted(found)]

    def _add(self, story_id: str, own: Traits, reading: Reading) -> None:
        position = len(self._traits)
        self._traits.append(own)
        self._story_at.append(story_id)
        self._size[story_id] = self._size.get(story_id, 0) + 1
        self._overlaps.add(own)
        if len(reading.words) > SHINGLE:
            self._repeats.add(position, reading.words)

    def _choose(self, reading: Reading, own: Traits) -> Membership:
        """The story of a reading that is not added yet."""
        if len(reading.words) > SHINGLE:
            repeated = self._repeats.find(reading.words)
            if repeated is not None and not own.contradicts(self._traits[repeated[0]]):
                return Membership(own.item_id, self._story_at[repeated[0]], "repeats", round(repeated[1], 4))
        near: dict[str, list[float]] = {}
        for shared in self._overlaps.most(own, CANDIDATES, own.day - LONGEST_DAYS):
            value = nearness(own, self._traits[shared.position], shared, self._overlaps)
            near.setdefault(self._story_at[shared.position], []).append(value)
        best = max(((self._to_story(story_id, values), story_id) for story_id, values in near.items()), default=None)
        if best is not None and best[0] >= JOIN:
            return Membership(own.item_id, best[1], "same_event", round(1 / (1 + math.exp(-best[0])), 4))
        return Membership(own.item_id, new_story_id(own.item_id), "first", 1.0)

    def _to_story(self, story_id: str, values: list[float]) -> float:
        """The mean nearness over the nearest quarter of a story's items; those that were no candidates are unlike."""
        wanted = min(MOST, math.ceil(self._size[story_id] / QUARTER))
        nearest = sorted(values, reverse=True)[:wanted]
        return (sum(nearest) + UNLIKE * (wanted - len(nearest))) / wanted


def new_story_id(item_id: str) -> str:
    """The id of a story that begins with an item."""
    return "s-" + hashlib.sha256(item_id.encode()).hexdigest()[:12]
