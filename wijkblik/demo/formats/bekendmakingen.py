"""Officiële bekendmakingen: the RSS of zoek.officielebekendmakingen.nl and the SRU 2.0 interface beside it.

Specification: OASIS searchRetrieve 2.0 (docs.oasis-open.org/search-ws) with the gzd schema of the Dutch repository
(repository.overheid.nl). As there, a request that can't be answered gets status 200 and a diagnostic.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_xml, child, gone, not_found, page
from wijkblik.demo.formats.pages import window
from wijkblik.demo.formats.rss import channel_of
from wijkblik.demo.places import named_place
from wijkblik.demo.scenario import Published

USUAL, MOST = 10, 1000
_NAMESPACES = {
    "sru": "http://docs.oasis-open.org/ns/search-ws/sruResponse",
    "diag": "http://docs.oasis-open.org/ns/search-ws/diagnostic",
    "gzd": "http://standaarden.overheid.nl/sru",
    "dcterms": "http://purl.org/dc/terms/",
    "overheidwetgeving": "http://standaarden.overheid.nl/wetgeving/",
    "c": "http://standaarden.overheid.nl/collectie/",
}
for prefix, uri in _NAMESPACES.items():
    ET.register_namespace(prefix, uri)
_DATE = re.compile(r'\bdt\.(?:date|available|issued|modified)\s*(>=|<=|==|=|>|<)\s*"?(\d{4}-\d\d-\d\d)"?')
_CREATOR = re.compile(r'\b(?:dt\.creator|w\.gemeentenaam)\s*==?\s*(?:"([^"]*)"|([^\s")]+))')
_COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def routes(path: str) -> Routes:
    """The feed, the publications' own pages, and SRU."""
    beside = path.rpartition("/")[0]
    return {path: _feed, f"{beside}/gmb-{{}}.html": _publication, f"{beside}/sru": _search}


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The feed with these items: the real title stands in the description, and days have no time."""
    root, top = channel_of(channel)
    for item in items:
        entry = child(top, "item")
        child(entry, "link", _address(channel, item))
        child(entry, "category", "Gemeenteblad")
        child(entry, "title", f"{_identifier(channel, item)} : {channel.wijk.municipality}")
        child(entry, "description", item.title)
        midnight = datetime.combine(_day(channel, item), time(), channel.zone)
        child(entry, "pubDate", format_datetime(midnight))
    return as_xml(root, "application/rss+xml")


def _feed(channel: Channel, request: Request) -> Answer:
    return document(channel, channel.items)


def _publication(channel: Channel, request: Request) -> Answer:
    wanted = f"gmb-{request.captured}"
    for item in channel.items:
        if _identifier(channel, item) == wanted:
            return page(item)
    return next((gone(item) for item in channel.withdrawn if _identifier(channel, item) == wanted), not_found())


def _search(channel: Channel, request: Request) -> Answer:
    root = ET.Element(_tag("sru:searchRetrieveResponse"))
    child(root, _tag("sru:version"), "2.0")
    start, size = request.number("startRecord", 1), request.number("maximumRecords", USUAL)
    if not request.get("query"):
        return _refused(root, "7", "Mandatory parameter not supplied: query")
    if not start or size is None:
        return _refused(root, "6", "Unsupported parameter value")
    found = window(_matching(channel, request.get("query")), start - 1, min(size, MOST))
    if start > max(found.total, 1):
        return _refused(root, "61", "First record position out of range")
    child(root, _tag("sru:numberOfRecords"), str(found.total))
    records = child(root, _tag("sru:records"))
    for position, item in enumerate(found.entries, start=start):
        _record(records, channel, item, position)
    if found.next_start is not None:
        child(root, _tag("sru:nextRecordPosition"), str(found.next_start + 1))
    return as_xml(root, "application/xml")


def _matching(channel: Channel, query: str) -> list[Published]:
    """What a CQL query finds, of which dates and the municipality count here; everything else holds of all."""
    creators = ["".join(found).strip().casefold() for found in _CREATOR.findall(query)]
    if any(creator != channel.wijk.municipality.casefold() for creator in creators):
        return []
    bounds = _DATE.findall(query)
    return [
        item
        for item in channel.items
        if all(_COMPARE[sign](_day(channel, item).isoformat(), bound) for sign, bound in bounds)
    ]


def _record(records: ET.Element, channel: Channel, item: Published, position: int) -> None:
    record = child(records, _tag("sru:record"))
    child(record, _tag("sru:recordSchema"), "http://standaarden.overheid.nl/sru/")
    data = child(child(record, _tag("sru:recordData")), _tag("gzd:gzd"))
    child(record, _tag("sru:recordPosition"), str(position))
    meta = child(child(data, _tag("gzd:originalData")), _tag("overheidwetgeving:meta"))
    day, identifier = _day(channel, item).isoformat(), _identifier(channel, item)
    kern = child(meta, _tag("overheidwetgeving:owmskern"))
    child(kern, _tag("dcterms:identifier"), identifier)
    child(kern, _tag("dcterms:title"), item.title)
    child(kern, _tag("dcterms:type"), "overige overheidsinformatie", scheme="OVERHEIDop.Rubriek")
    child(kern, _tag("dcterms:language"), item.lang)
    child(kern, _tag("dcterms:creator"), channel.wijk.municipality, scheme="OVERHEID.Gemeente")
    child(kern, _tag("dcterms:modified"), item.updated_at.astimezone(channel.zone).date().isoformat())
    mantel = child(meta, _tag("overheidwetgeving:owmsmantel"))
    for name in ("available", "date", "issued"):
        child(mantel, _tag(f"dcterms:{name}"), day)
    child(mantel, _tag("dcterms:publisher"), channel.wijk.municipality, scheme="OVERHEID.Gemeente")
    special = child(meta, _tag("overheidwetgeving:tpmeta"))
    child(special, _tag("c:product-area"), "officielepublicaties")
    child(special, _tag("overheidwetgeving:jaargang"), day[:4])
    child(special, _tag("overheidwetgeving:publicatienummer"), identifier.rpartition("-")[2])
    child(special, _tag("overheidwetgeving:publicatienaam"), "Gemeenteblad")
    _marking(special, channel, item)
    enriched = child(data, _tag("gzd:enrichedData"))
    child(enriched, _tag("gzd:url"), _address(channel, item))
    child(enriched, _tag("gzd:preferredUrl"), _address(channel, item))
    child(enriched, _tag("gzd:itemUrl"), _address(channel, item), manifestation="html")
    child(enriched, _tag("gzd:timestamp"), item.published_at.astimezone(channel.zone).isoformat())


def _marking(parent: ET.Element, channel: Channel, item: Published) -> None:
    spot = named_place(channel.wijk, item.title, item.text)
    if spot is not None:
        point = child(
            child(parent, _tag("overheidwetgeving:gebiedsmarkering"), scheme="OVERHEIDop.locatietype"),
            _tag("overheidwetgeving:Punt"),
        )
        child(point, _tag("overheidwetgeving:locatiepunt"), f"{spot.lat} {spot.lon}")
        child(point, _tag("overheidwetgeving:geometrielabel"), spot.place.name)


def _refused(root: ET.Element, code: str, message: str) -> Answer:
    diagnostic = child(child(root, _tag("sru:diagnostics")), _tag("diag:diagnostic"))
    child(diagnostic, _tag("diag:uri"), f"info:srw/diagnostic/1/{code}")
    child(diagnostic, _tag("diag:message"), message)
    return as_xml(root, "application/xml")


def _identifier(channel: Channel, item: Published) -> str:
    return f"gmb-{_day(channel, item).year}-{100_000 + item.number}"


def _address(channel: Channel, item: Published) -> str:
    return channel.beside(f"{_identifier(channel, item)}.html")


def _day(channel: Channel, item: Published) -> date:
    return item.published_at.astimezone(channel.zone).date()


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
