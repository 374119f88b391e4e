"""Who denies or debunks what: what an official or a checker says of a rumour often stands in a story of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from classifier.reading import Reading
from classifier.stories import StoryIndex
from wijkblik.models.wijk import Source

NEAR = -1.0
"""Log-odds of one happening from which a denial speaks to an item of another story."""
CHECKERS = frozenset({"factcheck", "claimreview"})
"""Collectors whose items are fact-checks."""


@dataclass(frozen=True, slots=True)
class Rebuttals:
    """For each item by id the readings that speak against it from elsewhere."""

    of: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)


def find_rebuttals(readings: Iterable[Reading], index: StoryIndex, sources: Mapping[str, Source]) -> Rebuttals:
    """What the denials, debunks and fact-checks among readings speak to."""
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        if rebuts(reading, sources.get(reading.item.source_key)):
            for item_id in index.near(reading, NEAR):
                found.setdefault(item_id, []).append(reading)
    return Rebuttals({item_id: tuple(against) for item_id, against in found.items()})


def rebuts(reading: Reading, source: Source | None) -> bool:
    """Whether someone who can know says that something told is not so."""
    if source is None:
        return False
    if source.collector in CHECKERS:
        return True
    cues = reading.cues
    return source.type in {"official", "news"} and (cues.denies or cues.debunks or cues.names_satire)
