"""MeteoAlarm's weather warnings: CAP 1.2 in Atom (OASIS cap-v1.2; feeds.meteoalarm.org).

The feed holds no text of a warning beside its title. An item's title is the feed's, as in "Yellow Wind Warning issued for
The Netherlands - Delfzijl".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from wijkblik.demo.formats.atom import feed_of
from wijkblik.demo.formats.base import ATOM, Answer, Channel, as_xml, child
from wijkblik.demo.scenario import Published

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ET.register_namespace("cap", CAP)
USUAL = timedelta(hours=12)
"""How long a warning holds if its text names no hours."""
_A, _CAP = f"{{{ATOM}}}", f"{{{CAP}}}"
_TITLE = re.compile(r"(?P<colour>\w+) (?P<kind>.+?) Warning\b", re.IGNORECASE)
_SEVERITY = {"yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
_HOURS = re.compile(r"\b([01]?\d|2[0-3])[.:]([0-5]\d)\b\D{1,12}?\b([01]?\d|2[0-3])[.:]([0-5]\d)\b")


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The feed with these warnings, those that are over as well: their end stands in `expires`."""
    root = feed_of(channel, "tag:meteoalarm.org,2021-02-19:NL")
    for item in items:
        _entry(child(root, f"{_A}entry"), channel, item)
    return as_xml(root, "application/atom+xml")


def holds(item: Published, channel: Channel) -> tuple[datetime, datetime]:
    """From when to when a warning holds: the hours that its text names, the first time after it was published."""
    found = _HOURS.search(item.text)
    if found is None:
        return item.published_at, item.published_at + USUAL
    onset = _next(item.published_at.astimezone(channel.zone), int(found[1]), int(found[2]))
    return onset, _next(onset, int(found[3]), int(found[4]))


def _entry(entry: ET.Element, channel: Channel, item: Published) -> None:
    found = _TITLE.match(item.title)
    severity = _SEVERITY.get(found["colour"].lower() if found else "", "Moderate")
    area = item.title.rpartition(" - ")[2] if " - " in item.title else channel.wijk.municipality
    onset, expires = holds(item, channel)
    own_id = uuid.uuid5(uuid.NAMESPACE_OID, item.id)
    child(entry, f"{_A}link", href=item.url, hreflang="en", title=area)
    for name, text in (
        ("areaDesc", area),
        ("event", f"{severity} {found['kind']}" if found else item.title),
        ("sent", _time(item.updated_at)),
        ("expires", _time(expires)),
        ("effective", _time(item.published_at)),
        ("onset", _time(onset)),
        ("certainty", "Likely"),
        ("severity", severity),
        ("urgency", "Future" if onset > item.published_at else "Immediate"),
        ("scope", "Public"),
        ("message_type", "Update" if item.updated_at > item.published_at else "Alert"),
        ("status", "Actual"),
        ("identifier", f"2.49.0.0.528.0.NL.{own_id}"),
    ):
        child(entry, f"{_CAP}{name}", text)
    code = child(entry, f"{_CAP}geocode")
    child(code, f"{_A}valueName", "EMMA_ID")
    child(code, f"{_A}value", "NL999")
    child(child(entry, f"{_A}author"), f"{_A}name", "meteoalarm.org")
    child(entry, f"{_A}published", _time(item.published_at))
    child(entry, f"{_A}id", f"https://feeds.meteoalarm.example/api/v1/warnings/{own_id}?index_info=0&index_area=0")
    child(entry, f"{_A}updated", _time(item.updated_at))
    child(entry, f"{_A}title", item.title)


def _next(after: datetime, hour: int, minute: int) -> datetime:
    """The first time after a local moment that a clock there shows this."""
    same_day = after.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return same_day if same_day > after else same_day + timedelta(days=1)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
