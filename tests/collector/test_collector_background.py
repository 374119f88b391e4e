"""What the collectors of background share, on a real server."""

import json
from datetime import timedelta

import pytest
from helping import CADENCE, LOOPBACK, NOW, answer, bounds, fresh, make_fetcher
from hypothesis import given
from hypothesis import strategies as st

from collector import crime
from collector.background import area_code, number
from collector.visit import visit
from wijkblik.models.wijk import Source

DAY = timedelta(days=1)


def table(server, area, period="2026MM05"):
    return f"/TypedDataSet?$filter=startswith(WijkenEnBuurten,'{area}')%20and%20Perioden%20eq%20'{period}'&$format=json"


def rows(*areas, **more):
    row = {"SoortMisdrijf": "1.1.1 ", "Perioden": "2026MM05", "GeregistreerdeMisdrijven_1": 3}
    body = {"value": [row | {"WijkenEnBuurten": area} for area in areas]} | more
    return answer(200, json.dumps(body).encode())


async def ask(server, polling=None, wall=NOW, **limits):
    query = {"areas": ["BU9901", "WK9901"], "periods": ["2026MM05"], "base": server.url}
    asked = Source(key="s", name="S", collector="crime", type="service", organisation="CBS", query=query)
    async with make_fetcher(clock=lambda: wall, **limits) as fetcher:
        within = bounds(NOW, named=LOOPBACK, **limits)
        return await visit(asked, crime, polling or fresh(asked), fetcher, CADENCE, within, wall_clock=lambda: wall)


async def test_all_listings_are_read_and_then_left_for_a_month(server):
    server.routes = {
        table(server, "BU9901"): rows("BU9901AA01", "?", "?"),
        table(server, "WK9901"): rows("WK9901AA", "?"),
    }
    seen = await ask(server)
    assert [figure.area_code for figure in seen.harvest.background] == ["BU9901AA01", "WK9901AA"]
    assert [(fault.code, fault.detail) for fault in seen.harvest.faults] == [("bad_item", "3 times")]
    assert (seen.polling.state, seen.polling.next_check_at) == ("ok", NOW + 30 * DAY)


async def test_what_has_not_changed_is_left_for_another_month(server):
    server.routes = {table(server, "BU9901"): rows("BU9901AA01"), table(server, "WK9901"): rows("WK9901AA")}
    first = await ask(server)
    server.asked.clear()
    later = NOW + 31 * DAY
    second = await ask(server, first.polling, later)
    assert second.harvest.unchanged
    assert server.paths == [table(server, "BU9901")]
    assert (second.polling.state, second.polling.next_check_at) == ("ok", later + 30 * DAY)


async def test_a_visit_that_was_cut_short_keeps_what_it_has_and_tries_again_the_next_day(server):
    server.routes = {table(server, "BU9901"): rows("BU9901AA01"), table(server, "WK9901"): answer(500)}
    seen = await ask(server)
    assert [figure.area_code for figure in seen.harvest.background] == ["BU9901AA01"]
    assert [fault.code for fault in seen.harvest.faults] == ["cut_short"]
    assert (seen.polling.state, seen.polling.next_check_at) == ("ok", NOW + DAY)


async def test_a_link_that_is_no_address_ends_the_listing(server):
    first = rows("BU9901AA01", **{"odata.nextLink": "http://[x"})
    server.routes = {table(server, "BU9901"): first, table(server, "WK9901"): rows("WK9901AA")}
    seen = await ask(server)
    assert len(seen.harvest.background) == 2
    assert seen.harvest.faults == ()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0344", "GM0344"),
        ("GM0344", "GM0344"),
        ("GM0344    ", "GM0344"),
        ("wk0363ad", "WK0363AD"),
        ("BU0363AD01", "BU0363AD01"),
        ("NL00", "NL00"),
        ("٠٣٤٤", None),
        ("344", None),
        ("BU0363-?01", None),
        ("BU0363AD0101", None),
        ("", None),
        (344, None),
        (None, None),
    ],
)
def test_the_code_of_an_area(value, code):
    assert area_code(value) == code


@given(st.none() | st.booleans() | st.text() | st.floats() | st.integers() | st.lists(st.integers()))
def test_a_number_is_finite_or_none(value):
    found = number(value)
    assert found is None or (found - found == 0 and found == value and not isinstance(value, bool))


def test_a_number_that_is_too_large_is_none():
    assert number(10**400) is None
