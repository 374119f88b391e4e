"""Verification: a status that is proposed with its evidence. `unverified` is the resting state; unknown is not fake.

Independence counts publishers, never authors: all posts of one social source are one voice,
and a text that repeats another's is no second witness.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from classifier.reading import Reading
from classifier.rebuttals import CHECKERS, Rebuttals
from classifier.repeats import SHINGLE, jaccard, shingles
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
# What a story that nobody confirms or denies looks like; each alone says little, so two at least are needed for a chance.
_SOFT: dict[str, float] = {
    "spread_call": 0.9,
    "copy_wave": 0.7,
    "recycled": 1.1,
    "old_date": 0.8,
    "satire_style": 0.9,
    "harm": 0.4,
}
_SOFT_START, _SOFT_UNSURE, _SOFT_NEEDED = -1.4, 1.3, 2
MOST_CHANCE = 0.6
"""A chance from how a text looks alone goes no higher: unknown is not fake."""
MOST_COMPARED = 40
"""Texts of one story that are held against each other; a longer story has shown itself by then."""
WAVE, WAVE_HOURS = 3, 24.0
SPREADS = 0.8
"""The chance from which a text head's word is taken as a signal."""
OLD_YEARS = range(2005, 2100)


def verify(
    readings: Sequence[Reading],
    sources: Mapping[str, Source],
    rebuttals: Rebuttals = Rebuttals(),  # noqa: B008 - frozen
    place: str | None = None,
) -> Verification:
    """The status of a story's claim, from who says what; what would change it stands last in the evidence.

    `sources` by key; readings oldest first; `rebuttals` are what other stories say of its items; `place` is where it is.
    """
    evidence = _evidence(readings, sources, _against(readings, sources, rebuttals))
    status = _status(evidence)
    evidence += tuple(_seek(status, place, evidence))
    if status == "unverified":
        soft = [one.code for one in evidence if one.code in _SOFT]
        if len(soft) < _SOFT_NEEDED:
            return Verification("unverified", None, None, evidence)
        centre, half = _SOFT_START + sum(_SOFT[code] for code in soft), _SOFT_UNSURE
        return Verification("unverified", *_chance(centre, half, MOST_CHANCE), evidence)
    half = _UNSURE / math.sqrt(max(independent_publishers(readings, sources), 1))
    return Verification(status, *_chance(_LOG_ODDS[status], half, 1.0), evidence)


def independent_publishers(readings: Sequence[Reading], sources: Mapping[str, Source]) -> int:
    """How many publishers tell a story in words of their own."""
    return len(_voices(readings, sources))


def _chance(centre: float, half: float, most: float) -> tuple[float, tuple[float, float]]:
    low, middle, high = (min(_sigmoid(value), most) for value in (centre - half, centre, centre + half))
    return round(middle, 4), (round(low, 4), round(high, 4))


def _against(readings: Sequence[Reading], sources: Mapping[str, Source], rebuttals: Rebuttals) -> list[Reading]:
    """What speaks against at least half of a story's items from elsewhere; nothing does where newsrooms or services tell it too.

    Who debunks images speaks only of stories about images.
    """
    own = {reading.item.item_id: reading for reading in readings}
    if _vouching(readings, sources):
        return []
    against: dict[str, list[Reading]] = {}
    for item_id, reading in own.items():
        for one in rebuttals.of.get(item_id, ()):
            fits = one.cues.denies or not one.cues.debunks or "film_spread" in reading.concepts
            if one.item.item_id not in own and fits:
                against.setdefault(one.item.item_id, []).append(one)
    return [hits[0] for _, hits in sorted(against.items()) if len(hits) >= len(own) / 2]


def _vouching(readings: Sequence[Reading], sources: Mapping[str, Source]) -> list[Reading]:
    """The items of newsrooms, services and report desks that tell a story without speaking against it."""
    return [
        one
        for one in readings
        if (source := sources.get(one.item.source_key)) is not None
        and source.type in {"news", "service", "reports"}
        and not (one.cues.denies or one.cues.debunks or one.cues.names_satire)
    ]


def _status(evidence: Sequence[Evidence]) -> Status:
    """What most of those who can know say. One denial among confirmations (of the toll, not of the fire) decides nothing."""
    said = {one.code: len(one.items) for one in evidence}
    satire = said.get("satire_source", 0) + said.get("named_satire", 0)
    if satire > said.get("reported", 0) and "official" not in said:
        return "satire"
    if "fact_check" in said and "official" not in said:
        return "known_false"
    if said.get("debunked", 0) > said.get("official", 0):
        return "known_false"
    if said.get("official_denial", 0) > said.get("official", 0):
        return "contradicted"
    if "official" in said:
        return "officially_confirmed"
    return "corroborated" if "independent" in said else "unverified"


