"""CBS wijken and buurten as PDOK's OGC API Features serves them (OGC 17-069r4); all boundaries here are invented."""

from __future__ import annotations

import math
from typing import Any

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json
from wijkblik.demo.formats.pages import window
from wijkblik.demo.places import MUNICIPALITY, Area, Areas, areas, invented, overlap, read_box

USUAL, MOST = 10, 1000
YEAR = 2025
"""Of the boundaries: each year's are a service of their own."""
HECTARES = 1_236_430
"""In a square degree, at the equator."""
COLLECTIONS = ("gemeenten", "wijken", "buurten")
WITHHELD = -99997
"""What CBS writes where a figure is unknown or would say too much."""
_PARAMETERS = {"f", "limit", "offset", "startindex", "bbox", "crs", "bbox-crs"}


def routes(path: str) -> Routes:
    """The three collections beside each other; a path without a collection's name serves the buurten."""
    if "/collections/" not in path:
        return {path: _items}
    before = path.partition("/collections/")[0]
    return {f"{before}/collections/{name}/items": _items for name in COLLECTIONS}


def _items(channel: Channel, request: Request) -> Answer:
    name = request.url.rpartition("/items")[0].rpartition("/")[2]
    name = name if name in COLLECTIONS else "buurten"
    features = [_feature(area, name, channel.wijk.municipality) for area in _of(areas(channel.wijk), name)]
    start = request.number("offset" if request.get("offset") else "startindex", 0)
    size = request.number("limit", USUAL)
    box = read_box(request.get("bbox", "-180,-90,180,90"))
    if start is None or not size or box is None:
        return _refused("limit is 1 or more, offset 0 or more, and bbox four numbers")
    known = features[0]["properties"] if features else {}
    for key, value in request.query:
        if key in _PARAMETERS:
            continue
        if key not in known:
            return _refused(f"unknown query parameter(s) found: {key}")
        features = [one for one in features if str(one["properties"][key]) == value]
    found = window([one for one in features if overlap(one["bbox"], box)], start, min(size, MOST))
    links = [{"rel": "self", "type": "application/geo+json", "href": request.address({})}]
    if found.next_start is not None:
        further = request.address({"offset": found.next_start})
        links.append({"rel": "next", "type": "application/geo+json", "href": further})
    return as_json(
        {
            "type": "FeatureCollection",
            "timeStamp": f"{channel.now:%Y-%m-%dT%H:%M:%SZ}",
            "links": links,
            "numberMatched": found.total,
            "numberReturned": len(found.entries),
            "features": list(found.entries),
        },
        content_type="application/geo+json; charset=utf-8",
    )


def _of(levels: Areas, name: str) -> tuple[Area, ...]:
    return {"gemeenten": levels.gemeenten, "wijken": levels.wijken, "buurten": levels.buurten}[name]


def _feature(area: Area, name: str, municipality: str) -> dict[str, Any]:
    west, south, east, north = (round(side, 6) for side in area.box)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "id": area.code,
        "bbox": (west, south, east, north),
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        "properties": _names(area, name)
        | {"gemeentecode": f"GM{MUNICIPALITY}", "gemeentenaam": municipality, "water": "NEE", "jaar": YEAR}
        | _figures(area),
    }


def _names(area: Area, name: str) -> dict[str, str]:
    if name == "gemeenten":
        return {}
    if name == "wijken":
        return {"wijkcode": area.code, "wijknaam": area.name}
    return {
        "buurtcode": area.code,
        "buurtnaam": area.name,
        "wijkcode": area.wijk_code,
        "wijknaam": area.wijk_name,
    }


def _figures(area: Area) -> dict[str, int]:
    men = area.people * 49 // 100
    west, south, east, north = area.box
    hectares = max(round((east - west) * (north - south) * math.cos(math.radians(south)) * HECTARES), 1)
    return {
        "aantal_inwoners": area.people,
        "mannen": men,
        "vrouwen": area.people - men,
        "aantal_huishoudens": area.people * 10 // 21,
        "bevolkingsdichtheid_inwoners_per_km2": area.people * 100 // hectares,
        "oppervlakte_totaal_in_ha": hectares,
        "percentage_personen_0_tot_15_jaar": 12 + invented(8, area.code, "0-15"),
        "percentage_personen_65_jaar_en_ouder": 14 + invented(10, area.code, "65"),
        "gemiddeld_inkomen_per_inwoner": WITHHELD,
    }


def _refused(reason: str) -> Answer:
    return as_json(
        {"title": "Bad Request", "status": 400, "detail": reason},
        400,
        content_type="application/problem+json; charset=utf-8",
    )
