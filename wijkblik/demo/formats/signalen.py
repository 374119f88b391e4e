"""Signalen, the public map of reports about public space: GeoJSON with a category and a time, and nothing else.

Specification: the server's own source (github.com/Amsterdam/signals, `PublicSignalViewSet.geography`). As there, reports
come in the order of their geometry, and `features` is null where there are none. There an area must be asked for; here
an address without any gives them all, so that a scenario's need not know where its places lie.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json
from wijkblik.demo.formats.pages import link_header, window
from wijkblik.demo.places import Box, named_place, overlap, read_box
from wijkblik.demo.scenario import Published

PAGE = 5
"""Real pages hold 4,000; the demonstration's are short so that there are several."""
EVERYWHERE: Box = (-180.0, -90.0, 180.0, 90.0)
NEARBY = 0.002
"""Degrees around lat and lon that count as near."""
_TAIL = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of report, the main kind it belongs to, and what a title of it may say."""

    name: str
    parent: str
    words: tuple[str, ...]

    @property
    def slug(self) -> str:
        return slug(self.name)


CATEGORIES = (
    Category("Ratten", "Overlast van dieren", ("ratten",)),
    Category("Grofvuil", "Afval", ("grofvuil", "dumping", "bankstel", "matras")),
    Category("Veeg- / zwerfvuil", "Afval", ("zwerfafval", "zwerfvuil", "afval")),
    Category("Container is vol", "Afval", ("container vol", "volle container")),
    Category("Graffiti / wildplak", "Wegen, verkeer, straatmeubilair", ("graffiti", "bekladding", "stickers")),
    Category(
        "Lantaarnpaal / straatverlichting", "Wegen, verkeer, straatmeubilair", ("lantaarn", "verlichting", "lamp")
    ),
    Category("Onderhoud stoep, straat en fietspad", "Wegen, verkeer, straatmeubilair", ("tegel", "gat in", "stoep")),
    Category("Straatmeubilair", "Wegen, verkeer, straatmeubilair", ("bankje", "bushokje", "paaltje", "fietsbeugel")),
    Category("Boom", "Openbaar groen en water", ("tak", "boom")),
    Category("Vuurwerkoverlast", "Overlast van en door personen of groepen", ("vuurwerk",)),
    Category("Jongerenoverlast", "Overlast van en door personen of groepen", ("jongeren", "lachgas", "scooters")),
    Category("Geluidsoverlast", "Overlast in de openbare ruimte", ("geluid", "lawaai")),
    Category("Fietswrak", "Overlast in de openbare ruimte", ("fietswrak",)),
    Category("Parkeeroverlast", "Overlast in de openbare ruimte", ("parkeer",)),
)
OTHER = Category("Overig", "Overig", ())


def slug(name: str) -> str:
    """A name as it stands in an address."""
    return _TAIL.sub("-", name.lower()).strip("-")


def routes(path: str) -> Routes:
    """The reports, with and without a slash at the end, and the categories."""
    bare = path.rstrip("/")
    base = path.partition("/signals/v1/")[0] if "/signals/v1/" in path else path.rpartition("/")[0]
    terms = f"{base}/signals/v1/public/terms/categories"
    return {bare: _reports, f"{bare}/": _reports, terms: _categories, f"{terms}/": _categories}


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The reports among these items that can be put on the map."""
    return _collection(_features(channel, items), {})


def category_of(title: str) -> Category:
    """The category that the title names between the colon and the comma; Overig where it names none."""
    subject = title.partition(": ")[2] or title
    subject = subject.partition(",")[0].lower()
    return next((one for one in CATEGORIES if any(word in subject for word in one.words)), OTHER)


def _reports(channel: Channel, request: Request) -> Answer:
    box = _asked_box(request)
    if box is None:
        return as_json({"non_field_errors": ["Either bbox or lon/lat must be filled in"]}, 400)
    faults = {
        name: [f"Selecteer een geldige keuze. {value} is geen beschikbare keuze."]
        for name, known in (("maincategory_slug", _main_slugs()), ("category_slug", _slugs()))
        for value in request.all(name)
        if value not in known
    }
    if faults:
        return as_json(faults, 400)
    features = [one for one in _features(channel, channel.items) if _is_asked(one, request, box)]
    number = request.number("geopage", 1)
    last = max(-(-len(features) // PAGE), 1)
    if not number or number > last:
        return as_json({"detail": "Ongeldige pagina."}, 404)
    found = window(features, (number - 1) * PAGE, PAGE)
    links = link_header(
        self=request.address({}),
        next=request.address({"geopage": number + 1}) if number < last else None,
        prev=request.address({"geopage": number - 1}) if number > 1 else None,
    )
    return _collection(found.entries, links | {"X-Total-Count": str(found.total)})


def _categories(channel: Channel, request: Request) -> Answer:
    own = request.url
    results = [
        _term(f"{own}/{slug(parent)}", parent)
        | {
            "sub_categories": [
                _term(f"{own}/{slug(parent)}/sub_categories/{one.slug}", one.name)
                | {"handling": "A3DEC", "departments": [], "is_active": True, "description": None}
                for one in (*CATEGORIES, OTHER)
                if one.parent == parent
            ]
        }
        for parent in dict.fromkeys(one.parent for one in (*CATEGORIES, OTHER))
    ]
    links = {"self": {"href": own}, "next": {"href": None}, "previous": {"href": None}}
    return as_json({"_links": links, "count": len(results), "results": results})


def _term(address: str, name: str) -> dict[str, Any]:
    curies = {"name": "sia", "href": "https://signalen.example/relation"}
    return {
        "_links": {"curies": curies, "self": {"href": address, "public": address}},
        "_display": name,
        "name": name,
        "slug": slug(name),
        "public_name": name,
        "is_public_accessible": True,
    }


def _features(channel: Channel, items: Sequence[Published]) -> list[dict[str, Any]]:
    features = []
    for item in items:
        spot = named_place(channel.wijk, item.title, item.text)
        if spot is None:
            continue
        kind = category_of(item.title)
        parent = {"name": kind.parent, "slug": slug(kind.parent)}
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
                "properties": {
                    "category": {"name": kind.name, "slug": kind.slug, "parent": parent},
                    "created_at": item.published_at.astimezone(channel.zone).isoformat(),
                },
            }
        )
    return sorted(features, key=lambda one: (one["geometry"]["coordinates"], one["properties"]["created_at"]))


def _collection(features: Sequence[dict[str, Any]], headers: dict[str, str]) -> Answer:
    return as_json({"type": "FeatureCollection", "features": list(features) or None}, headers=headers)


def _asked_box(request: Request) -> Box | None:
    if not any(request.get(name) for name in ("bbox", "lat", "lon")):
        return EVERYWHERE
    if request.get("bbox"):
        return read_box(request.get("bbox"))
    try:
        lat, lon = float(request.get("lat")), float(request.get("lon"))
    except ValueError:
        return None
    return lon - NEARBY, lat - NEARBY, lon + NEARBY, lat + NEARBY


def _is_asked(feature: dict[str, Any], request: Request, box: Box) -> bool:
    lon, lat = feature["geometry"]["coordinates"]
    category = feature["properties"]["category"]
    mains, kinds = request.all("maincategory_slug"), request.all("category_slug")
    return (
        overlap(box, (lon, lat, lon, lat))
        and (not mains or category["parent"]["slug"] in mains)
        and (not kinds or category["slug"] in kinds)
    )


def _main_slugs() -> set[str]:
    return {slug(one.parent) for one in (*CATEGORIES, OTHER)}


def _slugs() -> set[str]:
    return {one.slug for one in (*CATEGORIES, OTHER)}
