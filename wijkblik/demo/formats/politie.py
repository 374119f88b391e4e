"""politie.nl API v4, news (the API document of the Dutch police; keys in lower case, as its answers have them)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json, markup
from wijkblik.demo.formats.pages import window
from wijkblik.demo.places import named_place
from wijkblik.demo.scenario import Published

SIZES = {"10": 10, "25": 25}
RADII = {"0.5", "2.0", "2", "5.0", "5", "10.0", "10", "25.0", "25"}
CAP = 200
"""The service gives no more news than this, whatever the pages."""
_DAY = re.compile(r"\d{8}", re.ASCII)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def routes(path: str) -> Routes:
    """The news."""
    return {path: _news}


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """An answer that holds these items and is the last."""
    return _page(channel, items, offset=0, last=True)


def _news(channel: Channel, request: Request) -> Answer:
    size, offset = SIZES.get(request.get("maxnumberofitems", "10")), request.number("offset", 0)
    if size is None or offset is None or offset % size:
        return _refused("maxnumberofitems is 10 or 25, and offset a multiple of it")
    if request.get("radius", "5") not in RADII:
        return _refused("radius is 0.5, 2, 5, 10 or 25")
    first, last = (_day(request.get(name)) for name in ("fromdate", "todate"))
    if first is None or last is None:
        return _refused("dates are YYYYMMDD")
    days = [(item, f"{item.published_at.astimezone(channel.zone):%Y%m%d}") for item in channel.items]
    news = [item for item, day in days if (first or day) <= day <= (last or day)][:CAP]
    found = window(news, offset, size)
    if not found.entries:
        return Answer(status=204)
    return _page(channel, found.entries, offset, last=found.next_start is None)


def _page(channel: Channel, items: Sequence[Published], offset: int, *, last: bool) -> Answer:
    return as_json(
        {"iterator": {"last": last, "offset": offset}, "nieuwsberichten": [_entity(channel, item) for item in items]}
    )


def _entity(channel: Channel, item: Published) -> dict[str, Any]:
    introduction, *rest = _SENTENCE.split(item.text, maxsplit=1)
    spot = named_place(channel.wijk, item.title, item.text)
    return {
        "displayName": None,
        "links": None,
        "alineas": [
            {"titel": "", "opgemaaktetekst": markup(paragraph), "bestanden": None, "alineatype": "tekstblok"}
            for paragraph in "".join(rest).split("\n\n")
            if paragraph
        ],
        "uid": str(uuid.uuid5(uuid.NAMESPACE_OID, item.id)),
        "url": item.url,
        "publicatiedatum": f"{item.published_at.astimezone(channel.zone):%Y-%m-%d %H:%M:%S}",
        "availabletranslations": None,
        "titel": item.title,
        "gebied": channel.wijk.municipality,
        "introductie": introduction,
        "afbeelding": None,
        "locaties": [{"latitude": spot.lat, "longitude": spot.lon}] if spot else [],
        "urltipformulier": None,
        "uidtipformulier": None,
        "tags": [""],
    }


def _day(text: str) -> str | None:
    """The day as it was given, "" where none was; None if it is no day."""
    try:
        if text and not (_DAY.fullmatch(text) and date.fromisoformat(text)):
            return None
    except ValueError:
        return None
    return text


def _refused(reason: str) -> Answer:
    return as_json({"message": reason}, 400)
