"""Boundaries of municipalities, wijken and buurten with a few figures: CBS's map, served by PDOK.

The service is OGC API - Features part 1 (OGC 17-069r4): GeoJSON (RFC 7946) in pages, where the body's link `next` leads
on. The collections and the names of their properties were seen in clients. The year is part of the address, so that
boundaries change only when a person says so. The map also holds figures on descent, income and benefits; those are
dropped, because no trait of residents may become a sign of risk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, Field

from collector.background import area_code, listings, number
from collector.base import Base, Fetch, Page, parameters
from collector.paging import with_query
from collector.reading import TITLE_LIMIT, as_json, cut, first_sign, record, text_of, web_address
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.background import Area, Level
from wijkblik.models.items import Fault, Harvest
from wijkblik.models.wijk import Config, Source

kind = "boundaries"

BASE = "https://api.pdok.nl/cbs/wijken-en-buurten-{year}/ogc/v1"
COLLECTIONS: dict[Level, str] = {"buurt": "buurten", "wijk": "wijken", "gemeente": "gemeenten"}
"""From small to large: a figure that changes, changes first in a buurt."""
PARENTS: dict[Level, Level] = {"buurt": "wijk", "wijk": "gemeente"}
LIMIT = 200
"""Areas in a page: with all its figures and its boundary one may take 20 kB, and a body has its limit."""
DECIMALS = 5
"""Of a coordinate in degrees: about a metre."""
FIGURES = (
    "aantal_inwoners",
    "aantal_huishoudens",
    "aantal_bedrijfsvestigingen",
    "woningvoorraad",
    "bevolkingsdichtheid_inwoners_per_km2",
    "omgevingsadressendichtheid",
    "oppervlakte_totaal_in_ha",
    "oppervlakte_land_in_ha",
    "oppervlakte_water_in_ha",
)
"""What is kept of the figures. A negative one says that it is unknown or secret."""

_OWN_CODE = re.compile(rb'"(?:buurt|wijk|gemeente)code"')

Position = tuple[float, float]
Ring = list[Position]


def _is_box(value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = value
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("this is no box; give least longitude, least latitude, greatest longitude, greatest latitude")
    return value


def _municipality_code(value: str) -> str:
    code = area_code(value)
    if code is None or not code.startswith("GM"):
        raise ValueError(f"'{value[:20]}' is no code of a municipality; use one such as GM0344")
    return code


class Parameters(Config):
    """Which areas are asked: those of a municipality (a code such as GM0344) or those that touch a box, one of the two.

    `bbox` is least longitude, least latitude, greatest longitude, greatest latitude (degrees, WGS 84). `year` is that
    of the boundaries, `levels` which kinds of area. `base` is the service's landing page, in place of PDOK's for the year.
    """

    year: Annotated[int, Field(ge=2000, le=2100)] = 2025
    municipality: Annotated[str, AfterValidator(_municipality_code)] | None = None
    bbox: Annotated[tuple[float, float, float, float], AfterValidator(_is_box)] | None = None
    levels: Annotated[tuple[Literal["gemeente", "wijk", "buurt"], ...], Field(min_length=1)] = tuple(COLLECTIONS)
    base: Base | None = None


def address(source: Source) -> str:
    """The first listing's address. Raises ValueError unless either a municipality or a box is asked."""
    return _addresses(source)[0]


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a page of this map."""
    return first_sign(body) == b"{" and b'"FeatureCollection"' in body and _OWN_CODE.search(body) is not None


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """All areas that are asked, from small to large. Raises a CollectError."""

    def read(page: Page) -> Harvest:
        return parse(page.body, source, page.content_type)

    return await listings(fetch, _addresses(source), read, _following)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The areas of one page. Raises ParseError if it is no collection of features."""
    asked = parameters(source, Parameters)
    faults: list[Fault] = []
    areas: dict[str, Area] = {}
    for feature in _collection(body)["features"]:
        properties = record(record(feature).get("properties"))
        if not properties:
            faults.append(Fault("bad_item"))
        elif asked.municipality not in {None, area_code(properties.get("gemeentecode"))}:
            faults.append(Fault("other_municipality"))
        # The water of a municipality is mapped apart, partly under the same code; nobody lives there.
        elif text_of(properties.get("water")).upper() != "JA" and (area := _area(feature, properties, faults)):
            areas[area.code] = area
    return Harvest(faults=tuple(faults), background=tuple(areas.values()))


