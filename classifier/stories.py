"""Which items are about the same happening.

An item joins the story that it is nearest to, measured on the nearer half of the story's items and
never on one alike item alone, so that A-like-B and B-like-C do not chain. Nearness is in log-odds,
from what two texts share (character n-grams, which forgive inflection and carry names across
languages), their places and themes, and the days between them. The same input in the same order
gives the same stories.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.nearness import NearDuplicates
from classifier.places import DOUBTFUL
from classifier.reading import Reading
from wijkblik.models.stories import Membership

REPEAT = 0.5
"""Overlap of shingles from which one text repeats another."""
JOIN = -1.5
"""Log-odds from which an item joins a story: most of its items must speak for it, for a wrong join hides more than a missed one."""
LONGEST_DAYS = 5.0
NEVER = -100.0

# Log-odds per feature of a pair of items, rounded from a logistic regression on the demonstration week.
BASE = -4.9
TEXT = 15.0
PLACE = 6.0
THEME = 2.0
OTHER_LANGUAGE = 0.9
OTHER_PLACE = -1.2
ONE_ELSEWHERE = -3.0
PER_DAY = -0.5
COMMON = 6.0
"""Shared rarity at which a shared place counts for half of its weight."""


def group(new: Sequence[Reading], known: Mapping[str, Sequence[Reading]]) -> list[Membership]:
    """A story for each new reading (oldest first): one of the known ones by id, or one of its own."""
    members = [(story_id, reading) for story_id in sorted(known) for reading in known[story_id]]
    readings = [reading for _, reading in members] + list(new)
    if not new:
        return []
    near = _Nearness(readings)
    groups: dict[str, list[int]] = {}
    repeats = NearDuplicates(REPEAT)
    story_of: dict[str, str] = {}
    for index, (story_id, reading) in enumerate(members):
        groups.setdefault(story_id, []).append(index)
        repeats.add(reading.item.item_id, reading.words)
        story_of[reading.item.item_id] = story_id
    found: list[Membership] = []
    for index in range(len(members), len(readings)):
        reading = readings[index]
        membership = _place(index, reading, near, groups, repeats, story_of)
        found.append(membership)
        groups.setdefault(membership.story_id, []).append(index)
        repeats.add(reading.item.item_id, reading.words)
        story_of[reading.item.item_id] = membership.story_id
    return found


def _place(
    index: int,
    reading: Reading,
    near: _Nearness,
    groups: Mapping[str, list[int]],
    repeats: NearDuplicates,
    story_of: Mapping[str, str],
) -> Membership:
    item_id = reading.item.item_id
    repeated = repeats.find(reading.words) if len(reading.words) > 3 else None
    if repeated is not None:
        return Membership(item_id, story_of[repeated[0]], "repeats", round(repeated[1], 4))
    best = max(((near.to_story(index, members), story_id) for story_id, members in groups.items()), default=(NEVER, ""))
    if best[0] >= JOIN:
        return Membership(item_id, best[1], "same_event", round(1 / (1 + math.exp(-best[0])), 4))
    return Membership(item_id, "s-" + hashlib.sha256(item_id.encode()).hexdigest()[:12], "first", 1.0)


class _Nearness:
    """Log-odds that readings tell of the same happening, from what can be computed for all of them at once."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings
        self._days = np.array([reading.item.at.timestamp() / 86_400 for reading in readings])
        self._texts = _similarities([" ".join(reading.words) for reading in readings])
        self._places = [
            {match.name for match in reading.places.matches if match.confidence > DOUBTFUL} for reading in readings
        ]
        self._away = [
            bool(reading.places.elsewhere and not here) for reading, here in zip(readings, self._places, strict=True)
        ]
        self._place_rarity = _rarity(self._places)
        self._theme_rarity = _rarity([reading.themes for reading in readings])

    def to_story(self, index: int, members: Sequence[int]) -> float:
        """The mean over the nearer half of a story's items; NEVER when all of them are too long ago."""
        if np.abs(self._days[members] - self._days[index]).min() > LONGEST_DAYS:
            return NEVER
        pairs = sorted((self._pair(index, member) for member in members), reverse=True)
        nearer = pairs[: (len(pairs) + 1) // 2]
        return sum(nearer) / len(nearer)

    def _pair(self, a: int, b: int) -> float:
        one, other = self._readings[a], self._readings[b]
        here, there = self._places[a], self._places[b]
        shared = sum(self._place_rarity(place) for place in here & there)
        nearness = BASE + TEXT * float(self._texts[a, b]) + PLACE * shared / (shared + COMMON)
        nearness += THEME * self._themes(one.themes, other.themes)
        nearness += OTHER_LANGUAGE * (one.lang != other.lang)
        nearness += OTHER_PLACE * bool(here and there and not here & there)
        nearness += ONE_ELSEWHERE * (self._away[a] != self._away[b])
        return nearness + PER_DAY * min(abs(float(self._days[a] - self._days[b])), LONGEST_DAYS)

    def _themes(self, one: Iterable[str], other: Iterable[str]) -> float:
        """The cosine of two sets of themes, each theme weighed by how rare it is."""
        one, other = set(one), set(other)
        shared = sum(self._theme_rarity(theme) for theme in one & other)
        if not shared:
            return 0.0
        return shared / math.sqrt(sum(map(self._theme_rarity, one)) * sum(map(self._theme_rarity, other)))


def _rarity(groups: Sequence[Iterable[Hashable]]) -> Callable[[Hashable], float]:
    counts = Counter(one for group in groups for one in group)
    return lambda one: math.log(1.0 + len(groups) / counts[one])


def _similarities(texts: Sequence[str]) -> csr_matrix:
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 5), sublinear_tf=True)
    try:
        vectors = vectoriser.fit_transform(texts)
    except ValueError:  # no text has a word
        return csr_matrix((len(texts), len(texts)))
    return csr_matrix(vectors @ vectors.T)
