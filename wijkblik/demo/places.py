"""Where a wijk's configured places lie, and invented CBS codes and boundaries around them.

CBS divides a municipality (GM) into wijken (WK) and those into buurten (BU); the codes used here are never issued.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wijkblik.models.wijk import Place, Wijk

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""
MUNICIPALITY = "9999"
MARGIN = 0.002
"""Degrees that a boundary stays clear of the outermost places."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A configured place that has coordinates, in degrees."""

    place: Place
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality, wijk or buurt: code, name, rectangle, how many people live there (invented), and a buurt's wijk."""

    code: str
    name: str
    box: Box
    people: int
    wijk_code: str = ""
    wijk_name: str = ""


@dataclass(frozen=True, slots=True)
class Areas:
    """CBS's three levels around a wijk; empty where no place has coordinates."""

    gemeenten: tuple[Area, ...] = ()
    wijken: tuple[Area, ...] = ()
    buurten: tuple[Area, ...] = ()

    def buurt_at(self, lat: float, lon: float) -> Area | None:
        """The buurt that a point lies in."""
        return next((buurt for buurt in self.buurten if overlap(buurt.box, (lon, lat, lon, lat))), None)


def located(wijk: Wijk) -> list[Spot]:
    """The places that have coordinates."""
    return [
        Spot(place, place.lat, place.lon) for place in wijk.places if place.lat is not None and place.lon is not None
    ]


def named_place(wijk: Wijk, *texts: str) -> Spot | None:
    """The place with coordinates that is named first, in the first text that names any; of two names in one spot the longer."""
    for text in texts:
        found = [
            (match.start(), -len(name), spot)
            for spot in located(wijk)
            for name in (spot.place.name, *spot.place.nicknames)
            if (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))
        ]
        if found:
            return min(found, key=lambda one: one[:2])[2]
    return None


def areas(wijk: Wijk) -> Areas:
    """The wijk cut into at most four buurten, and a strip east of it that belongs to the municipality but not to the wijk."""
    spots = located(wijk)
    if not spots:
        return Areas()
    lons, lats = [spot.lon for spot in spots], [spot.lat for spot in spots]
    west, south, east, north = min(lons) - MARGIN, min(lats) - MARGIN, max(lons) + MARGIN, max(lats) + MARGIN
    buurten = [
        _buurt(f"BU999901{number:02d}", f"{first.place.name} en omgeving", box, "WK999901", wijk.name)
        for number, (first, box) in enumerate(_cut(spots, (west, south, east, north), across=False, times=2), start=1)
    ]
    beyond, farthest = f"Overig {wijk.municipality}", 2 * east - west
    rest = _buurt("BU99990000", beyond, (east, south, farthest, north), "WK999900", beyond)
    own = Area("WK999901", wijk.name, (west, south, east, north), sum(buurt.people for buurt in buurten))
    other = Area("WK999900", beyond, rest.box, rest.people)
    whole = Area(f"GM{MUNICIPALITY}", wijk.municipality, (west, south, farthest, north), own.people + other.people)
    return Areas((whole,), (other, own), (rest, *buurten))


def _buurt(code: str, name: str, box: Box, wijk_code: str, wijk_name: str) -> Area:
    return Area(code, name, box, 600 + invented(1400, code), wijk_code, wijk_name)


def _cut(spots: Sequence[Spot], box: Box, *, across: bool, times: int) -> list[tuple[Spot, Box]]:
    """Halve the spots, in turn by latitude and longitude: of each part the spot configured first, and the rectangle."""
    if times == 0 or len(spots) < 2:
        return [(spots[0], box)]
    west, south, east, north = box
    ordered = sorted(spots, key=lambda spot: spot.lon if across else spot.lat)
    low, high = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    if across:
        middle = (low[-1].lon + high[0].lon) / 2
        boxes = (west, south, middle, north), (middle, south, east, north)
    else:
        middle = (low[-1].lat + high[0].lat) / 2
        boxes = (west, south, east, middle), (west, middle, east, north)
    return [
        part
        for half, half_box in zip((low, high), boxes, strict=True)
        for part in _cut([spot for spot in spots if spot in half], half_box, across=not across, times=times - 1)
    ]


def read_box(text: str) -> Box | None:
    """A bbox parameter "west,south,east,north"; None if it is none."""
    try:
        west, south, east, north = (float(side) for side in text.split(","))
    except ValueError:
        return None
    return (west, south, east, north) if west <= east and south <= north else None


def overlap(one: Box, other: Box) -> bool:
    """Whether two rectangles share at least a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def invented(below: int, *parts: str) -> int:
    """A whole number from 0 that is always the same for the same parts."""
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:12], 16) % below
