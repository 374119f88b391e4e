"""Registered crime: which months and areas are asked, and what of the table is a figure."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector.crime import BASE, address, newest, parse
from wijkblik.models.background import Figure
from wijkblik.models.wijk import Source

TABLE = f"{BASE}/TypedDataSet?$filter=startswith(WijkenEnBuurten,'BU0772')"


def source(url=None, **query):
    return Source(key="s", name="S", collector="crime", type="service", organisation="CBS", url=url, query=query)


def read(**changed):
    row = {"SoortMisdrijf": "1.1.1 ", "WijkenEnBuurten": "BU9901AA01", "Perioden": "2026MM05"}
    rows = [row | {"GeregistreerdeMisdrijven_1": 3} | changed]
    return parse(json.dumps({"value": rows}).encode(), source("https://x.example/"))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"areas": ["BU0772"]}, f"{TABLE}&$format=json"),
        (
            {"areas": ["BU0772", "WK0772"], "periods": ["2026MM09", "2025JJ00"]},
            f"{TABLE}%20and%20Perioden%20eq%20'2026MM09'&$format=json",
        ),
        (
            {"areas": ["WK0363AD"], "base": "https://tabel.example/x/"},
            "https://tabel.example/x/TypedDataSet?$filter=startswith(WijkenEnBuurten,'WK0363AD')&$format=json",
        ),
    ],
)
def test_the_address_follows_from_the_configuration_and_has_a_filter(query, asked):
    assert address(source(**query)) == asked


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/47022NED/TypedDataSet",
        "https://x.example/47022NED/TypedDataSet?$format=json",
        "https://x.example/47022NED/TypedDataSet?$filter=",
        "https://x.example/47022NED/TypedDataSet?filter=x",
    ],
)
def test_an_address_of_its_own_without_a_filter_is_refused(url):
    with pytest.raises(ValueError, match=r"refuses an address without \$filter; add it"):
        address(source(url))


@pytest.mark.parametrize("name", ["$filter", "%24filter"])
def test_an_address_of_its_own_is_taken_as_it_stands(name):
    url = f"https://x.example/tabel?{name}=startswith(WijkenEnBuurten,'BU0772')"
    assert address(source(url)) == url


def test_areas_are_needed():
    with pytest.raises(ValueError, match="not clear which areas; add"):
        address(source(months=3))


@pytest.mark.parametrize(
    "query",
    [
        {"areas": ["0772"]},
        {"areas": ["BU07"]},
        {"areas": ["BU0772' or 1 eq 1"]},
        {"areas": ["NL00"]},
        {"areas": ["BU0772"], "periods": ["2026-09"]},
        {"areas": ["BU0772"], "periods": ["2026MM13"]},
        {"areas": ["BU0772"], "months": 0},
        {"areas": ["BU0772"], "months": 100},
        {"areas": ["BU0772"], "table": "47018NED"},
    ],
)
def test_a_wrong_parameter_is_refused(query):
    with pytest.raises(ValidationError):
        address(source(**query))


@pytest.mark.parametrize(
    ("year", "month", "months"),
    [
        (2026, 11, ("2026MM09", "2026MM08", "2026MM07")),
        (2026, 3, ("2026MM01", "2025MM12", "2025MM11")),
        (2026, 2, ("2025MM12", "2025MM11", "2025MM10")),
        (2026, 1, ("2025MM11", "2025MM10", "2025MM09")),
    ],
)
def test_the_newest_months_are_two_months_back(year, month, months):
    assert newest(datetime(year, month, 28, tzinfo=UTC), 3) == months


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 24))
def test_months_follow_each_other_without_a_gap(now, months):
    counted = [int(period[:4]) * 12 + int(period[6:]) for period in newest(now, months)]
    assert counted == list(range(counted[0], counted[0] - months, -1))
    assert all(1 <= int(period[6:]) <= 12 for period in newest(now, months))


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        ({}, Figure("BU9901AA01", "1.1.1", "2026MM05", 3)),
        ({"GeregistreerdeMisdrijven_1": 0}, Figure("BU9901AA01", "1.1.1", "2026MM05", 0)),
        ({"WijkenEnBuurten": "GM9901    "}, Figure("GM9901", "1.1.1", "2026MM05", 3)),
        ({"GeregistreerdeMisdrijven_1": None}, None),
    ],
)
def test_a_row_with_a_count_is_a_figure(row, figure):
    harvest = read(**row)
    assert harvest.background == ((figure,) if figure else ())
    assert harvest.faults == ()


@pytest.mark.parametrize(
    "row",
    [
        {"GeregistreerdeMisdrijven_1": -1},
        {"GeregistreerdeMisdrijven_1": True},
        {"GeregistreerdeMisdrijven_1": "3"},
        {"GeregistreerdeMisdrijven_1": 10**400},
        {"WijkenEnBuurten": "overal"},
        {"SoortMisdrijf": None},
        {"Perioden": "2026MM05" * 100},
    ],
)
def test_a_row_that_can_not_be_read_is_left_out(row):
    harvest = read(**row)
    assert harvest.background == ()
    assert [fault.code for fault in harvest.faults] == ["bad_item"]


def test_recorded_rows_are_read(shared):
    body = (shared / "payloads/cbs/47022NED_47018NED_rows.json").read_bytes()
    harvest = parse(body, source("https://x.example/"))
    assert harvest.background == (
        Figure("NL00", "0.0.0", "2012JJ00", 1127693),
        Figure("NL00", "0.0.0", "2024JJ00", 805327),
    )
    assert harvest.faults == ()
