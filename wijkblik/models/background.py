"""What is known of a wijk besides news: places, boundaries and figures of areas. None of it is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["gemeente", "wijk", "buurt"]


@dataclass(frozen=True, slots=True)
class GazetteerPlace:
    """A named place of a municipality. `kind` is the register's own word, such as weg; lat and lon are WGS 84."""

    place_id: str
    name: str
    kind: str
    municipality: str
    postcode: str | None = None
    wijk_code: str | None = None
    buurt_code: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality, wijk or buurt with its boundary as a GeoJSON geometry (RFC 7946) and its figures by name."""

    code: str
    name: str
    level: Level
    parent: str | None = None
    year: int | None = None
    geometry: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an area in a period, such as registered burglaries in a buurt in 2026MM09."""

    area_code: str
    measure: str
    period: str
    value: float
    label: str = ""


Background = GazetteerPlace | Area | Figure
