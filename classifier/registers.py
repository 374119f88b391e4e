"""The places that a gazetteer looks up: those that a wijk configures, and those of an imported register of its municipality."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.text import normal
from wijkblik.models.background import GazetteerPlace
from wijkblik.models.items import Point
from wijkblik.models.wijk import Place, Wijk

DISTINCTIVE = 7
"""A name of so many letters without an article is no common word."""
_ARTICLE = re.compile(r"^(?:de|het|'t)\s+", re.IGNORECASE)
_KIND = re.compile(
    r"^(?:sportpark|basisschool|openbare basisschool|obs|school|station|treinstation|winkelcentrum|buurthuis|wijkcentrum|"
    r"dorpshuis|speeltuin|zwembad|café|camping|vakantiepark|begraafplaats|kinderboerderij)\s+(?=\w)",
    re.IGNORECASE,
)
_STREETS = ("straat", "laan", "plein", "gracht", "kade", "singel")
_REGISTER_KINDS = {"weg": "street", "buurt": "neighbourhood", "wijk": "district", "woonplaats": "town"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as it is looked up; `ours` tells the wijk's from the municipality's others.

    `names` are all the ways to write it, `common` those that are common words too unless they have a capital.
    `shared`: other towns have a place of this name (`also_in`, where they are known). `origin` is name or register.
    """

    name: str
    names: tuple[str, ...]
    common: tuple[str, ...] = ()
    ours: bool = True
    origin: str = "name"
    also_in: tuple[str, ...] = ()
    postcode: str | None = None
    point: Point | None = None

    @property
    def shared(self) -> bool:
        return bool(self.also_in)


def spots_of(wijk: Wijk, register: Sequence[GazetteerPlace] = ()) -> tuple[Spot, ...]:
    """The wijk's configured places, then those of the register that are not configured.

    A place of the register is ours where its wijk or buurt is the one that holds most of the configured places.
    """
    configured = {normal(place.name) for place in wijk.places}
    codes = _codes_of_ours(configured, register)
    spots = [_configured(place) for place in wijk.places]
    known = set(configured)
    for place in register:
        name = normal(place.name)
        if place.kind not in _REGISTER_KINDS or name in known or name in map(normal, (wijk.name, wijk.municipality)):
            continue
        known.add(name)
        ours = not codes or bool({place.wijk_code, place.buurt_code} & codes)
        point = (place.lat, place.lon) if place.lat is not None and place.lon is not None else None
        spots.append(Spot(place.name, *_ways([place.name]), ours, "register", point=point))
    return tuple(spots)


def towns_of(wijk: Wijk) -> tuple[str, ...]:
    """The towns and districts that are not ours."""
    return tuple(sorted({*wijk.elsewhere, *(town for place in wijk.places for town in place.also_in)}))


def _configured(place: Place) -> Spot:
    names, common = _ways([place.name, *place.nicknames])
    point = (place.lat, place.lon) if place.lat is not None and place.lon is not None else None
    postcode = place.postcode.replace(" ", "") if place.postcode else None
    return Spot(place.name, names, common, True, "name", place.also_in, postcode, point)


def _ways(written: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names as people write them, the distinctive ones and those that are common words too.

    Whole, without what kind of place it is, run together as in a tag, and with `str`.
    """
    distinctive: set[str] = set()
    common: set[str] = set()
    for name in written:
        bare = _KIND.sub("", name)
        for way in {name, bare}:
            short = bool(_ARTICLE.match(way)) or len(way) < DISTINCTIVE
            (common if short and not way.endswith(_STREETS) else distinctive).add(way)
        distinctive.add(re.sub(r"[\s'-]", "", name))
    streets = [way for way in distinctive if way.endswith(_STREETS)]
    distinctive.update(way.removesuffix("straat") + "str" for way in streets if way.endswith("straat"))
    distinctive.update(way + "je" for way in streets)
    return tuple(sorted(distinctive)), tuple(sorted(common - distinctive))


def _codes_of_ours(configured: Iterable[str], register: Sequence[GazetteerPlace]) -> frozenset[str | None]:
    names = set(configured)
    for kind in ("wijk_code", "buurt_code"):
        codes = Counter(
            code for place in register if normal(place.name) in names and (code := getattr(place, kind)) is not None
        )
        if codes:
            most = max(codes.values())
            return frozenset(code for code, count in codes.items() if count >= most / 4)
    return frozenset()
