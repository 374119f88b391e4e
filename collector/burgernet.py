"""AMBER Alert and Vermist Kind Alert from Burgernet of the Dutch police: that there is one, and where; never about whom.

Fields and levels were seen in clients that name the police's document "Technische koppelingen Burgernet/AMBER Alert
berichten"; the document itself was not seen. Name, age, description and photo of the child are never read, but for one
purpose: a link that holds a word of the name is left out. The list is empty nearly always.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from collector.base import Base, Fetch, parameters
from collector.geometry import Near, distance_km
from collector.reading import (
    TITLE_LIMIT,
    as_json,
    counted,
    first_sign,
    folded,
    moment,
    path_of,
    plausible,
    point_of,
    record,
    web_address,
    written,
)
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Point
from wijkblik.models.wijk import Source

kind = "burgernet"

BASE, PATH = "https://services.burgernet.nl", "/landactiehost/api/v1/alerts"
NAMES = {"10": "AMBER Alert", "5": "Vermist Kind Alert"}
"""What the police calls an alert of that level; the first is for the whole country, the other for a circle."""
NATIONAL = "10"
AREA_LIMIT = 60
SHORTEST_NAME = 3

Alert = Mapping[str, Any]


class Parameters(Near):
    """Where the wijk lies, and how far from it the circle of a regional alert may end. Without a point, all are kept."""

    base: Base = BASE


def address(source: Source) -> str:
    """Where the alerts stand. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is not None and "base" in asked.model_fields_set:
        raise ValueError("the address is given twice; leave out 'url' or 'base'")
    return source.url or f"{asked.base}{PATH}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a list of these alerts; it is empty nearly always, so the address counts too."""
    return first_sign(body) == b"[" and (path_of(url).endswith(PATH) or b'"AlertLevel"' in body)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The alerts that are out now. Raises a CollectError."""
    page = await fetch(address(source))
    return Harvest(unchanged=True) if page.unchanged else parse(page.body, source, page.content_type)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The alerts for the wijk that were not taken back. Raises ParseError if it is no list."""
    document = as_json(body)
    if not isinstance(document, list):
        raise ParseError("the answer is no list of alerts", code="other_format")
    asked, alerts = parameters(source, Parameters), [record(alert) for alert in document]
    over = {_text(alert, "AlertId") for alert in alerts if not _holds(alert)}
    faults: list[Fault] = []
    items: dict[str, FetchedItem] = {}
    for alert in alerts:
        own_id = _text(alert, "AlertId")[:TITLE_LIMIT]
        if not own_id:
            faults.append(Fault("bad_item"))
        elif own_id not in over and _reaches(alert, asked):
            # An update follows what it updates.
            items[own_id] = _item(own_id, alert, source, faults)
    return Harvest(tuple(items.values()), counted(faults))


def _holds(alert: Alert) -> bool:
    """Whether it is a real alert that was not taken back."""
    return _text(alert, "Type").lower() != "cancel" and _text(alert, "State").lower() in {"", "actual"}


def _reaches(alert: Alert, asked: Parameters) -> bool:
    circle = _circle(alert)
    if _text(alert, "AlertLevel") == NATIONAL or circle is None or asked.here is None:
        return True
    middle, radius = circle
    return distance_km(middle, asked.here) - radius <= asked.km


def _item(own_id: str, alert: Alert, source: Source, faults: list[Fault]) -> FetchedItem:
    level, circle = _text(alert, "AlertLevel"), _circle(alert)
    area = "" if level == NATIONAL else plain(_text(record(alert.get("Area")), "Description"))[:AREA_LIMIT]
    sent = _sent(_text(alert, "Sent"))
    if sent is None:
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=own_id,
        title=": ".join(filter(None, (NAMES.get(level, "Burgernet"), area))),
        text="",
        url=_link(record(alert.get("Message")), source.url or BASE, faults),
        lang=source.language or "nl",
        published_at=sent,
        point=circle and circle[0],
    )


def _link(message: Mapping[str, Any], base: str, faults: list[Fault]) -> str | None:
    """Where the police says more, unless the address tells who the child is."""
    link = web_address(_text(message, "Readmore_URL"), base, faults)
    names = [word for word in folded(_text(message, "Title")).split() if len(word) >= SHORTEST_NAME]
    return None if link is None or any(name in folded(unquote(link)) for name in names) else link


def _circle(alert: Alert) -> tuple[Point, float] | None:
    """The middle and the radius in kilometres of "lat,lon metres"."""
    middle, _, metres = _text(record(alert.get("Area")), "Circle").partition(" ")
    point = point_of(*middle.split(",")) if middle.count(",") == 1 else None
    try:
        return None if point is None else (point, float(metres) / 1000)
    except ValueError:
        return None


def _sent(text: str) -> datetime | None:
    """When it was sent: seconds since 1970, or as ISO 8601 writes it."""
    return plausible(datetime.fromtimestamp(int(text), UTC)) if text.isdecimal() and len(text) < 12 else moment(text)


def _text(alert: Mapping[str, Any], name: str) -> str:
    return written(alert.get(name))
