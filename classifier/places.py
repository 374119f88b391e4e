"""Which of the wijk's places a text names, how sure that is, and which towns it names that are not ours."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from classifier.patterns import WORD_START, compile_words
from classifier.text import normal
from wijkblik.models.items import Point
from wijkblik.models.stories import PlaceMatch
from wijkblik.models.wijk import Place, Wijk

SURE, LIKELY, DOUBTFUL = 0.95, 0.8, 0.5
NEAR_METRES = 250.0
"""Within so far of a place's own coordinates, an item's coordinates mean that place."""
_METRES_PER_DEGREE = 111_320.0
_ARTICLE = re.compile(r"^(?:de|het|'t)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Places:
    """Our places that a text names, the towns elsewhere that it names, and whether it names the wijk or its municipality."""

    matches: tuple[PlaceMatch, ...] = ()
    elsewhere: tuple[str, ...] = ()
    names_wijk: bool = False


class Gazetteer:
    """A wijk's places, ready to be looked up."""

    def __init__(self, wijk: Wijk) -> None:
        self._places = [(place, _pattern(place)) for place in wijk.places]
        towns = {*wijk.elsewhere, *(town for place in wijk.places for town in place.also_in)}
        self._towns = {
            town: pattern for town in sorted(towns) if (pattern := compile_words([town, f"{town}se", f"{town}er"]))
        }
        self._here = compile_words([wijk.name, wijk.municipality, f"#{wijk.name.replace(' ', '')}"])
        # Lindevoort-Noord names Lindevoort only as part of another place.
        self._parts = compile_words(town for town in wijk.elsewhere if wijk.municipality in town)

    def find(self, text: str, point: Point | None = None) -> Places:
        """The places in a text as it was written (capitals count where a name is also a common word).

        `point` is where the item says it is about (latitude, longitude): it counts where the text names no place of ours.
        """
        plain = normal(text)
        elsewhere = tuple(town for town, pattern in self._towns.items() if pattern.search(plain))
        names_wijk = bool(self._here and self._here.search(self._parts.sub(" ", plain) if self._parts else plain))
        matches = [
            match
            for place, pattern in self._places
            if (match := _match(place, pattern, text, plain, elsewhere, names_wijk))
        ]
        if not matches and point is not None and (near := self._nearest(point)) is not None:
            matches = [PlaceMatch(near.name, LIKELY, "coordinates")]
        return Places(tuple(sorted(matches, key=lambda match: (-match.confidence, match.name))), elsewhere, names_wijk)

    def _nearest(self, point: Point) -> Place | None:
        here = [(_metres(point, place), place) for place, _ in self._places if place.lat is not None]
        distance, place = min(here, key=lambda one: one[0], default=(math.inf, None))
        return place if distance <= NEAR_METRES else None


@dataclass(frozen=True, slots=True)
class _Pattern:
    capitals: re.Pattern[str]
    any_case: re.Pattern[str]
    distinctive: re.Pattern[str] | None
    postcode: re.Pattern[str] | None


def _pattern(place: Place) -> _Pattern:
    names = [place.name, *place.nicknames]
    # The article may stand in small letters ("in de Haspel"), the name itself may not.
    written = [
        WORD_START + r"(?i:de|het|'t)\s+" + re.escape(_ARTICLE.sub("", name)) + r"(?!\w)"
        for name in names
        if _ARTICLE.match(name)
    ]
    written += [WORD_START + re.escape(name) + r"(?!\w)" for name in names if not _ARTICLE.match(name)]
    short = [name.removesuffix("straat") + "str" for name in names if name.endswith("straat")]
    any_case = compile_words([*names, *short])
    assert any_case is not None, "a place has a name"
    postcode = (
        re.compile(rf"(?<!\d){place.postcode[:4]} ?{place.postcode[-2:]}(?!\w)", re.IGNORECASE)
        if place.postcode
        else None
    )
    distinctive = compile_words([*(name for name in names if not _ARTICLE.match(name) and len(name) > 6), *short])
    return _Pattern(re.compile("|".join(written)), any_case, distinctive, postcode)


def _match(
    place: Place, pattern: _Pattern, text: str, plain: str, elsewhere: tuple[str, ...], names_wijk: bool
) -> PlaceMatch | None:
    if not pattern.any_case.search(plain):
        if pattern.postcode and pattern.postcode.search(text):
            return PlaceMatch(place.name, LIKELY, "postcode")
        return None
    if set(place.also_in) & set(elsewhere) and not names_wijk:
        return None
    if not (pattern.distinctive and pattern.distinctive.search(plain)) and not pattern.capitals.search(text):
        return PlaceMatch(place.name, DOUBTFUL, "common_word")
    if place.also_in and not names_wijk:
        return PlaceMatch(place.name, DOUBTFUL if elsewhere else LIKELY, "also_elsewhere")
    return PlaceMatch(place.name, SURE, "name")


def _metres(point: Point, place: Place) -> float:
    """The distance on a plane: within a wijk the earth is flat."""
    if place.lat is None or place.lon is None:
        return math.inf
    north = (place.lat - point[0]) * _METRES_PER_DEGREE
    east = (place.lon - point[1]) * _METRES_PER_DEGREE * math.cos(math.radians(point[0]))
    return math.hypot(north, east)
