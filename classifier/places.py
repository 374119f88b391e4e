"""Which of the wijk's places a text names, how sure that is and why, and which places it names that are not ours.

Every town has a Kerkstraat, so a name alone is weighed against the rest: whether the municipality or another place of
ours is named, whether the source is from here, whether a town stands right behind the name, and what coordinates say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.patterns import WordIndex, tokens
from classifier.registers import Spot, spots_of, towns_of
from classifier.text import normal
from wijkblik.models.background import GazetteerPlace
from wijkblik.models.items import Point
from wijkblik.models.stories import PlaceMatch
from wijkblik.models.wijk import Wijk

SURE, LIKELY, DOUBTFUL = 0.95, 0.8, 0.5
LEAST = 0.35
"""Below this confidence a name says nothing."""
NEAR_METRES, FAR_METRES = 250.0, 5_000.0
"""Within so far of a place's own coordinates, an item's coordinates mean that place; beyond the other they deny it."""
_METRES_PER_DEGREE = 111_320.0
_WORD = re.compile(r"[^\W_]+")
_POSTCODE = re.compile(r"(?<!\d)([1-9]\d{3}) ?([A-Za-z]{2})(?!\w)")
_DATELINE = re.compile(r"^\W*([^\W\d_][\w'-]+(?: [A-Z][\w'-]+)?)\s*(?:[-–—|]\s|:\s)")
_BINDS = frozenset({"in", "te", "bij"})
SHORTEST_MISSPELT = 9
"""Letters of a name from which one that is wrong is forgiven."""
_ARTICLES = frozenset({"de", "het", "t"})
LONGEST = 100_000
"""Letters of a text that are looked at for places."""

# Log-odds; choices, not measurements. A plain name of ours begins at `name`, one that other towns have too at `shared`.
_START = {"name": 3.0, "shared": 0.4, "common_word": -0.6, "register": 2.0, "spelling": 1.2}
_MUNICIPALITY, _CONTEXT, _SOURCE_AREA, _NEAR, _FAR = 2.5, 1.5, 1.2, 3.0, -4.0
_BOUND_TOWN, _BOUND_NAME, _TOWN = -6.0, -2.5, -1.5
_Label = str


@dataclass(frozen=True, slots=True)
class Places:
    """Our places that a text names, surest first; what it names elsewhere; and whether it names the wijk or its municipality."""

    matches: tuple[PlaceMatch, ...] = ()
    elsewhere: tuple[str, ...] = ()
    names_wijk: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    """A name at its tokens (from, up to); `written` is how: name, common_word or spelling."""

    spot: Spot
    start: int
    end: int
    written: str


class Gazetteer:
    """A wijk's places and the towns around it, ready to be looked up; without arguments, one that knows none."""

    def __init__(
        self,
        spots: Sequence[Spot] = (),
        *,
        towns: Iterable[str] = (),
        here: Iterable[str] = (),
        local_sources: Iterable[str] = (),
    ) -> None:
        self._spots, self._towns, self._local = tuple(spots), tuple(towns), frozenset(local_sources)
        here = tuple(here)
        self._postcodes = {spot.postcode: spot for spot in self._spots if spot.postcode}
        self._points = [(spot, spot.point) for spot in self._spots if spot.point is not None and spot.ours]
        self._index = WordIndex(
            {f"s{number}": spot.names for number, spot in enumerate(self._spots)}
            | {f"c{number}": spot.common for number, spot in enumerate(self._spots)}
            | {f"t{number}": (town, f"{town}se", f"{town}er") for number, town in enumerate(self._towns)}
            | {"here": here}
        )
        own = (*here, *(name for spot in self._spots if spot.ours for name in (*spot.names, *spot.common)))
        self._own_words = frozenset(part for name in own for part in tokens(normal(name)))
        self._misspelt = _deletions(spot for spot in self._spots if spot.ours)
        self._spelt: dict[str, Spot | None] = {}

    @classmethod
    def of(cls, wijk: Wijk, register: Sequence[GazetteerPlace] = ()) -> Gazetteer:
        """The gazetteer of a wijk: its configured places, and those of an imported register of its municipality."""
        names = (normal(wijk.name), normal(wijk.municipality))
        local = [
            source.key
            for source in wijk.sources
            if source.type in {"reports", "residents", "community"}
            or any(name in normal(f"{source.name} {source.organisation}") for name in names)
        ]
        here = (wijk.name, wijk.municipality, wijk.name.replace(" ", ""), wijk.municipality.replace(" ", ""))
        return cls(spots_of(wijk, register), towns=towns_of(wijk), here=here, local_sources=local)

    def find(self, text: str, point: Point | None = None, source: str = "") -> Places:
        """The places in a text as it was written (capitals count where a name is also a common word).

        `point` is where the item says it is about (latitude, longitude), `source` the key of its source.
        """
        text = text[:LONGEST]
        parts, written = tokens(normal(text)), _WORD.findall(text)
        if len(parts) != len(written):
            written = [part.capitalize() for part in parts]
        spans = _outermost(self._index.spans(parts))
        hits = [hit for label, start, end in spans if (hit := self._hit(label, start, end, written)) is not None]
        hits += self._respelt(parts, written, {at for _, start, end in spans for at in range(start, end)})
        towns = {self._towns[int(label[1:])]: start for label, start, _ in spans if label[0] == "t"}
        here = any(label == "here" for label, _, _ in spans)
        dateline = _DATELINE.match(text)
        if dateline and not here and normal(dateline[1]) in {normal(town) for town in self._towns}:
            towns.setdefault(dateline[1], 0)
        matches = self._judged(hits, towns, here, written, point, source)
        if not matches and (found := self._by_code(text) or self._by_point(point)) is not None:
            matches = [found]
        others = [hit.spot.name for hit in hits if not hit.spot.ours]
        return Places(
            tuple(sorted(matches, key=lambda match: (-match.confidence, match.name))),
            tuple(sorted({*towns, *others})),
            here,
        )

    def _hit(self, label: _Label, start: int, end: int, written: Sequence[str]) -> _Hit | None:
        if label[0] not in "sc":
            return None
        capital = label[0] == "s" or any(
            word[:1].isupper() for word in written[start:end] if word.casefold() not in _ARTICLES
        )
        return _Hit(self._spots[int(label[1:])], start, end, "name" if capital else "common_word")

    def _respelt(self, parts: Sequence[str], written: Sequence[str], taken: set[int]) -> list[_Hit]:
        """Long names with one letter missing, doubled or wrong."""
        found = []
        for at, part in enumerate(parts):
            if at not in taken and len(part) >= SHORTEST_MISSPELT and (spot := self._known_misspelling(part)):
                found.append(_Hit(spot, at, at + 1, "spelling"))
        return found

    def _known_misspelling(self, part: str) -> Spot | None:
        if part not in self._spelt:
            if len(self._spelt) > LONGEST:
                self._spelt.clear()
            self._spelt[part] = next(
                (self._misspelt[one] for one in sorted(_without_one(part)) if one in self._misspelt), None
            )
        return self._spelt[part]

    def _judged(
        self,
        hits: Sequence[_Hit],
        towns: dict[str, int],
        here: bool,
        written: Sequence[str],
        point: Point | None,
        source: str,
    ) -> list[PlaceMatch]:
        certain = {hit.spot.name for hit in hits if hit.spot.ours and not hit.spot.shared and hit.written == "name"}
        best: dict[str, PlaceMatch] = {}
        for hit in hits:
            if hit.spot.ours:
                match = self._weighed(hit, certain - {hit.spot.name}, towns, here, written, point, source)
                if match.confidence >= LEAST and (
                    hit.spot.name not in best or match.confidence > best[hit.spot.name].confidence
                ):
                    best[hit.spot.name] = match
        return list(best.values())

    def _weighed(
        self,
        hit: _Hit,
        others: set[str],
        towns: dict[str, int],
        here: bool,
        written: Sequence[str],
        point: Point | None,
        source: str,
    ) -> PlaceMatch:
        """A match with its confidence, and as its reason what weighed most."""
        spot = hit.spot
        begin = hit.written if hit.written != "name" else "shared" if spot.shared else spot.origin
        evidence = {begin: _START[begin]}
        if here:
            evidence["municipality"] = _MUNICIPALITY
        if others:
            evidence["context"] = _CONTEXT
        if source in self._local:
            evidence["source_area"] = _SOURCE_AREA
        if point is not None and spot.point is not None:
            metres = _metres(point, spot.point)
            evidence["coordinates"] = _NEAR if metres <= NEAR_METRES else _FAR if metres > FAR_METRES else 0.0
        if any(hit.start - 1 == start or hit.end <= start <= hit.end + 1 for start in towns.values()):
            evidence["elsewhere"] = _BOUND_TOWN
        elif (behind := _bound(written, hit.end)) is not None and normal(behind) not in self._own_words:
            evidence["elsewhere"] = _BOUND_NAME
        elif towns and not here:
            named = any(normal(town) in map(normal, spot.also_in) for town in towns)
            evidence["elsewhere"] = 2 * _TOWN if named else _TOWN
        reason = max(evidence, key=lambda code: (abs(evidence[code]), code))
        return PlaceMatch(spot.name, round(1 / (1 + math.exp(-sum(evidence.values()))), 3), reason)

    def _by_code(self, text: str) -> PlaceMatch | None:
        for digits, letters in _POSTCODE.findall(text):
            if (spot := self._postcodes.get(digits + letters.upper())) is not None and spot.ours:
                return PlaceMatch(spot.name, LIKELY, "postcode")
        return None

    def _by_point(self, point: Point | None) -> PlaceMatch | None:
        if point is None or not self._points:
            return None
        distance, name = min((_metres(point, at), spot.name) for spot, at in self._points)
        return PlaceMatch(name, LIKELY, "coordinates") if distance <= NEAR_METRES else None


