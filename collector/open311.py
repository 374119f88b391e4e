"""Service requests about public space from an Open311 server, such as one of FixMyStreet.

Specification: Open311 GeoReport v2, GET Service Requests (wiki.open311.org/GeoReport_v2), and the source of FixMyStreet
(github.com/mysociety/fixmystreet, Controller/Open311.pm), which adds the name of who reported. An answer holds at most
1,000 requests of at most 90 days and has no pages, so that a full one is asked again as two halves of its time.
Persons write these texts. Of a request only the fields named here are read: nothing about who made it ever comes in, and
of an address no house number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from collector.base import Base, Fetch, Page, parameters
from collector.paging import follow, recent, with_query
from collector.reading import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    as_json,
    counted,
    cut,
    digest,
    each_once,
    first_sign,
    is_page,
    moment,
    path_of,
    point_of,
    record,
    written,
)
from collector.text import plain
from collector.xml import local, safe_xml
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source, Text

kind = "open311"

LIMIT, SPAN = 1000, timedelta(days=90)
"""How many requests an answer holds at most, and what time it spans."""
SHORTEST = timedelta(hours=1)
"""A time that is not halved any further."""
STATUS_LIMIT = 40
_POSTCODE = re.compile(r"\b[1-9][0-9]{3} ?[A-Z]{2}\b")
# A number with what may follow it ("14 bis", "3-hs"); "1e" in "1e Weverstraat" is part of the name.
_HOUSE_NUMBER = re.compile(r"\b(?!\d+(?:e|de|ste)\b)\d[\w/-]*(?:\s*(?:bis|hs|huis|[a-z]|[ivx]{1,4})\b)?", re.IGNORECASE)
_SPACES = re.compile(r"\s+")

Window = tuple[datetime, datetime]
Request = Mapping[str, Any]


class Parameters(Config):
    """The server at `base` (its address up to and including v2) and which requests are asked of it.

    `limit` is how many an answer of this server holds at most, if it is fewer than the specification says.
    """

    base: Base | None = None
    jurisdiction_id: Text | None = None
    status: Literal["open", "closed"] | None = None
    service_code: tuple[Text, ...] = ()
    format: Literal["json", "xml"] = "json"
    limit: Annotated[int, Field(ge=2, le=LIMIT)] = LIMIT


def address(source: Source) -> str:
    """Where the requests stand, whatever their time. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is not None:
        if asked.model_fields_set - {"limit"}:
            raise ValueError("the address says already what is asked; leave out 'url', or all but 'limit' under query")
        return source.url
    if asked.base is None:
        raise ValueError("the server is missing; add 'base: https://.../open311/v2'")
    query = {
        "jurisdiction_id": asked.jurisdiction_id,
        "status": asked.status,
        "service_code": ",".join(asked.service_code),
    }
    made = urlencode({name: value for name, value in query.items() if value}, safe=",")
    return f"{asked.base}/requests.{asked.format}" + (f"?{made}" if made else "")


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a list of service requests."""
    if first_sign(body) not in {b"[", b"{", b"<"} or is_page(body):
        return False
    return path_of(url).endswith(("/v2/requests.json", "/v2/requests.xml")) or b"service_request_id" in body


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The requests made since the limit on looking back, the newest time first. Raises a CollectError."""
    listing, limit = address(source), parameters(source, Parameters).limit
    windows, asked = [_window(fetch)], 0

    def read(page: Page) -> Harvest:
        nonlocal asked
        asked += 1
        start, end = windows.pop()
        requests = _requests(page.body)
        harvest = recent(_harvest(requests, source), fetch.since)
        if len(requests) < limit:
            return harvest
        if end - start <= SHORTEST:
            return replace(harvest, faults=(*harvest.faults, Fault("too_many_items")))
        middle = start + (end - start) / 2
        windows.extend([(start, middle), (middle, end)])
        return harvest

    def following(_page: Page, _found: Harvest) -> str | None:
        return _asked(listing, windows[-1]) if windows else None

    harvest = await follow(fetch, _asked(listing, windows[-1]), read, following)
    # A full answer that stays the same says nothing about what it left out: next time its halves are asked again.
    return replace(harvest, faults=counted(harvest.faults), complete=harvest.complete and asked <= 1)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The requests of one answer, JSON or XML. Raises ParseError if it is neither, or holds no requests."""
    harvest = _harvest(_requests(body), source)
    return replace(harvest, faults=counted(harvest.faults))


def street_of(address: str) -> str:
    """An address without house number and postcode, which point at a home.

    >>> street_of("Spoelstraat 14 bis, 7491 AB Lindevoort")
    'Spoelstraat, Lindevoort'
    """
    parts = _HOUSE_NUMBER.sub(" ", _POSTCODE.sub(" ", address)).split(",")
    return ", ".join(filter(None, (_SPACES.sub(" ", part).strip() for part in parts)))


def _window(fetch: Fetch) -> Window:
    # Whole days: the address is then the same all day, and can be asked conditionally.
    end = _midnight(fetch.now) + timedelta(days=1)
    return max(_midnight(fetch.since), end - SPAN), end


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _asked(listing: str, window: Window) -> str:
    start, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in window)
    return with_query(listing, start_date=start, end_date=end)


def _requests(body: bytes) -> list[Request]:
    """What an answer lists, in the shapes that servers give it."""
    if body.lstrip().startswith(b"<"):
        root = safe_xml(body)
        if local(root) not in {"service_requests", "requests"}:
            raise ParseError("this is XML, but no service requests", code="other_format")
        return [
            {local(field): field.text for field in request} for request in root.iter() if local(request) == "request"
        ]
    document = as_json(body)
    if isinstance(document, Mapping):
        document = document.get("service_requests", document.get("requests"))
    # FixMyStreet once wrapped its list as XML would: [{"request": [...]}].
    if isinstance(document, list) and len(document) == 1 and "request" in record(document[0]):
        document = document[0]["request"]
    if not isinstance(document, list):
        raise ParseError("no service requests in the answer", code="other_format")
    return [record(request) for request in document]


def _harvest(requests: list[Request], source: Source) -> Harvest:
    faults: list[Fault] = []
    items = each_once((_item(request, source.language, faults) for request in requests), faults)
    return Harvest(items, tuple(faults))


def _item(request: Request, lang: str | None, faults: list[Fault]) -> FetchedItem | None:
    title = _field(request, "service_name") or _field(request, "service_code")
    description, status = _field(request, "description"), _field(request, "status")
    if not title and not description:
        return None
    own_id = _field(request, "service_request_id")
    if not own_id:
        faults.append(Fault("no_id"))
    requested = moment(_field(request, "requested_datetime"))
    if requested is None:
        faults.append(Fault("bad_date"))
    point = point_of(request.get("lat"), request.get("long"))
    lines = (
        description,
        street_of(_field(request, "address")),
        status[:STATUS_LIMIT] and f"status: {status[:STATUS_LIMIT]}",
    )
    return FetchedItem(
        entry_id=own_id[:TITLE_LIMIT] or digest(title, str(requested), str(point)),
        title=cut(title or description, TITLE_LIMIT, "title_cut", faults),
        text=cut("\n".join(filter(None, lines)), TEXT_LIMIT, "text_cut", faults),
        lang=lang,
        published_at=requested,
        updated_at=moment(_field(request, "updated_datetime")),
        point=point,
    )


def _field(request: Request, name: str) -> str:
    """A field as plain text; ids and codes may be numbers."""
    return plain(written(request.get(name)))
