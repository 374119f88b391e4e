"""How near two items are to telling of the same happening, in log-odds, from what they share and where they differ."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.names import find_names
from classifier.overlap import Overlap, Overlaps
from classifier.places import DOUBTFUL
from classifier.reading import Reading
from classifier.text import normal

GRAM = 5
JOIN = -0.5
"""Log-odds from which an item joins a story."""
LONGEST_DAYS = 5.0
HALF = 6.0
"""Summed rarity of things in common that counts for half of its weight."""

FEATURES = (
    "base", "text", "text_root", "places", "other_place", "names", "numbers", "concepts", "other_concept", "themes", "other_theme",
    "other_language", "days", "same_source", "same_source_text", "one_elsewhere", "same_time", "other_time", "short",
)  # fmt: skip
# Fitted by logistic regression on pairs of invented items (docs/decisions/0018-grouping.md).
WEIGHTS = (
    -4.0, 1.3, 4.6, 2.9, -1.8, 1.3, 1.4, 4.4, -0.5, 0.6, -1.1,
    0.7, -0.7, -0.1, -2.3, -2.3, 0.4, -0.5, 0.4,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traits:
    """What of an item is compared. `day` is its time in days since 1970; `grams` are hashes of what its words are made of."""

    item_id: str
    day: float
    source: str
    lang: str | None
    grams: tuple[int, ...]
    places: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    concepts: frozenset[str]
    themes: frozenset[str]
    away: bool
    times: frozenset[int]
    words: int

    @property
    def things(self) -> Iterator[str]:
        """All named things by which an item can be found."""
        yield from self.places
        yield from self.names
        yield from self.numbers
        yield from self.concepts

    def contradicts(self, other: Traits) -> bool:
        """Whether a text that nearly repeats another tells of something else: of another place."""
        return bool(self.places and other.places and not self.places & other.places)


def traits(reading: Reading) -> Traits:
    """The traits of a read item."""
    item = reading.item
    found = find_names(item.title, item.text)
    known = {normal(match.name) for match in reading.places.matches if match.confidence > DOUBTFUL}
    return Traits(
        item_id=item.item_id,
        day=item.at.timestamp() / 86_400,
        source=item.source_key,
        lang=reading.lang,
        grams=_grams(reading.words),
        places=frozenset(f"p {one}" for one in known | found.places),
        names=frozenset(f"n {one}" for one in found.others),
        numbers=frozenset(f"# {one}" for one in found.numbers),
        concepts=frozenset(f"c {one}" for one in reading.concepts),
        themes=frozenset(reading.themes),
        away=bool(reading.places.elsewhere and not known),
        times=frozenset(int(one.start.timestamp() // 86_400) for one in reading.times),
        words=len(reading.words),
    )


def features(one: Traits, other: Traits, shared: Overlap, all_of: Overlaps) -> tuple[float, ...]:
    """What speaks for and against one happening, in the order of FEATURES. `other` is the earlier item."""
    places, concepts = one.places & other.places, one.concepts & other.concepts
    same_source = one.source == other.source
    return (
        1.0,
        shared.text,
        shared.text**0.5,
        _saturated(all_of.rarity(places)),
        float(bool(one.places and other.places and not places)),
        _saturated(all_of.rarity(one.names & other.names)),
        _saturated(all_of.rarity(one.numbers & other.numbers)),
        _saturated(all_of.rarity(concepts)),
        float(bool(one.concepts and other.concepts and not concepts)),
        float(bool(one.themes & other.themes)),
        float(bool(one.themes and other.themes and not one.themes & other.themes)),
        float(one.lang != other.lang),
        abs(one.day - other.day),
        float(same_source),
        shared.text if same_source else 0.0,
        float(one.away != other.away),
        float(bool(one.times & other.times)),
        float(bool(one.times and other.times and not one.times & other.times)),
        1.0 / (1 + min(one.words, other.words)),
    )


def nearness(one: Traits, other: Traits, shared: Overlap, all_of: Overlaps) -> float:
    """The log-odds that two items tell of the same happening."""
    return sum(
        value * weight for value, weight in zip(features(one, other, shared, all_of), WEIGHTS, strict=True) if value
    )


def _saturated(rarity: float) -> float:
    return rarity / (rarity + HALF)


def _grams(words: tuple[str, ...]) -> tuple[int, ...]:
    """Words, and of longer ones the runs of five letters, which inflection and compounds leave alone."""
    found: dict[str, None] = {}
    for word in words:
        if len(word) <= GRAM:
            if len(word) > 2:
                found[word] = None
        else:
            for start in range(len(word) - GRAM + 1):
                found[word[start : start + GRAM]] = None
    return tuple(zlib.crc32(gram.encode()) for gram in found)
