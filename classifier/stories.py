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
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.nearness import SHINGLE, NearDuplicates
from classifier.places import DOUBTFUL
from classifier.reading import Reading
from wijkblik.models.stories import Membership

REPEAT = 0.5
"""Overlap of shingles from which one text repeats another."""
JOIN = -1.5
"""Log-odds from which an item joins a story: where the demonstration week is grouped best. Two random items stand near -4."""
LONGEST_DAYS = 5.0
NEVER = -100.0

Vector = NDArray[np.float64]

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
    near = _Nearness([*(reading for _, reading in members), *new])
    stories = _Stories()
    for story_id, reading in members:
        stories.add(story_id, reading)
    found = []
    for reading in new:
        found.append(stories.choose(reading, near))
        stories.add(found[-1].story_id, reading)
    return found


class _Stories:
    """The stories so far: which reading stands in which, by its position in time of adding."""

    def __init__(self) -> None:
        self._story_at: list[str] = []
        self._members: dict[str, list[int]] = {}
        self._repeats = NearDuplicates(REPEAT)

    def add(self, story_id: str, reading: Reading) -> None:
        position = len(self._story_at)
        self._story_at.append(story_id)
        self._members.setdefault(story_id, []).append(position)
        self._repeats.add(position, reading.words)

    def choose(self, reading: Reading, near: _Nearness) -> Membership:
        """The story of the next reading, which is not added yet."""
        item_id = reading.item.item_id
        repeated = self._repeats.find(reading.words) if len(reading.words) > SHINGLE else None
        if repeated is not None:
            return Membership(item_id, self._story_at[repeated[0]], "repeats", round(repeated[1], 4))
        nearness = near.to_earlier(len(self._story_at))
        # A story that has no item near enough can't have a nearer half that is.
        candidates = {self._story_at[position] for position in np.flatnonzero(nearness >= JOIN)}
        best = max(((_nearer_half(nearness, self._members[one]), one) for one in candidates), default=(NEVER, ""))
        if best[0] >= JOIN:
            return Membership(item_id, best[1], "same_event", round(1 / (1 + math.exp(-best[0])), 4))
        return Membership(item_id, "s-" + hashlib.sha256(item_id.encode()).hexdigest()[:12], "first", 1.0)


class _Nearness:
    """Log-odds that readings tell of the same happening, from what can be computed for all of them at once."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        places = [
            {match.name for match in reading.places.matches if match.confidence > DOUBTFUL} for reading in readings
        ]
        languages = {lang: code for code, lang in enumerate(dict.fromkeys(reading.lang for reading in readings))}
        self._days = np.array([reading.item.at.timestamp() / 86_400 for reading in readings])
        self._texts = _similarities([" ".join(reading.words) for reading in readings])
        self._places = _shared_rarity(places)
        self._themes = _shared_rarity([reading.themes for reading in readings])
        self._theme_weight = np.sqrt(self._themes.diagonal())
        self._has_place = np.array([bool(here) for here in places])
        self._away = np.array(
            [bool(reading.places.elsewhere and not here) for reading, here in zip(readings, places, strict=True)]
        )
        self._lang = np.array([languages[reading.lang] for reading in readings])

    def to_earlier(self, index: int) -> Vector:
        """How near a reading is to each of those before it; NEVER where they are too long apart."""
        earlier = slice(0, index)
        days = np.abs(self._days[earlier] - self._days[index])
        places, themes, texts = (_row(matrix, index) for matrix in (self._places, self._themes, self._texts))
        weights = self._theme_weight[earlier] * self._theme_weight[index]
        nearness = BASE + TEXT * texts + PLACE * places / (places + COMMON)
        nearness += THEME * np.divide(themes, weights, out=np.zeros_like(themes), where=weights > 0)
        nearness += OTHER_LANGUAGE * (self._lang[earlier] != self._lang[index])
        nearness += OTHER_PLACE * (self._has_place[earlier] & self._has_place[index] & (places == 0))
        nearness += ONE_ELSEWHERE * (self._away[earlier] != self._away[index])
        return np.where(days > LONGEST_DAYS, NEVER, nearness + PER_DAY * days)


def _nearer_half(nearness: Vector, members: Sequence[int]) -> float:
    ordered = np.sort(nearness[members])[::-1]
    return float(ordered[: (len(ordered) + 1) // 2].mean())


def _row(matrix: csr_matrix, index: int) -> Vector:
    return np.asarray(matrix[index].toarray()).ravel()[:index]


def _shared_rarity(groups: Sequence[Iterable[str]]) -> csr_matrix:
    """For every two of the groups, the summed rarity of what they have in common."""
    counts = Counter(one for group in groups for one in group)
    columns = {one: column for column, one in enumerate(sorted(counts))}
    rows = [row for row, group in enumerate(groups) for _ in group]
    ones = [one for group in groups for one in group]
    values = [math.sqrt(math.log(1 + len(groups) / counts[one])) for one in ones]
    matrix = csr_matrix((values, (rows, [columns[one] for one in ones])), shape=(len(groups), max(len(columns), 1)))
    return csr_matrix(matrix @ matrix.T)


def _similarities(texts: Sequence[str]) -> csr_matrix:
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 5), sublinear_tf=True)
    try:
        vectors = vectoriser.fit_transform(texts)
    except ValueError:  # no text has a word
        return csr_matrix((len(texts), len(texts)))
    return csr_matrix(vectors @ vectors.T)
