"""An inverted index: which earlier items share rare traits with a new one, without comparing it to each of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from classifier.nearness import Traits

COMMON_SHARE, COMMON_FROM = 0.02, 200
"""A trait of more than this share of the items, and of so many, tells nothing apart: it is not looked up."""
RARE_WEIGHT = 0.02
"""How much a named thing in common counts beside the similarity of texts when candidates are chosen."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """An earlier item by its position, and the cosine of the two texts (0..1)."""

    position: int
    text: float


class Overlaps:
    """The traits of all items so far, with the items that have them in order of their positions."""

    def __init__(self) -> None:
        self._grams: dict[int, array[int]] = {}
        self._things: dict[str, array[int]] = {}
        self._days = array("d")
        self._norms = array("d")

    def add(self, own: Traits) -> None:
        """The next item, at the next position."""
        position = len(self._days)
        self._days.append(own.day)
        self._norms.append(max(self._norm(own.grams), 1e-9))
        for gram in own.grams:
            if (known := self._grams.get(gram)) is None:
                known = self._grams[gram] = array("i")
            known.append(position)
        for thing in own.things:
            if (known := self._things.get(thing)) is None:
                known = self._things[thing] = array("i")
            known.append(position)

    def rarity(self, things: Iterable[str]) -> float:
        """The summed rarity of named things: the natural logarithm of how few items have each."""
        total, count = 0.0, len(self._days)
        for thing in things:
            known = self._things.get(thing)
            total += math.log(1 + count / len(known)) if known else math.log(1 + count)
        return total

    def most(self, own: Traits, count: int, since_day: float) -> list[Overlap]:
        """The items since a day that share most with a new one, most first; those that share nothing are left out."""
        size = len(self._days)
        if not size:
            return []
        dots = _summed(
            [(known, _rarity(size, len(known)) ** 2) for known in map(self._grams.get, own.grams) if known], size
        )
        named = _summed(
            [(known, _rarity(size, len(known))) for known in map(self._things.get, own.things) if known], size
        )
        norm = max(self._norm(own.grams), 1e-9)
        cosines = dots / (np.frombuffer(self._norms) * norm)
        score = cosines + RARE_WEIGHT * named
        score[np.frombuffer(self._days) < since_day] = 0.0
        best = np.argpartition(-score, count)[:count] if size > count else np.arange(size)
        best = best[np.argsort(-score[best], kind="stable")]
        return [Overlap(int(one), float(min(cosines[one], 1.0))) for one in best if score[one] > 0]

    def _norm(self, grams: Iterable[int]) -> float:
        size = len(self._days) + 1
        known = self._grams
        return math.sqrt(sum(_rarity(size, len(known[gram]) if gram in known else 1) ** 2 for gram in grams))


def _rarity(size: int, having: int) -> float:
    return math.log(1 + size / having)


def _summed(postings: list[tuple[array[int], float]], size: int) -> NDArray[np.float64]:
    """For each position the sum of the weights of what it has."""
    most = max(COMMON_FROM, COMMON_SHARE * size)
    postings = [(known, weight) for known, weight in postings if len(known) <= most]
    if not postings:
        return np.zeros(size)
    positions = np.concatenate([np.frombuffer(known, dtype=np.int32) for known, _ in postings])
    weights = np.repeat([weight for _, weight in postings], [len(known) for known, _ in postings])
    return np.bincount(positions, weights, minlength=size).astype(np.float64)
