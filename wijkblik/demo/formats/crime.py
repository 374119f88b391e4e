"""Registered crime per buurt and month: table 47022NED of the police on CBS's OData v3; all figures here are invented.

Specification: odata.org (version 3), with what the service does beside it: keys padded with spaces, and status 500 for a
request without `$filter`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json
from wijkblik.demo.formats.pages import window
from wijkblik.demo.places import Areas, areas, invented

PAGE = 100
"""Real pages hold 10,000; the demonstration's are short so that there are several."""
MONTHS = 13
DELAY = timedelta(days=15)
"""How long after a month its figures come out."""
CRIMES = {"1.1.1": 3, "1.2.1": 4, "1.2.3": 5, "1.4.5": 4, "1.4.6": 2, "2.2.1": 8}
"""Kinds of crime, and how many of each a buurt has at most in a month."""
TOTAL = "0.0.0"

Row = dict[str, Any]
Test = Callable[[Row], bool]
_CLAUSE = re.compile(
    r"startswith\(\s*(?P<begins>\w+)\s*,\s*'(?P<start>[^']*)'\s*\)(?:\s+eq\s+true)?"
    r"|substringof\(\s*'(?P<part>[^']*)'\s*,\s*(?P<holds>\w+)\s*\)(?:\s+eq\s+true)?"
    r"|(?P<field>\w+)\s+(?P<sign>eq|ne|ge|gt|le|lt)\s+'(?P<value>[^']*)'"
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    sign: getattr(operator, sign) for sign in ("eq", "ne", "ge", "gt", "le", "lt")
}
_KEYS = {"SoortMisdrijf", "WijkenEnBuurten", "Perioden"}


def routes(path: str) -> Routes:
    """The table's rows."""
    return {path: _rows_of}


def _rows_of(channel: Channel, request: Request) -> Answer:
    if not request.get("$filter"):
        return _refused("Query returned too many records. Refine your query.", 500)
    test = read_filter(request.get("$filter"))
    start, top = request.number("$skip", 0), request.number("$top", 10**9)
    if test is None or start is None or top is None:
        return _refused("The query specified in the URI is not valid.", 400)
    rows = [row for row in table(areas(channel.wijk), channel.now) if test(row)][: start + top]
    found = window(rows, start, PAGE)
    columns = [name for name in request.get("$select").split(",") if name]
    values = [{name: row.get(name) for name in columns} if columns else row for row in found.entries]
    base = request.url.rpartition("/")[0]
    answer: dict[str, Any] = {"odata.metadata": f"{base}/$metadata#Cbs.OData.WebAPI.TypedDataSet", "value": values}
    if found.next_start is not None:
        rest = {"$top": top - len(values)} if request.get("$top") else {}
        answer["odata.nextLink"] = request.address({"$skip": found.next_start} | rest)
    return as_json(answer)


def table(levels: Areas, now: datetime) -> list[Row]:
    """Every row of the table: the municipality, its wijken and its buurten, in which the figures add up."""
    buurten = {buurt.code: buurt.wijk_code for buurt in levels.buurten}
    regions = {area.code: set(buurten) for area in levels.gemeenten}
    regions |= {area.code: {code for code, wijk in buurten.items() if wijk == area.code} for area in levels.wijken}
    regions |= {code: {code} for code in buurten}
    rows = (
        {
            "SoortMisdrijf": f"{crime} ",
            "WijkenEnBuurten": f"{region:<10}",
            "Perioden": month,
            "GeregistreerdeMisdrijven_1": sum(_count(crime, code, month) for code in codes),
        }
        for crime in (TOTAL, *CRIMES)
        for region, codes in regions.items()
        for month in _months(now)
    )
    return [{"ID": number} | row for number, row in enumerate(rows)]


def read_filter(text: str) -> Test | None:
    """What `$filter` asks of a row: clauses joined by `and`, of which each may be alternatives in brackets; None if it is none.

    Spaces at the end of a key don't count, as in the database behind the service.
    """
    groups = [
        [_clause(one) for one in re.split(r"\s+or\s+", _bare(group))] for group in re.split(r"\s+and\s+", text.strip())
    ]
    known = [[test for test in tests if test is not None] for tests in groups]
    if [len(tests) for tests in known] != [len(tests) for tests in groups]:
        return None
    return lambda row: all(any(test(row) for test in tests) for tests in known)


def _bare(group: str) -> str:
    inside = group.strip()
    return inside[1:-1].strip() if inside.startswith("(") and inside.endswith(")") else inside


def _clause(text: str) -> Test | None:
    found = _CLAUSE.fullmatch(text.strip())
    if found is None:
        return None
    name = found["begins"] or found["holds"] or found["field"]
    if name not in _KEYS:
        return None
    if found["begins"]:
        return lambda row: bool(row[name].startswith(found["start"]))
    if found["holds"]:
        return lambda row: found["part"] in row[name]
    compare, value = _COMPARE[found["sign"]], found["value"].rstrip()
    return lambda row: bool(compare(row[name].rstrip(), value))


def _count(crime: str, buurt: str, month: str) -> int:
    if crime == TOTAL:
        return sum(_count(one, buurt, month) for one in CRIMES)
    return invented(CRIMES[crime] + 1, crime, buurt, month)


def _months(now: datetime) -> Iterator[str]:
    newest = (now - DELAY).replace(day=1) - timedelta(days=1)
    last = newest.year * 12 + newest.month - 1
    return (f"{month // 12}MM{month % 12 + 1:02d}" for month in range(last - MONTHS + 1, last + 1))


def _refused(reason: str, status: int) -> Answer:
    return as_json({"odata.error": {"code": "", "message": {"lang": "nl-NL", "value": reason}}}, status)
