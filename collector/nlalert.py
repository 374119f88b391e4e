"""NL-Alert: the government's warnings to everyone in an area, as public-warning.app keeps them.

The government has no public feed of its own; this service's fields and its paging were seen in clients, not in a document.
Listed are the newest first; `after=<id>` gives those that came before that one, until an empty page.
The areas are polygons as CAP 1.2 (OASIS) writes them. A message holds Dutch and English, split by `***`; we keep the Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from collector.base import Base, Fetch, Page, parameters
from collector.geometry import Near, Polygon, centre, gap_km, polygon
from collector.paging import follow, recent, with_query
from collector.reading import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    as_json,
    counted,
    cut,
    each_once,
    end_of,
    first_sign,
    moment,
    path_of,
    record,
    text_of,
    web_address,
    written,
)
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Point
from wijkblik.models.wijk import Source

kind = "nlalert"

BASE, PATH = "https://api.public-warning.app", "/api/v1/providers/nl-alert/alerts"
BETWEEN_LANGUAGES = "***"
# "NL-Alert." alone is no sentence of the message.
_FIRST_SENTENCE = re.compile(r"(?:NL-Alert\W+)?.*?[.!?](?=\s|$)", re.IGNORECASE | re.DOTALL)

Alert = Mapping[str, Any]


class Parameters(Near):
    """Where the wijk lies, and how far from it a warning's area may end. With `url` and without a point, all are kept."""

    base: Base = BASE


def address(source: Source) -> str:
    """Where the warnings stand. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is None:
        if asked.here is None:
            raise ValueError("it is unknown where the wijk lies; add 'lat: ...' and 'lon: ...'")
        return f"{asked.base}{PATH}"
    if "base" in asked.model_fields_set:
        raise ValueError("the address is given twice; leave out 'url' or 'base'")
    return source.url


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a list of NL-Alerts; it can be empty, so the address counts too."""
    if first_sign(body) != b"{" or b'"data"' not in body:
        return False
    return path_of(url).endswith(PATH) or (b'"nl-alert"' in body and b'"stop_at"' in body)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The warnings since the limit on looking back. Raises a CollectError."""

    def read(page: Page) -> Harvest:
        return recent(parse(page.body, source, page.content_type), fetch.since)

    def following(page: Page, _found: Harvest) -> str | None:
        last = record((_alerts(page.body) or [None])[-1])
        started, last_id = end_of(last.get("start_at")), written(last.get("id"))
        return with_query(page.url, after=last_id) if last_id and started and started >= fetch.since else None

    return await follow(fetch, address(source), read, following)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The warnings that reach the wijk or come near it. Raises ParseError if it is no list of them."""
    asked = parameters(source, Parameters)
    faults: list[Fault] = []
    alerts = ((alert, _nearest(_shapes(alert), asked.here)) for alert in map(record, _alerts(body)))
    found = (
        _item(alert, shape, source.url or BASE, faults) for alert, shape in alerts if _concerns(shape, asked, faults)
    )
    return Harvest(each_once(found, faults), counted(faults))


def _alerts(body: bytes) -> Sequence[Any]:
    alerts = record(as_json(body)).get("data")
    if not isinstance(alerts, list):
        raise ParseError("the answer has no 'data'", code="other_format")
    return alerts


def _shapes(alert: Alert) -> list[Polygon]:
    areas = alert.get("area")
    found = (polygon(text_of(area)) for area in (areas if isinstance(areas, list) else [areas]))
    return [shape for shape in found if shape is not None]


def _nearest(shapes: list[Polygon], here: Point | None) -> Polygon | None:
    """The area that counts for the wijk; without a point the first."""
    if here is None or not shapes:
        return shapes[0] if shapes else None
    return min(shapes, key=lambda shape: gap_km(here, shape))


def _concerns(shape: Polygon | None, asked: Parameters, faults: list[Fault]) -> bool:
    if shape is None:
        # Rather a warning from elsewhere than one for here that is missed.
        faults.append(Fault("no_area"))
    return shape is None or asked.here is None or gap_km(asked.here, shape) <= asked.km


def _item(alert: Alert, shape: Polygon | None, base: str, faults: list[Fault]) -> FetchedItem | None:
    message = plain(text_of(alert.get("message")).partition(BETWEEN_LANGUAGES)[0])
    own_id = written(alert.get("id"))[:TITLE_LIMIT]
    if not own_id or not message:
        return None
    title, text = _split(message)
    started, stops = moment(alert.get("start_at")), end_of(alert.get("stop_at"))
    if started is None or (alert.get("stop_at") and stops is None):
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=own_id,
        title=cut(title, TITLE_LIMIT, "title_cut", faults),
        text=cut(text, TEXT_LIMIT, "text_cut", faults),
        url=web_address(text_of(alert.get("resource_uri")).strip(), base, faults),
        lang="nl",
        published_at=started,
        expires_at=stops,
        point=None if shape is None else centre(shape),
    )


def _split(message: str) -> tuple[str, str]:
    """A message's first sentence, and the rest; without one, as much as a title may hold."""
    first = _FIRST_SENTENCE.match(message, 0, TITLE_LIMIT)
    return (first.group(), message[first.end() :].strip()) if first else (message, message[TITLE_LIMIT - 1 :])
