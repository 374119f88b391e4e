"""Official publications by SRU, which knows where a publication is about.

Specification: OASIS searchRetrieve 2.0 (docs.oasis-open.org/search-ws), with records in the gzd schema of
repository.overheid.nl. It gives no more than 10,000 records a query, and answers a query that it can't read with
status 200 and a diagnostic. Elements are matched by their local names: clients have seen them in several namespaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from collector.base import Page
from collector.paging import with_query
from collector.reading import TITLE_LIMIT, counted, cut, each_once, folded, moment, point_of, web_address
from collector.text import plain
from collector.xml import local, safe_xml
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest, Point
from wijkblik.models.wijk import Source

PAGE, MOST = 100, 10_000
_NUMBER = re.compile(r"(?<![a-z])[a-z]{2,6}-\d{4,6}-\d+(?:-[a-z0-9]+)*", re.ASCII)
_NEXT = re.compile(rb"nextRecordPosition>\s*(\d{1,9})\s*<")
_DATES = ("available", "issued", "date", "modified")


def publication_number(text: str) -> str | None:
    """The number of a publication within a title or an address, such as gmb-2026-339555."""
    found = _NUMBER.search(text)
    return found.group() if found else None


def is_of(publisher: str, municipality: str) -> bool:
    """Whether a publisher's name is this municipality's, with or without the word for it."""
    return _bare(publisher) == _bare(municipality)


def first_page(sru: str, query: str) -> str:
    """The address of a query's first records; `query` is CQL (OASIS searchRetrieve part 5)."""
    return with_query(
        sru,
        operation="searchRetrieve",
        version="2.0",
        recordSchema="gzd",
        maximumRecords=PAGE,
        startRecord=1,
        query=query,
    )


def next_page(page: Page, _harvest: Harvest) -> str | None:
    """The address of the records after these; None after the last that the service gives."""
    found = _NEXT.search(page.body)
    if found is None or int(found.group(1)) > MOST:
        return None
    return with_query(page.url, startRecord=int(found.group(1)))


def parse(body: bytes, source: Source, municipality: str | None) -> Harvest:
    """The municipality's publications of one answer, with a point where it names one. Raises ParseError.

    Only the title is taken, so that a publication reads the same whether the feed named it or this.
    """
    root = safe_xml(body)
    if local(root) != "searchRetrieveResponse":
        raise ParseError("this is no SRU answer")
    records = list(_named(root, "record"))
    if not records and next(_named(root, "diagnostic"), None) is not None:
        raise ParseError("the service could not read the query")
    ours = [record for record in records if municipality is None or is_of(_creator(record), municipality)]
    faults = [Fault("other_municipality")] * (len(records) - len(ours))
    items = each_once((_item(record, source, faults) for record in ours), faults)
    return Harvest(items, counted(faults))


def _item(record: etree._Element, source: Source, faults: list[Fault]) -> FetchedItem | None:
    values = _values(record)
    number = publication_number(values.get("identifier", "")) or publication_number(values.get("preferredUrl", ""))
    if number is None:
        return None
    published = next(filter(None, (moment(values.get(name)) for name in _DATES)), None)
    if published is None:
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=number,
        title=cut(plain(values.get("title", "")), TITLE_LIMIT, "title_cut", faults) or number,
        text="",
        url=web_address(values.get("preferredUrl", ""), source.url or "", faults),
        lang=source.language or "nl",
        published_at=published,
        point=_point(record),
    )


def _creator(record: etree._Element) -> str:
    return next((element.text or "" for element in _named(record, "creator")), "")


def _values(record: etree._Element) -> dict[str, str]:
    """The first text of each element by its name: core, mantle and enrichment name different things."""
    values: dict[str, str] = {}
    for element in record.iter():
        text = (element.text or "").strip()
        if text:
            values.setdefault(local(element), text)
    return values


def _point(record: etree._Element) -> Point | None:
    """The first point that marks the area: of several, as for the houses of a block, they lie side by side."""
    for marking in _named(record, "gebiedsmarkering"):
        for place in _named(marking, "locatiepunt"):
            parts = (place.text or "").replace(",", " ").split()
            if len(parts) == 2 and (point := point_of(*parts)) is not None:
                return point
    return None


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (found for found in element.iter() if local(found) == name)


def _bare(name: str) -> str:
    return folded(name).removeprefix("gemeente ")
