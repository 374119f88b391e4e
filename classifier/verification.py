"""Verification: a status that is proposed with its evidence. `unverified` is the resting state; unknown is not fake.

Independence counts publishers, never authors: all posts of one social source are one voice,
and a text that repeats another's is no second witness.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from classifier.reading import Reading
from classifier.repeats import jaccard, shingles
from wijkblik.models.stories import Evidence, Status, Verification
from wijkblik.models.wijk import Source

COPY = 0.5
"""From this overlap of shingles on, one text is a copy of the other."""

_LOG_ODDS: dict[Status, float] = {
    "officially_confirmed": -3.5,
    "corroborated": -1.7,
    "contradicted": 2.2,
    "known_false": 3.2,
    "satire": 3.5,
}
_UNSURE = 0.9
"""Half the band's width in log-odds for evidence from one publisher; it shrinks with more."""


def verify(readings: Sequence[Reading], sources: Mapping[str, Source]) -> Verification:
    """The status of a story's claim, from who says what. `sources` by key; readings oldest first."""
    evidence = _evidence(readings, sources)
    status = _status(evidence)
    if status == "unverified":
        return Verification("unverified", None, None, evidence)
    centre = _LOG_ODDS[status]
    half = _UNSURE / math.sqrt(max(independent_publishers(readings, sources), 1))
    return Verification(
        status,
        round(_sigmoid(centre), 4),
        (round(_sigmoid(centre - half), 4), round(_sigmoid(centre + half), 4)),
        evidence,
    )


def independent_publishers(readings: Sequence[Reading], sources: Mapping[str, Source]) -> int:
    """How many publishers tell a story in words of their own."""
    return len(_voices(readings, sources))


def _status(evidence: Sequence[Evidence]) -> Status:
    """What most of those who can know say. One denial among confirmations (of the toll, not of the fire) decides nothing."""
    said = {one.code: len(one.items) for one in evidence}
    if said.keys() & {"satire_source", "named_satire"} and "official" not in said:
        return "satire"
    if said.get("debunked", 0) > said.get("official", 0):
        return "known_false"
    if said.get("official_denial", 0) > said.get("official", 0):
        return "contradicted"
    if "official" in said:
        return "officially_confirmed"
    return "corroborated" if "independent" in said else "unverified"


def _evidence(readings: Sequence[Reading], sources: Mapping[str, Source]) -> tuple[Evidence, ...]:
    def of_types(*types: str) -> list[Reading]:
        return [
            reading for reading in readings if (source := sources.get(reading.item.source_key)) and source.type in types
        ]

    def note(code: str, found: Sequence[Reading], **params: object) -> list[Evidence]:
        names = sorted({sources[reading.item.source_key].name for reading in found})
        return (
            [Evidence(code, tuple(reading.item.item_id for reading in found), {"names": names, **params})]
            if found
            else []
        )

    official, trusted = of_types("official"), of_types("official", "news")
    denials = [reading for reading in official if reading.cues.denies]
    debunks = [reading for reading in trusted if reading.cues.debunks]
    voices = _voices(readings, sources)
    return (
        *note("satire_source", of_types("satire")),
        # To name satire or to debunk needs something told by another: a story that only one voice tells is that voice's news.
        *note("named_satire", [reading for reading in trusted if reading.cues.names_satire] if len(voices) > 1 else []),
        *note("debunked", debunks if len(voices) > 1 else []),
        *note("official_denial", denials),
        *note("official", [reading for reading in official if not reading.cues.denies and not reading.cues.debunks]),
        *(note("independent", list(voices.values()), count=len(voices)) if len(voices) > 1 else []),
        *(note("single_source", list(voices.values())) if len(voices) == 1 and not official else []),
    )


def _voices(readings: Sequence[Reading], sources: Mapping[str, Source]) -> dict[str, Reading]:
    """The first reading of each publisher that is no copy of an earlier publisher's text."""
    voices: dict[str, Reading] = {}
    seen: list[tuple[str, frozenset[int]]] = []
    for reading in readings:
        publisher = _publisher(sources, reading)
        own = shingles(reading.words)
        copied = any(other != publisher and jaccard(own, theirs) >= COPY for other, theirs in seen)
        seen.append((publisher, own))
        if not copied:
            voices.setdefault(publisher, reading)
    return voices


def _publisher(sources: Mapping[str, Source], reading: Reading) -> str:
    source = sources.get(reading.item.source_key)
    return source.organisation or source.key if source else reading.item.source_key


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
