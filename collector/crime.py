"""Registered crime per area and month: the police's figures as Statistics Netherlands (CBS) publishes them.

The service is OData version 3 (odata.org); the table is 47022NED. That it refuses to answer without a filter, and more
than 10,000 rows at once, was seen in clients; so each month and each area is asked apart. The figures are counts per
area, as published: nothing in them is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlsplit

from pydantic import Field

from collector.background import area_code, listings, number
from collector.base import Base, Fetch, Page, parameters
from collector.reading import as_json, first_sign, record, text_of, web_address
from wijkblik.errors import ParseError
from wijkblik.models.background import Figure
from wijkblik.models.items import Fault, Harvest
from wijkblik.models.wijk import Config, Source

kind = "crime"

BASE = "https://dataderden.cbs.nl/ODataApi/odata/47022NED"
DELAY = 2
"""Months that a figure needs before it can be there."""
AREA, PERIOD, CRIME, COUNT = "WijkenEnBuurten", "Perioden", "SoortMisdrijf", "GeregistreerdeMisdrijven_1"
LONGEST = 40
"""Characters of a code: no real one comes near."""

Prefix = Annotated[str, Field(pattern=r"^(GM|WK|BU)[0-9]{4}[0-9A-Z]{0,4}$")]
Period = Annotated[str, Field(pattern=r"^[0-9]{4}(MM(0[1-9]|1[0-2])|KW0[1-4]|JJ00)$")]


class Parameters(Config):
    """Which figures are asked.

    `areas` are codes or how codes begin: BU0772 is every buurt of municipality 0772. `periods` are such as 2026MM09;
    without them the newest `months` that can be there. `base` is the table's address, in place of that of CBS.
    """

    areas: tuple[Prefix, ...] = ()
    periods: tuple[Period, ...] = ()
    months: Annotated[int, Field(ge=1, le=24)] = 3
    base: Base = BASE


def address(source: Source) -> str:
    """The first listing's address, without the month where that depends on when it is asked.

    Raises ValueError without areas, and for an address of its own that has no $filter: the server refuses that.
    """
    asked = parameters(source, Parameters)
    return _addresses(source, asked, asked.periods or ("",))[0]


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is rows of this table."""
    return first_sign(body) == b"{" and b'"value"' in body and (b"47022NED" in body or f'"{AREA}"'.encode() in body)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """The figures of all areas, newest month first. Raises a CollectError."""

    def read(page: Page) -> Harvest:
        return parse(page.body, source, page.content_type)

    asked = parameters(source, Parameters)
    addresses = _addresses(source, asked, asked.periods or newest(fetch.now, asked.months))
    return await listings(fetch, addresses, read, _following)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The figures of one page; what is not published yet, or kept secret, is no figure. Raises ParseError."""
    faults: list[Fault] = []
    figures: dict[tuple[str, str, str], Figure] = {}
    for row in _table(body)["value"]:
        figure = _figure(record(row))
        if figure is not None:
            figures[figure.area_code, figure.measure, figure.period] = figure
        elif not isinstance(row, Mapping) or row.get(COUNT) is not None:
            faults.append(Fault("bad_item"))
    return Harvest(faults=tuple(faults), background=tuple(figures.values()))


def newest(now: datetime, months: int) -> tuple[str, ...]:
    """The newest months that can have figures, as the table names them, newest first.

    >>> newest(datetime(2026, 2, 14), 2)
    ('2025MM12', '2025MM11')
    """
    last = now.year * 12 + now.month - 1 - DELAY
    return tuple(f"{month // 12}MM{month % 12 + 1:02}" for month in range(last, last - months, -1))


def _addresses(source: Source, asked: Parameters, periods: tuple[str, ...]) -> list[str]:
    if source.url is not None:
        if not dict(parse_qsl(urlsplit(source.url).query)).get("$filter"):
            raise ValueError(
                "the server refuses an address without $filter; "
                "add it, such as ?$filter=startswith(WijkenEnBuurten,'BU0772')&$format=json, or use query"
            )
        return [source.url]
    if not asked.areas:
        raise ValueError("it is not clear which areas; add 'areas: [BU...]' under query")
    return [_address(asked.base, area, period) for period in periods for area in asked.areas]


def _address(base: str, area: str, period: str) -> str:
    condition = f"startswith({AREA},'{area}')" + (f" and {PERIOD} eq '{period}'" if period else "")
    condition = quote(condition, safe="(),'")
    return f"{base}/TypedDataSet?$filter={condition}&$format=json"


def _following(page: Page, _harvest: Harvest) -> str | None:
    """The next page as the body names it, in JSON also where the server forgets that it was asked so."""
    target = web_address(text_of(_table(page.body).get("odata.nextLink")), page.url, [])
    if target is None or "format=json" in target:
        return target
    return f"{target}{'&' if urlsplit(target).query else '?'}$format=json"


def _table(body: bytes) -> Mapping[str, Any]:
    document = record(as_json(body))
    if not isinstance(document.get("value"), list):
        raise ParseError("no rows in the answer", code="other_format")
    return document


def _figure(row: Mapping[str, Any]) -> Figure | None:
    area, count = area_code(row.get(AREA)), number(row.get(COUNT))
    measure, period = text_of(row.get(CRIME)).strip(), text_of(row.get(PERIOD)).strip()
    if area is None or count is None or count < 0 or not 0 < len(measure) <= LONGEST or not 0 < len(period) <= LONGEST:
        return None
    return Figure(area_code=area, measure=measure, period=period, value=count)
