"""The documents that an address register holds for a wijk: its municipality, wijken, buurten and configured places."""

from __future__ import annotations

import hashlib
from typing import Any

from wijkblik.demo.places import MUNICIPALITY, Area, Areas, Spot, areas, located
from wijkblik.models.wijk import Wijk

Doc = dict[str, Any]
KINDS = {
    "gemeente": ("gem", "Bestuurlijke Grenzen"),
    "wijk": ("wij", "CBS"),
    "buurt": ("buu", "CBS"),
    "weg": ("weg", "BAG"),
    "postcode": ("pcd", "BAG"),
    "adres": ("adr", "BAG"),
}
"""Kinds of document: how its id begins, and the register it is from."""
OUTDOORS = {
    "street": "Weg",
    "square": "Weg",
    "water": "Water",
    "park": "Terrein",
    "sports ground": "Terrein",
    "tunnel": "Kunstwerk",
    "station": "Spoorbaan",
}
"""Kinds of place that the register knows as public space, and what it calls them."""
FIELDS = frozenset(
    {
        *("bron", "id", "identificatie", "type", "weergavenaam", "centroide_ll"),
        *("provinciecode", "provincienaam", "provincieafkorting", "gemeentecode", "gemeentenaam"),
        *("woonplaatscode", "woonplaatsnaam", "wijkcode", "wijknaam", "buurtcode", "buurtnaam"),
        *("straatnaam", "openbareruimtetype", "huisnummer", "huis_nlt", "postcode"),
    }
)
"""What a document may hold."""


def documents(wijk: Wijk) -> list[Doc]:
    """Every document; a place is one of type `weg` if it is public space, and a `postcode` and an `adres` if it has one."""
    levels = areas(wijk)
    found = [_of_area("gemeente", area, f"Gemeente {area.name}") for area in levels.gemeenten]
    for kind, group in (("wijk", levels.wijken), ("buurt", levels.buurten)):
        found += [_of_area(kind, area, f"{area.name}, {wijk.municipality}") for area in group]
    for spot in located(wijk):
        found += _of_place(spot, levels, wijk.municipality)
    shared = {
        "gemeentecode": MUNICIPALITY,
        "gemeentenaam": wijk.municipality,
        "provinciecode": "PV99",
        "provincienaam": "Lindestreek",
        "provincieafkorting": "LS",
    }
    return [doc | shared for doc in found]


def _of_area(kind: str, area: Area, shown: str) -> Doc:
    west, south, east, north = area.box
    middle = round((south + north) / 2, 6), round((west + east) / 2, 6)
    doc = _document(kind, area.code, shown, *middle) | {"identificatie": area.code.removeprefix("GM")}
    if kind == "wijk":
        return doc | {"wijkcode": area.code, "wijknaam": area.name}
    return doc | _codes(area) if kind == "buurt" else doc


def _of_place(spot: Spot, levels: Areas, municipality: str) -> list[Doc]:
    place, buurt = spot.place, levels.buurt_at(spot.lat, spot.lon)
    names: Doc = {"woonplaatscode": MUNICIPALITY, "woonplaatsnaam": municipality, "straatnaam": place.name}
    names |= _codes(buurt) if buurt else {}
    docs = []
    if place.kind in OUTDOORS or not place.postcode:
        space = {"openbareruimtetype": OUTDOORS.get(place.kind, "Terrein")}
        docs.append(_document("weg", place.name, f"{place.name}, {municipality}", spot.lat, spot.lon) | names | space)
    if place.postcode:
        postcode = place.postcode.replace(" ", "")
        for kind, number in (("postcode", ""), ("adres", " 1")):
            shown = f"{place.name}{number}, {postcode} {municipality}"
            docs.append(_document(kind, place.name, shown, spot.lat, spot.lon) | names | {"postcode": postcode})
        docs[-1] |= {"huisnummer": 1, "huis_nlt": "1"}
    return docs


def _codes(buurt: Area) -> Doc:
    return {
        "wijkcode": buurt.wijk_code,
        "wijknaam": buurt.wijk_name,
        "buurtcode": buurt.code,
        "buurtnaam": buurt.name,
    }


def _document(kind: str, name: str, shown: str, lat: float, lon: float) -> Doc:
    digest = hashlib.sha256(f"{kind}|{name}".encode()).hexdigest()
    prefix, register = KINDS[kind]
    return {
        "bron": register,
        "identificatie": str(int(digest[:12], 16)),
        "type": kind,
        "weergavenaam": shown,
        "centroide_ll": f"POINT({lon} {lat})",
        "id": f"{prefix}-{digest[:32]}",
    }
