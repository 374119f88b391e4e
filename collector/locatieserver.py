"""The place register: streets and other named places of a municipality, from PDOK's Locatieserver v3.1.

Documented by PDOK (github.com/PDOK/locatieserver/wiki; its OpenAPI description is that of v3, whose parameters still
hold). It is Apache Solr underneath: `fq` filters, `start` and `rows` page, and a parameter that it does not know is an
error. It answers fuzzily, so each document is held against what was asked. Which types carry a postcode or a wijk code
was seen in clients, not in a document. Addresses of homes are never asked for, nor kept if they come along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, Field

from collector.background import area_code, listings
from collector.base import Base, Fetch, Page, parameters
from collector.paging import with_query
from collector.reading import TITLE_LIMIT, as_json, cut, first_sign, folded, path_of, point_of, record, text_of
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.background import GazetteerPlace
from wijkblik.models.items import Fault, Harvest
from wijkblik.models.wijk import Config, Source, Text

kind = "locatieserver"

BASE = "https://api.pdok.nl/bzk/locatieserver/search/v3_1"
ROWS = 100
"""The most that the service gives in one page."""
NAMES = {
    "gemeente": "gemeentenaam",
    "woonplaats": "woonplaatsnaam",
    "wijk": "wijknaam",
    "buurt": "buurtnaam",
    "weg": "straatnaam",
    "postcode": "straatnaam",
}
"""The types of place that are kept, and which field names them."""
FIELDS = "id,type,gemeentenaam,gemeentecode,woonplaatsnaam,wijknaam,wijkcode,buurtnaam,buurtcode,straatnaam,postcode,centroide_ll"
_POINT = re.compile(r"POINT ?\(([-0-9.]{1,30}) ([-0-9.]{1,30})\)")

Type = Literal["gemeente", "woonplaats", "wijk", "buurt", "weg", "postcode"]


def _municipality(value: str) -> str:
    code = area_code(value)
    return code if code and code.startswith("GM") else value


def _postcode(value: str) -> str:
    compact = value.replace(" ", "").upper()
    if not re.fullmatch(r"[1-9][0-9]{3}(?:[A-Z]{2})?", compact):
        raise ValueError(f"'{value[:20]}' is no postcode; use one such as 7491 AB, or only its digits")
    return compact


class Parameters(Config):
    """Which places are asked.

    `municipality` is a name as the register spells it or a code such as GM0344; a document of another one is dropped.
    `types` are the register's own. The others narrow further: `streets` by name, `postcodes` whole or by their digits
    (the type postcode has them, the type weg has not), `wijken` by code. `base` stands in for PDOK's own address.
    """

    municipality: Annotated[Text, AfterValidator(_municipality)] | None = None
    types: Annotated[tuple[Type, ...], Field(min_length=1)] = ("weg",)
    streets: tuple[Text, ...] = ()
    postcodes: tuple[Annotated[str, AfterValidator(_postcode)], ...] = ()
    wijken: tuple[Annotated[str, Field(pattern=r"^WK[0-9]{4}[0-9A-Z]{2}$")], ...] = ()
    base: Base = BASE


def address(source: Source) -> str:
    """The first page's address. Raises ValueError without a municipality."""
    asked = parameters(source, Parameters)
    if source.url is not None:
        return source.url
    if asked.municipality is None:
        raise ValueError("the municipality is missing; add 'municipality: ...' under query")
    filters = [f"type:{_any(asked.types)}", _in(asked.municipality)]
    if asked.streets:
        filters.append(f"straatnaam:{_any(map(_quoted, asked.streets))}")
    if asked.postcodes:
        filters.append(f"postcode:{_any(code if len(code) > 4 else f'{code}*' for code in asked.postcodes)}")
    if asked.wijken:
        filters.append(f"wijkcode:{_any(asked.wijken)}")
    query = [*(("fq", text) for text in filters), ("fl", FIELDS), ("rows", ROWS), ("start", 0)]
    return f"{asked.base}/free?{urlencode(query)}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is the register's; it can be empty, so the address counts too."""
    if first_sign(body) != b"{" or b'"docs"' not in body:
        return False
    return "/locatieserver/search/" in path_of(url) or b'"centroide_ll"' in body


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """All places that the register has of what is asked. Raises a CollectError."""

    def read(page: Page) -> Harvest:
        return parse(page.body, source, page.content_type)

    return await listings(fetch, [address(source)], read, _following)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The places of one page. Raises ParseError if it is no answer of the service."""
    asked = parameters(source, Parameters)
    faults: list[Fault] = []
    places: dict[str, GazetteerPlace] = {}
    for document in _response(body)["docs"]:
        if not isinstance(document, Mapping):
            faults.append(Fault("bad_item"))
        elif unasked := _unasked(document, asked):
            faults.append(Fault(unasked))
        elif place := _place(document, faults):
            places[place.place_id] = place
    return Harvest(faults=tuple(faults), background=tuple(places.values()))


def _following(page: Page, _harvest: Harvest) -> str | None:
    response = _response(page.body)
    found, start, many = response.get("numFound"), response.get("start"), len(response["docs"])
    if not isinstance(found, int) or not isinstance(start, int) or not many or start + many >= found:
        return None
    return with_query(page.url, start=start + many)


def _response(body: bytes) -> Mapping[str, Any]:
    response = record(record(as_json(body)).get("response"))
    if not isinstance(response.get("docs"), list):
        raise ParseError("no documents in the answer", code="other_format")
    return response


def _unasked(document: Mapping[str, Any], asked: Parameters) -> str | None:
    """The code of what makes this document one that was not asked for; None if it was."""
    if asked.municipality is not None:
        here = {area_code(document.get("gemeentecode")), folded(text_of(document.get("gemeentenaam")))}
        if not here & {asked.municipality, folded(asked.municipality)}:
            return "other_municipality"
    street, postcode = folded(text_of(document.get("straatnaam"))), text_of(document.get("postcode"))
    wijk = area_code(document.get("wijkcode"))
    if (
        document.get("type") not in asked.types
        or (asked.streets and street not in map(folded, asked.streets))
        or (asked.postcodes and postcode and not postcode.startswith(asked.postcodes))
        or (asked.wijken and wijk and wijk not in asked.wijken)
    ):
        return "not_asked"
    return None


def _place(document: Mapping[str, Any], faults: list[Fault]) -> GazetteerPlace | None:
    place_id, type_ = text_of(document.get("id")), text_of(document.get("type"))
    name = plain(text_of(document.get(NAMES[type_])))
    if not place_id or len(place_id) > TITLE_LIMIT or not name:
        faults.append(Fault("bad_item"))
        return None
    lat, lon = _point(document.get("centroide_ll"), faults)
    return GazetteerPlace(
        place_id=place_id,
        name=cut(name, TITLE_LIMIT, "title_cut", faults),
        kind=type_,
        municipality=plain(text_of(document.get("gemeentenaam")))[:TITLE_LIMIT],
        postcode=text_of(document.get("postcode"))[:7] or None,
        wijk_code=area_code(document.get("wijkcode")),
        buurt_code=area_code(document.get("buurtcode")),
        lat=lat,
        lon=lon,
    )


def _point(value: Any, faults: list[Fault]) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude of well-known text, which has the longitude first."""
    if not value:
        return None, None
    found = _POINT.fullmatch(text_of(value))
    point = point_of(found[2], found[1]) if found else None
    if point is not None:
        return point
    faults.append(Fault("bad_position"))
    return None, None


def _in(municipality: str) -> str:
    code = area_code(municipality)
    return f"gemeentecode:{code[2:]}" if code == municipality else f"gemeentenaam:{_quoted(municipality)}"


def _any(values: Iterable[str]) -> str:
    return f"({' OR '.join(values)})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