def _evidence(
    readings: Sequence[Reading], sources: Mapping[str, Source], against: Sequence[Reading]
) -> tuple[Evidence, ...]:
    def of_types(*types: str) -> list[Reading]:
        return [
            reading for reading in readings if (source := sources.get(reading.item.source_key)) and source.type in types
        ]

    def note(code: str, found: Sequence[Reading], **params: object) -> list[Evidence]:
        names = sorted({sources[one.item.source_key].name for one in found if one.item.source_key in sources})
        items = tuple(reading.item.item_id for reading in found)
        return [Evidence(code, items, {"names": names, **params})] if found else []

    official, trusted = of_types("official"), of_types("official", "news")
    outside = {one.item.item_id: sources[one.item.source_key] for one in against}
    denials = [one for one in official if one.cues.denies]
    denials += [one for one in against if outside[one.item.item_id].type == "official" and one.cues.denies]
    debunks = [one for one in trusted if one.cues.debunks] + [one for one in against if one.cues.debunks]
    checks = [one for one in against if outside[one.item.item_id].collector in CHECKERS]
    satirical = [one for one in trusted if one.cues.names_satire] + [one for one in against if one.cues.names_satire]
    voices = _voices(readings, sources)
    # To name satire or to debunk needs something told by another: a story that only one voice tells is that voice's news.
    told_by_others = len(voices) > 1 or bool(against)
    return (
        *note("satire_source", of_types("satire")),
        *note("named_satire", satirical if told_by_others else []),
        *note("fact_check", checks),
        *note("debunked", debunks if told_by_others else []),
        *note("official_denial", denials),
        *note("official", [one for one in official if not one.cues.denies and not one.cues.debunks]),
        *note("reported", _vouching(readings, sources)),
        *(note("independent", list(voices.values()), count=len(voices)) if len(voices) > 1 else []),
        *(note("single_source", list(voices.values())) if len(voices) == 1 and not official else []),
        *(one for code, found in _soft(readings, sources).items() for one in note(code, found)),
    )


def _soft(readings: Sequence[Reading], sources: Mapping[str, Source]) -> dict[str, list[Reading]]:
    """What a text itself shows of how far to trust it; official words are not looked at so."""
    told = [
        one
        for one in readings
        if (source := sources.get(one.item.source_key)) and source.type not in {"official", "satire"}
    ]
    return {
        "spread_call": [one for one in told if one.cues.calls_to_spread or one.signals.get("spread", 0.0) >= SPREADS],
        "copy_wave": _wave(told),
        "old_date": [one for one in told if _speaks_of_another_year(one)],
        "satire_style": [one for one in told if one.signals.get("satire", 0.0) >= SPREADS],
        "harm": [one for one in told if one.signals.get("harm", 0.0) >= SPREADS],
        "no_place_or_time": [one for one in told if not one.places.matches and not one.times]
        if not any(one.places.matches or one.times for one in told)
        else [],
    }


def _wave(readings: Sequence[Reading]) -> list[Reading]:
    """The texts that repeat each other, where there are several within a day."""
    shapes = [(one, shingles(one.words)) for one in readings[:MOST_COMPARED] if len(one.words) > SHINGLE]
    for first, shape in shapes:
        alike = [
            one
            for one, other in shapes
            if jaccard(shape, other) >= COPY and abs((one.item.at - first.item.at).total_seconds()) <= WAVE_HOURS * 3600
        ]
        if len(alike) >= WAVE:
            return alike
    return []


def _speaks_of_another_year(reading: Reading) -> bool:
    """Whether images or news are of a year that is past: a sign of recycled material."""
    years = [int(word) for word in reading.words if len(word) == 4 and word.isdigit() and int(word) in OLD_YEARS]
    return bool(years) and max(years) < reading.item.at.year and "film_spread" in reading.concepts


def _seek(status: Status, place: str | None, evidence: Sequence[Evidence]) -> list[Evidence]:
    """What to look for: it would change the status."""
    if status in {"unverified", "corroborated"}:
        return [Evidence("seek_official", (), {"place": place or ""})]
    if status == "officially_confirmed":
        return [Evidence("seek_correction", (), {})]
    sources = [name for one in evidence for name in one.params.get("names", ()) if one.code not in _SOFT]
    return [Evidence("seek_confirmation", (), {"names": sorted(set(sources))})]


def _voices(readings: Sequence[Reading], sources: Mapping[str, Source]) -> dict[str, Reading]:
    """The first reading of each publisher that is no copy of an earlier publisher's text."""
    voices: dict[str, Reading] = {}
    seen: list[tuple[str, frozenset[int]]] = []
    for reading in readings:
        publisher = _publisher(sources, reading)
        if publisher in voices and len(seen) >= MOST_COMPARED:
            continue
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
