"""Places, boundaries and figures in the store, on real SQLite files."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkblik.errors import StoreError
from wijkblik.models.background import Area, Figure, GazetteerPlace
from wijkblik.models.items import Harvest, Polling, Visit
from wijkblik.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
STREET = GazetteerPlace("weg-1", "Spoelstraat", "weg", "Lindevoort", lat=52.7512, lon=5.4012)
BUURT = Area("BU990101AA", "Spoelbuurt", "buurt", "WK990101", 2025, '{"type":"Polygon"}', {"aantal_inwoners": 1240.0})
CRIME = Figure("BU990101AA", "1.1.1", "2026MM09", 3.0)

WIJKEN = itertools.count()
TEXT = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30)
DEGREES = st.none() | st.floats(-90, 90)
PLACES = st.builds(
    GazetteerPlace, TEXT, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT, st.none() | TEXT, DEGREES, DEGREES
)
AREAS = st.builds(
    Area,
    TEXT,
    TEXT,
    st.sampled_from(("gemeente", "wijk", "buurt")),
    st.none() | TEXT,
    st.none() | st.integers(2000, 2100),
    TEXT,
    st.dictionaries(TEXT, st.floats(0, 1e9), max_size=3),
)
FIGURES = st.builds(Figure, TEXT, TEXT, TEXT, st.floats(0, 1e9), TEXT)


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path}/w.db", "real") as opened:
        yield opened


def bring(store, *records, source="straten", wijk="w", at=NOW, **more):
    polling = Polling("https://x.example", "https://x.example", checked_at=at)
    store.items.save_visits(wijk, [(Visit(source, Harvest(background=records, **more), polling), [])], at)


def test_what_is_brought_is_kept_and_counted_by_source(store):
    bring(store, STREET)
    bring(store, BUURT, replace(BUURT, code="WK990101", level="wijk"), CRIME, source="grenzen")
    assert store.background.places("w") == [STREET]
    assert [area.code for area in store.background.areas("w")] == ["BU990101AA", "WK990101"]
    assert store.background.figures("w") == [CRIME]
    assert store.background.counts("w") == {"straten": 1, "grenzen": 3}


def test_a_wijk_sees_its_own_only(store):
    bring(store, STREET, BUURT, CRIME)
    bring(store, replace(STREET, name="Elders"), wijk="v")
    assert store.background.places("w") == [STREET]
    assert store.background.areas("v") == store.background.figures("v") == []


def test_a_known_record_is_replaced(store):
    bring(store, STREET, BUURT, CRIME)
    renamed, grown, more = replace(STREET, name="Spoellaan"), replace(BUURT, figures={}), replace(CRIME, value=4.0)
    bring(store, renamed, grown, more, at=NOW + timedelta(days=30))
    assert store.background.places("w") == [renamed]
    assert store.background.areas("w") == [grown]
    assert store.background.figures("w") == [more]


def test_the_same_record_twice_in_one_harvest_is_one(store):
    bring(store, STREET, replace(STREET, name="Spoellaan"))
    assert [place.name for place in store.background.places("w")] == ["Spoellaan"]


def test_what_a_whole_register_holds_no_more_goes_and_figures_stay(store):
    other = replace(STREET, place_id="weg-2", name="Vlaslaan")
    bring(store, STREET, other, BUURT, CRIME)
    bring(store, replace(STREET, place_id="weg-3"), source="andere")
    bring(store, other, replace(BUURT, code="BU990101AB"), replace(CRIME, period="2026MM10"))
    assert [place.place_id for place in store.background.places("w")] == ["weg-3", "weg-2"]
    assert [area.code for area in store.background.areas("w")] == ["BU990101AB"]
    assert [figure.period for figure in store.background.figures("w")] == ["2026MM09", "2026MM10"]


@pytest.mark.parametrize("more", [{"complete": False}, {"unchanged": True}])
def test_a_visit_that_did_not_read_the_whole_takes_nothing_away(store, more):
    bring(store, STREET)
    bring(store, *([] if "unchanged" in more else [replace(STREET, place_id="weg-2")]), **more)
    assert STREET in store.background.places("w")


def test_figures_can_be_asked_of_one_area(store):
    bring(store, CRIME, replace(CRIME, area_code="WK990101"), replace(CRIME, measure="0.0.0"))
    found = [(figure.area_code, figure.measure) for figure in store.background.figures("w")]
    assert found == [("BU990101AA", "0.0.0"), ("BU990101AA", "1.1.1"), ("WK990101", "1.1.1")]
    assert store.background.figures("w", "WK990101") == [replace(CRIME, area_code="WK990101")]


def test_a_failed_write_keeps_what_was_there(store):
    bring(store, STREET)
    with pytest.raises(StoreError):
        bring(store, replace(STREET, place_id="weg-2"), replace(STREET, place_id="weg-3", name=None))
    assert store.background.places("w") == [STREET]


def test_a_large_municipality_fits(store):
    streets = [replace(STREET, place_id=f"weg-{number}") for number in range(7_000)]
    bring(store, *streets)
    bring(store, *streets)
    assert store.background.counts("w") == {"straten": 7_000}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PLACES | AREAS | FIGURES, max_size=8))
def test_what_is_read_is_what_was_stored(store, records):
    def by_key(kind, *names):
        return {tuple(getattr(one, name) for name in names): one for one in records if isinstance(one, kind)}

    wijk = f"w{next(WIJKEN)}"
    bring(store, *records, wijk=wijk)
    read = store.background
    assert sorted(map(repr, read.places(wijk))) == sorted(map(repr, by_key(GazetteerPlace, "place_id").values()))
    assert sorted(map(repr, read.areas(wijk))) == sorted(map(repr, by_key(Area, "code").values()))
    figures = by_key(Figure, "area_code", "measure", "period").values()
    assert sorted(map(repr, read.figures(wijk))) == sorted(map(repr, figures))
