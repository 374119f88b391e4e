"""Where a wijk lies, polygons as warnings write them, and how far things lie apart. In degrees (WGS 84); all pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from collector.reading import point_of
from wijkblik.models.items import Point
from wijkblik.models.wijk import Config

EARTH_KM = 6371.0088
"""The Earth's mean radius (IUGG)."""
_DEGREE_KM = math.radians(1) * EARTH_KM

Polygon = Sequence[Point]
"""Corners as (latitude, longitude), the first one repeated at the end or not."""


class Near(Config):
    """Where the wijk lies (degrees, WGS 84), and how many kilometres from it what concerns it may end."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    km: Annotated[float, Field(ge=0, le=100)] = 5

    @model_validator(mode="after")
    def _has_a_whole_point(self) -> Near:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("a point has a lat and a lon; add the other one")
        return self

    @property
    def here(self) -> Point | None:
        """The configured point."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


def polygon(text: str) -> Polygon | None:
    """A polygon as CAP 1.2 (OASIS) writes it, "lat,lon lat,lon ..."; None if a corner is wrong or there are fewer than three."""
    corners = [point_of(*pair) if len(pair := corner.split(",")) == 2 else None for corner in text.split()]
    known = [corner for corner in corners if corner is not None]
    return tuple(known) if len(known) == len(corners) >= 3 else None


def distance_km(one: Point, other: Point) -> float:
    """Kilometres between two points along the globe (the haversine formula)."""
    lat, other_lat = math.radians(one[0]), math.radians(other[0])
    half_lat, half_lon = (other_lat - lat) / 2, math.radians(other[1] - one[1]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(chord, 1.0)))


def gap_km(here: Point, corners: Polygon) -> float:
    """Kilometres from a point to a polygon's nearest edge, 0 inside it. On a plane that touches the globe at the point:
    good to a percent within a hundred kilometres."""
    shrink = math.cos(math.radians(here[0]))
    plane = [((lon - here[1]) * shrink * _DEGREE_KM, (lat - here[0]) * _DEGREE_KM) for lat, lon in corners]
    edges = list(zip(plane, (*plane[1:], plane[0]), strict=True))
    # A ray from the point, now the origin, crosses the border an odd number of times if it starts inside.
    crossings = sum(
        (y > 0) != (other_y > 0) and (other_x - x) * -y / (other_y - y) + x > 0 for (x, y), (other_x, other_y) in edges
    )
    return 0.0 if crossings % 2 else min(_from_origin(*edge) for edge in edges)


def centre(corners: Polygon) -> Point:
    """The middle of a polygon's extent, to a tenth of a metre."""
    lats, lons = [lat for lat, _lon in corners], [lon for _lat, lon in corners]
    return round((min(lats) + max(lats)) / 2, 6), round((min(lons) + max(lons)) / 2, 6)


def _from_origin(start: tuple[float, float], end: tuple[float, float]) -> float:
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    length = dx * dx + dy * dy
    along = min(max(-(x * dx + y * dy) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(x + along * dx, y + along * dy)
