"""Weather warnings from MeteoAlarm, in which the Dutch KNMI publishes its own: CAP in Atom.

Specifications: Atom (RFC 4287), Common Alerting Protocol 1.2 (OASIS cap-v1.2). How an entry of this feed combines the two
was seen in clients, not in a document: so names are read in any namespace, and any of them may be missing. The words of a
warning are the feed's own, mostly English. Only what has no document type is read as XML (collector.xml).
"""

from __future__ import annotations

import re
from typing import Any

from collector.base import Base, Fetch, parameters
from collector.reading import (
    ADDRESS_LIMIT,
    TITLE_LIMIT,
    counted,
    cut,
    digest,
    each_once,
    end_of,
    folded,
    moment,
    web_address,
)
from collector.text import plain
from collector.xml import child_text, local, safe_xml
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source, Text

kind = "meteoalarm"

BASE, FEED = "https://feeds.meteoalarm.org", "/feeds/meteoalarm-legacy-atom-netherlands"
CAP_TYPE = "application/cap+xml"
_BETWEEN_AREAS = re.compile(r"[|,;]")


class Parameters(Config):
    """Which `areas`, as the feed names them (a province, such as Overijssel); without any, the whole country."""

    areas: tuple[Text, ...] = ()
    base: Base = BASE


def address(source: Source) -> str:
    """Where the warnings stand. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is not None and "base" in asked.model_fields_set:
        raise ValueError("the address is given twice; leave out 'url' or 'base'")
    return source.url or f"{asked.base}{FEED}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a feed of warnings."""
    return b"urn:oasis:names:tc:emergency:cap:1" in body[:4096] and b"<feed" in body[:4096]


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The warnings that hold now or soon. Raises a CollectError."""
    page = await fetch(address(source))
    return Harvest(unchanged=True) if page.unchanged else parse(page.body, source, page.content_type)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The warnings for the configured areas. Raises ParseError if it is no feed of them; none at all is no fault."""
    root = safe_xml(body)
    if local(root) != "feed":
        raise ParseError("this is XML, but no Atom feed", code="other_format")
    wanted = {folded(area) for area in parameters(source, Parameters).areas}
    faults: list[Fault] = []
    entries = (one for one in root if local(one) == "entry" and _holds(one) and _is_for(one, wanted))
    items = each_once((_item(entry, source, faults) for entry in entries), faults)
    return Harvest(items, counted(faults))


def _holds(entry: Any) -> bool:
    """Whether it warns of something: no test or exercise, and nothing taken back."""
    message = child_text(entry, "message_type") or child_text(entry, "msgType")
    return child_text(entry, "status").lower() in {"", "actual"} and message.lower() != "cancel"


def _is_for(entry: Any, wanted: set[str]) -> bool:
    """Whether one of the areas that it names, alone or in a list, is wanted."""
    area = child_text(entry, "areaDesc")
    return not wanted or any(folded(one) in wanted for one in (area, *_BETWEEN_AREAS.split(area)))


def _item(entry: Any, source: Source, faults: list[Fault]) -> FetchedItem | None:
    area, event, severity = (plain(child_text(entry, name)) for name in ("areaDesc", "event", "severity"))
    title = plain(child_text(entry, "title")) or ": ".join(filter(None, (event, area)))
    if not title:
        return None
    onset, expires = child_text(entry, "onset"), child_text(entry, "expires")
    ends = end_of(expires)
    if expires and ends is None:
        faults.append(Fault("bad_date"))
    own_id = child_text(entry, "id")
    times = (moment(child_text(entry, name)) for name in ("published", "updated", "sent", "onset"))
    return FetchedItem(
        entry_id=own_id if 0 < len(own_id) <= ADDRESS_LIMIT else digest(own_id, area, event, onset),
        title=cut(title, TITLE_LIMIT, "title_cut", faults),
        text=cut("\n".join(filter(None, (event, severity, area))), TITLE_LIMIT, "text_cut", faults),
        url=_link(entry, source.url or BASE, faults),
        lang=source.language,
        published_at=next(filter(None, times), None),
        updated_at=moment(child_text(entry, "updated")),
        expires_at=ends,
    )


def _link(entry: Any, base: str, faults: list[Fault]) -> str | None:
    """The first link for people; others lead to the warning as CAP."""
    links = (one for one in entry if local(one) == "link" and one.get("type") != CAP_TYPE)
    return web_address(next((one.get("href", "").strip() for one in links), ""), base, faults)
