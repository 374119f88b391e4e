"""Reports about public space from the public map of Signalen, the system in which Dutch municipalities take them in.

Specification: the server's own source (github.com/Amsterdam/signals, PublicSignalViewSet.geography with its filter and
pagination). The map shows reports that are still open, each with a category, a time and a spot: no id, text or status.
They come in the order of their spots, so a listing can't be left halfway. The categories' names are the service's own.
That municipalities serve it at api.meldingen.<municipality>.nl was seen in clients, not in a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field, field_validator

from collector.base import Base, Fetch, Page, parameters
from collector.paging import follow, recent, with_query
from collector.reading import (
    TITLE_LIMIT,
    as_json,
    counted,
    cut,
    digest,
    each_once,
    first_sign,
    moment,
    path_of,
    point_of,
    record,
    text_of,
)
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source

kind = "signalen"

PATH = "/signals/v1/public/signals/geography"
_MARKS = (b'"FeatureCollection"', b'"category"', b'"slug"', b'"created_at"')
WIDEST = 0.2
"""Degrees that an area may be wide or high: a wijk, not a city."""

Slug = Annotated[str, Field(pattern=r"^[-\w]+$", max_length=255)]


class Parameters(Config):
    """The area `bbox` as west, south, east, north in degrees (WGS 84), on the server at `base`.

    With categories, only reports that have one of the main ones and, if both are given, one of the others.
    """

    base: Base | None = None
    bbox: tuple[float, float, float, float] | None = None
    maincategory_slug: tuple[Slug, ...] = ()
    category_slug: tuple[Slug, ...] = ()

    @field_validator("bbox")
    @classmethod
    def _is_an_area_of_a_wijk(
        cls, value: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if value is None:
            return None
        west, south, east, north = value
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("these are no corners of an area; use [west, south, east, north], longitude first")
        if east - west > WIDEST or north - south > WIDEST:
            raise ValueError(f"this area is too large; use at most {WIDEST} degrees from side to side")
        return value


def address(source: Source) -> str:
    """Where the reports of the area stand. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is not None:
        if asked.model_fields_set:
            raise ValueError("the address says already what is asked; leave out 'url', or what stands under query")
        return source.url
    if asked.base is None or asked.bbox is None:
        raise ValueError("server or area is missing; add 'base: https://...' and 'bbox: [west, south, east, north]'")
    query = [
        ("bbox", ",".join(map(str, asked.bbox))),
        *(("maincategory_slug", slug) for slug in asked.maincategory_slug),
        *(("category_slug", slug) for slug in asked.category_slug),
    ]
    return f"{asked.base}{PATH}/?{urlencode(query, safe=',')}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is that of a public map of reports."""
    if first_sign(body) != b"{":
        return False
    return path_of(url).rstrip("/").endswith(PATH) or all(mark in body for mark in _MARKS)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The reports since the limit on looking back, from all pages. Raises a CollectError."""
    sizes: list[int] = []

    def read(page: Page) -> Harvest:
        features = _features(page.body)
        sizes.append(len(features))
        return recent(_harvest(features, source), fetch.since)

    def following(page: Page, _found: Harvest) -> str | None:
        return page.links.get("next") or _next_by_number(page, sizes)

    harvest = await follow(fetch, address(source), read, following)
    # Of several pages, a first one that stays the same says nothing about the others: next time all are asked again.
    complete = harvest.complete and len(sizes) <= 1
    return replace(harvest, faults=counted(harvest.faults), complete=complete)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The reports on one page. Raises ParseError if it is no map of them."""
    harvest = _harvest(_features(body), source)
    return replace(harvest, faults=counted(harvest.faults))


def _next_by_number(page: Page, sizes: list[int]) -> str | None:
    """The next page where the total says that more is to come."""
    total = page.headers.get("x-total-count", "")
    more = total.isdecimal() and len(total) < 10 and sum(sizes) < int(total)
    return with_query(page.url, geopage=len(sizes) + 1) if more and sizes[-1] else None


def _features(body: bytes) -> list[Any]:
    """What a page lists; `features` is null where there is nothing."""
    features = record(as_json(body)).get("features", "missing")
    if features is not None and not isinstance(features, list):
        raise ParseError("the answer has no 'features'", code="other_format")
    return features or []


def _harvest(features: list[Any], source: Source) -> Harvest:
    faults: list[Fault] = []
    found = (_item(record(feature), source.language or "nl", faults) for feature in features)
    return Harvest(each_once(found, faults), tuple(faults))


def _item(feature: Mapping[str, Any], lang: str, faults: list[Fault]) -> FetchedItem | None:
    """A report, named after what it consists of: category, time and spot. None if one of them is missing."""
    properties = record(feature.get("properties"))
    category = record(properties.get("category"))
    name, parent = (plain(text_of(record(one).get("name"))) for one in (category, category.get("parent")))
    coordinates = record(feature.get("geometry")).get("coordinates")
    lon, lat = coordinates[:2] if isinstance(coordinates, list) and len(coordinates) > 1 else (None, None)
    created, point = moment(properties.get("created_at")), point_of(lat, lon)
    if not name or created is None or point is None:
        return None
    title = name if parent in {"", name} else f"{parent}: {name}"
    spot = f"{point[0]:.5f},{point[1]:.5f}"
    return FetchedItem(
        entry_id=digest(text_of(category.get("slug")) or name, created.isoformat(), spot),
        title=cut(title, TITLE_LIMIT, "title_cut", faults),
        text="",
        lang=lang,
        published_at=created,
        point=point,
    )
