"""News of the Dutch police: the API of politie.nl, and the RSS of a province where the API refuses.

Addresses, fields and paging are those of the police's own document "politie.nl API v4". That keys come in lower case,
that the addresses of data centres are refused and that each province has a feed was seen in clients, not in a document.
Wanted and missing persons and neighbourhood officers are persons: no such address is asked, and no such item kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from collector import rss
from collector.base import Base, Fetch, Page, parameters
from collector.paging import follow, offset_of, with_query
from collector.reading import (
    ADDRESS_LIMIT,
    TEXT_LIMIT,
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
    web_address,
    written,
)
from collector.text import plain
from wijkblik.errors import BlockedError, ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Point
from wijkblik.models.wijk import Config, Source

kind = "politie"

API, FEEDS, SITE = "https://api.politie.nl", "https://rss.politie.nl", "https://www.politie.nl"
PAGE, MOST = 25, 200
"""How many items a page has, and how many the service gives at all."""
RADII = (0.5, 2, 5, 10, 25)
PERSONS = {"gezocht", "vermist"}
_FOLDERS = re.compile(r"/(?:gezocht|vermist|wijkagent)[^/]*/")

Province = Literal[
    "drenthe",
    "flevoland",
    "fryslan",
    "gelderland",
    "groningen",
    "limburg",
    "noord-brabant",
    "noord-holland",
    "overijssel",
    "utrecht",
    "zeeland",
    "zuid-holland",
]
Entry = Mapping[str, Any]


class Parameters(Config):
    """The news around a point (degrees, WGS 84; radius in km) or, without one, of the whole country.

    `province` names the feed to read where the API refuses us, or `fallback` gives the address of another.
    """

    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    radius: float = 5
    province: Province | None = None
    fallback: Base | None = None
    base: Base = API

    @field_validator("radius")
    @classmethod
    def _is_a_known_radius(cls, value: float) -> float:
        if value not in RADII:
            raise ValueError(f"politie.nl has no radius of {value:g} km; use one of {', '.join(map(str, RADII))}")
        return value

    @model_validator(mode="after")
    def _has_a_whole_point(self) -> Parameters:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("a point has a lat and a lon; add the other one")
        return self


def address(source: Source) -> str:
    """Where the news stands. Raises ValueError, also for an address that is about persons."""
    asked = parameters(source, Parameters)
    if source.url is not None and asked.model_fields_set & {"lat", "lon", "radius", "base"}:
        raise ValueError(
            "the address says already what is asked; leave out 'url', or 'lat', 'lon', 'radius' and 'base'"
        )
    made = source.url or _made(asked)
    for one in (made, asked.fallback or ""):
        if _in_their_folder(f"{one.partition('?')[0]}/"):
            raise ValueError(
                "wanted and missing persons and neighbourhood officers are persons, whom Wijkblik does not collect; "
                "use the news: /v4/nieuws or /v4/nieuws/lokaal"
            )
    return made


def fallback_of(source: Source) -> str | None:
    """The feed to read where the API refuses us, if the configuration has one. Raises pydantic's ValidationError."""
    asked = parameters(source, Parameters)
    return asked.fallback or (asked.province and f"{FEEDS}/rss/ab/provincies/{asked.province}.xml")


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is this API's; it is empty where there is no news, so the address counts too."""
    if not body.strip():
        return path_of(url).endswith(("/v4/nieuws", "/v4/nieuws/lokaal"))
    return first_sign(body) == b"{" and b'"nieuwsberichten"' in body.lower()


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The news since the limit on looking back. Raises a CollectError.

    An API that refused us today is not asked again before tomorrow.
    """
    listing, feed, today = address(source), fallback_of(source), fetch.now.date().isoformat()
    if feed is not None and fetch.cursor.get("refused") == today:
        return await _from_feed(source, fetch, feed, today)
    first = with_query(listing, maxnumberofitems=PAGE, offset=0, fromdate=f"{fetch.since:%Y%m%d}")
    try:
        return await follow(fetch, first, lambda page: _read(page, source), _following)
    except BlockedError as error:
        if feed is None or error.status != 403:
            raise
        return await _from_feed(source, fetch, feed, today)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The news of one answer. Raises ParseError if it is another thing."""
    answer = _lower(as_json(body))
    if "nieuwsberichten" not in answer:
        raise ParseError("the answer has no 'nieuwsberichten'")
    entries = answer["nieuwsberichten"] or []
    if not isinstance(entries, list):
        raise ParseError("'nieuwsberichten' is no list")
    news = [entry for entry in map(_lower, entries) if not _is_about_persons(entry)]
    faults = [Fault("wanted_or_missing")] * (len(entries) - len(news))
    items = each_once((_item(entry, source, faults) for entry in news), faults)
    return Harvest(items, counted(faults))