def _outermost(spans: Sequence[tuple[_Label, int, int]]) -> list[tuple[_Label, int, int]]:
    """Without those that lie within a longer one: Lindevoort-Noord does not name Lindevoort."""
    return [
        one
        for one in spans
        if not any(start <= one[1] and one[2] <= end and end - start > one[2] - one[1] for _, start, end in spans)
    ]


def _bound(written: Sequence[str], end: int) -> str | None:
    """The name that stands behind a place with `in` or the like between, as in "Kerkstraat in Zutphen"."""
    if end + 1 < len(written) and written[end] in _BINDS and written[end + 1][:1].isupper():
        return written[end + 1]
    return None


def _without_one(word: str) -> set[str]:
    """A word and all its forms with one letter left out (after W. Garbe's symmetric deletes)."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


def _deletions(spots: Iterable[Spot]) -> dict[str, Spot]:
    """Where a misspelt long single word leads, if it leads to one place only."""
    found: dict[str, Spot | None] = {}
    for spot in spots:
        name = normal(spot.name)
        if len(name) >= SHORTEST_MISSPELT and name.isalpha():
            for form in _without_one(name):
                found[form] = spot if found.get(form, spot) is spot else None
    return {form: spot for form, spot in found.items() if spot is not None}


def _metres(one: Point, other: Point) -> float:
    """The distance on a plane: within a municipality the earth is flat."""
    north = (other[0] - one[0]) * _METRES_PER_DEGREE
    east = (other[1] - one[1]) * _METRES_PER_DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)
