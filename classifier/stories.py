"""Which items are about the same happening.

An item joins the story that it is nearest to on average over the story's items, never because of
one alike item alone, so that A-like-B and B-like-C do not chain. Nearness is what texts share
(TF-IDF within a language), the names and numbers that they share across languages, places and
themes, and how close in time they are. The same input in the same order gives the same stories.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.nearness import NearDuplicates
from classifier.reading import Reading
from wijkblik.models.stories import Membership

REPEAT = 0.5
"""Overlap of shingles from which one text repeats another."""
JOIN = 0.30
"""Nearness from which an item joins a story."""
TEXT, ANCHORS, THEME, SAME_PLACE, OTHER_PLACE, OTHER_LANGUAGE = 1.0, 0.45, 0.06, 0.08, 0.15, 0.10
FADE_HOURS, LONGEST_HOURS = 36.0, 120.0


@dataclass(slots=True)
class _Group:
    story_id: str
    members: list[int] = field(default_factory=list)


def group(new: Sequence[Reading], known: Mapping[str, Sequence[Reading]]) -> list[Membership]:
    """A story for each new reading (oldest first): one of the known ones by id, or one of its own."""
    members = [(story_id, reading) for story_id in sorted(known) for reading in known[story_id]]
    readings = [reading for _, reading in members] + list(new)
    if not new:
        return []
    near = _Nearness(readings)
    groups: dict[str, _Group] = {}
    repeats = NearDuplicates(REPEAT)
    story_of: dict[str, str] = {}
    for index, (story_id, reading) in enumerate(members):
        groups.setdefault(story_id, _Group(story_id)).members.append(index)
        repeats.add(reading.item.item_id, reading.words)
        story_of[reading.item.item_id] = story_id
    found: list[Membership] = []
    for index in range(len(members), len(readings)):
        reading = readings[index]
        membership = _place(index, reading, near, groups, repeats, story_of)
        found.append(membership)
        groups.setdefault(membership.story_id, _Group(membership.story_id)).members.append(index)
        repeats.add(reading.item.item_id, reading.words)
        story_of[reading.item.item_id] = membership.story_id
    return found


def _place(
    index: int,
    reading: Reading,
    near: _Nearness,
    groups: Mapping[str, _Group],
    repeats: NearDuplicates,
    story_of: Mapping[str, str],
) -> Membership:
    item_id = reading.item.item_id
    repeated = repeats.find(reading.words) if len(reading.words) > 3 else None
    if repeated is not None:
        return Membership(item_id, story_of[repeated[0]], "repeats", round(repeated[1], 4))
    best = max(((near.to_group(index, one), one.story_id) for one in groups.values()), default=(0.0, ""))
    if best[0] >= JOIN:
        return Membership(item_id, best[1], "same_event", round(min(best[0], 1.0), 4))
    return Membership(item_id, "s-" + hashlib.sha256(item_id.encode()).hexdigest()[:12], "first", 1.0)


class _Nearness:
    """How near two readings are, from what can be computed for all of them at once."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings
        self._hours = np.array([reading.item.at.timestamp() / 3600 for reading in readings])
        self._texts = _similarities([" ".join(reading.words) for reading in readings])
        counts = Counter(anchor for reading in readings for anchor in reading.anchors)
        total = len(readings)
        self._rarity = {anchor: math.log(1 + total / count) for anchor, count in counts.items()}
        self._places = [
            {match.name for match in reading.places.matches if match.confidence > 0.5} for reading in readings
        ]
        self._away = [set(reading.places.elsewhere) for reading in readings]

    def to_group(self, index: int, one: _Group) -> float:
        """The mean nearness to a story's items, faded by the time to the closest of them."""
        hours = np.abs(self._hours[one.members] - self._hours[index]).min()
        if hours > LONGEST_HOURS:
            return 0.0
        lang = self._readings[index].lang
        spoken = [member for member in one.members if self._readings[member].lang == lang] or one.members
        pairs = [self._pair(index, member) for member in spoken]
        return float(sum(pairs) / len(pairs) * math.exp(-max(hours - 6, 0) / FADE_HOURS / 4))

    def _pair(self, a: int, b: int) -> float:
        one, other = self._readings[a], self._readings[b]
        nearness = TEXT * float(self._texts[a, b]) + ANCHORS * self._anchors(one, other)
        nearness += THEME * bool(set(one.themes) & set(other.themes))
        if one.lang != other.lang:
            nearness += OTHER_LANGUAGE * bool(set(one.themes) & set(other.themes))
        here, there = self._places[a], self._places[b]
        if here and there:
            nearness += SAME_PLACE if here & there else -OTHER_PLACE
        if bool(self._away[a] and not here) != bool(self._away[b] and not there):
            nearness -= OTHER_PLACE
        return nearness

    def _anchors(self, one: Reading, other: Reading) -> float:
        shared = sum(self._rarity[anchor] for anchor in one.anchors & other.anchors)
        if not shared:
            return 0.0
        lengths = [math.sqrt(sum(self._rarity[anchor] for anchor in reading.anchors)) for reading in (one, other)]
        return shared / (lengths[0] * lengths[1])


def _similarities(texts: Sequence[str]) -> csr_matrix:
    vectoriser = TfidfVectorizer(analyzer=str.split, sublinear_tf=True)
    try:
        vectors = vectoriser.fit_transform(texts)
    except ValueError:  # no text has a word
        return csr_matrix((len(texts), len(texts)))
    return csr_matrix(vectors @ vectors.T)