def _made(asked: Parameters) -> str:
    if asked.lat is None:
        return f"{asked.base}/v4/nieuws"
    return with_query(f"{asked.base}/v4/nieuws/lokaal", lat=asked.lat, lon=asked.lon, radius=f"{asked.radius:g}")


def _read(page: Page, source: Source) -> Harvest:
    return Harvest() if page.status == 204 else parse(page.body, source)


def _following(page: Page, _harvest: Harvest) -> str | None:
    iterator = {} if page.status == 204 else _lower(_lower(as_json(page.body)).get("iterator"))
    offset = offset_of(page.url) + PAGE
    return with_query(page.url, offset=offset) if iterator.get("last") is False and offset < MOST else None


async def _from_feed(source: Source, fetch: Fetch, feed: str, today: str) -> Harvest:
    page = await fetch(feed)
    fault, cursor = Fault("fallback", "403"), {"refused": today}
    if page.unchanged:
        return Harvest(unchanged=True, faults=(fault,), cursor=cursor)
    found = rss.parse(page.body, source.model_copy(update={"url": feed}), page.content_type)
    kept = tuple(item for item in found.items if not _in_their_folder(item.url or ""))
    dropped = [Fault("wanted_or_missing")] * (len(found.items) - len(kept))
    return replace(found, items=kept, faults=(fault, *found.faults, *counted(dropped)), cursor=cursor)


def _item(entry: Entry, source: Source, faults: list[Fault]) -> FetchedItem | None:
    title = cut(plain(text_of(entry.get("titel"))), TITLE_LIMIT, "title_cut", faults)
    text = cut(_text(entry), TEXT_LIMIT, "text_cut", faults)
    if not title and not text:
        return None
    url = web_address(text_of(entry.get("url")).strip(), SITE, faults)
    uid = written(entry.get("uid"))[:ADDRESS_LIMIT]
    if not uid:
        faults.append(Fault("no_id"))
    published = moment(entry.get("publicatiedatum"))
    if published is None:
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=uid or url or digest(title, text),
        title=title,
        text=text,
        url=url,
        lang=source.language or "nl",
        published_at=published,
        point=_point(entry.get("locaties")),
    )


def _text(entry: Entry) -> str:
    """Where it happened, the introduction and the paragraphs, each on a line of its own."""
    paragraphs = entry.get("alineas")
    parts = [entry.get("gebied"), entry.get("introductie")]
    for paragraph in map(_lower, paragraphs if isinstance(paragraphs, list) else ()):
        parts += [paragraph.get("titel"), paragraph.get("opgemaaktetekst")]
    return "\n".join(filter(None, (plain(text_of(part)) for part in parts)))


def _point(places: Any) -> Point | None:
    # News of several places is about none of them in particular.
    if not isinstance(places, list) or len(places) != 1:
        return None
    place = _lower(places[0])
    return point_of(place.get("latitude"), place.get("longitude"))


def _is_about_persons(entry: Entry) -> bool:
    tags = entry.get("tags")
    words = {text_of(tag).strip("/ ").lower() for tag in (tags if isinstance(tags, list) else ())}
    return bool(words & PERSONS) or _in_their_folder(text_of(entry.get("url")))


def _in_their_folder(url: str) -> bool:
    """Whether one of the folders of an address is for persons; the name of a page says nothing of that."""
    try:
        return bool(_FOLDERS.search(unquote(urlsplit(url).path).lower()))
    except ValueError:
        return False


def _lower(value: Any) -> dict[str, Any]:
    """An object with its keys in lower case; nothing at all of another value."""
    return {str(key).lower(): one for key, one in record(value).items()}