def _addresses(source: Source) -> list[str]:
    asked = parameters(source, Parameters)
    if source.url is not None:
        return [source.url]
    if (asked.municipality is None) == (asked.bbox is None):
        raise ValueError("it is not clear which areas; add either 'municipality: GM...' or 'bbox: [...]' under query")
    where = {"gemeentecode": asked.municipality} if asked.bbox is None else {"bbox": ",".join(map(str, asked.bbox))}
    query = urlencode(where | {"limit": LIMIT, "f": "json"}, safe=",")
    base = asked.base or BASE.format(year=asked.year)
    return [
        f"{base}/collections/{collection}/items?{query}"
        for level, collection in COLLECTIONS.items()
        if level in asked.levels
    ]


def _following(page: Page, _harvest: Harvest) -> str | None:
    """The next page as the body's links name it; some servers forget there in which format they were asked."""
    form = dict(parse_qsl(urlsplit(page.url).query)).get("f")
    links = _collection(page.body).get("links")
    for link in links if isinstance(links, list) else ():
        named = record(link)
        if named.get("rel") == "next" and "html" not in text_of(named.get("type")):
            target = web_address(text_of(named.get("href")), page.url, [])
            return with_query(target, f=form) if target and form else target
    return None


def _collection(body: bytes) -> Mapping[str, Any]:
    document = record(as_json(body))
    if not isinstance(document.get("features"), list):
        raise ParseError("no collection of features", code="other_format")
    return document


def _area(feature: Mapping[str, Any], properties: Mapping[str, Any], faults: list[Fault]) -> Area | None:
    codes = {level: code for level in COLLECTIONS if (code := area_code(properties.get(f"{level}code")))}
    level = next(iter(codes), None)
    name = plain(text_of(properties.get(f"{level}naam")))
    if level is None or not name:
        faults.append(Fault("bad_item"))
        return None
    year = number(properties.get("jaar"))
    figures = {key: value for key in FIGURES if (value := number(properties.get(key))) is not None and value >= 0}
    return Area(
        code=codes[level],
        name=cut(name, TITLE_LIMIT, "title_cut", faults),
        level=level,
        parent=codes.get(PARENTS[level]) if level in PARENTS else None,
        year=int(year) if year is not None and 1900 <= year <= 2100 else None,
        geometry=_geometry(feature.get("geometry"), faults),
        figures=figures,
    )


def _geometry(geometry: Any, faults: list[Fault]) -> str:
    """A Polygon or MultiPolygon as compact GeoJSON, rounded; nothing for what is none or lies off the map."""
    try:
        shape, coordinates = geometry["type"], geometry["coordinates"]
        if shape not in {"Polygon", "MultiPolygon"}:
            raise ValueError("no area")
        polygons = [_polygon(rings) for rings in ([coordinates] if shape == "Polygon" else coordinates)]
        if not any(polygons):
            raise ValueError("an area of nothing")
    except (TypeError, ValueError, LookupError):
        faults.append(Fault("bad_position"))
        return ""
    kept = [polygon for polygon in polygons if polygon]
    content = kept[0] if shape == "Polygon" else kept
    return json.dumps({"type": shape, "coordinates": content}, separators=(",", ":"))


def _polygon(rings: Any) -> list[Ring]:
    """The outer ring and the holes, without those that rounding made nothing of; no ring at all without the outer one."""
    outer, *holes = [_ring(positions) for positions in rings]
    return [outer, *filter(None, holes)] if outer else []


def _ring(positions: Any) -> Ring:
    """The positions, rounded, each once in a row; none if fewer than a triangle are left."""
    ring: Ring = []
    for position in positions:
        lon, lat = number(position[0]), number(position[1])
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            raise ValueError("no position in degrees")
        rounded = (round(lon, DECIMALS), round(lat, DECIMALS))
        if not ring or ring[-1] != rounded:
            ring.append(rounded)
    return ring if len(ring) >= 4 else []
