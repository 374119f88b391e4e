"""A rhythm is kept as text; whatever has become of the text, there is a rhythm again."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkblik.models.cadence import DAYS, HOURS, MEMORIES, Rhythm

COUNT = st.floats(0, 100_000).map(lambda value: round(value, 3))
MOMENT = st.none() | st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
KEPT = Rhythm(since=datetime(2026, 7, 1, tzinfo=UTC), last=datetime(2026, 7, 15, 12, tzinfo=UTC), count=3.5)


def many(of, length):
    return st.lists(of, min_size=length, max_size=length).map(tuple)


RHYTHMS = st.builds(
    Rhythm,
    since=MOMENT,
    last=MOMENT,
    count=COUNT,
    hours=many(COUNT, HOURS),
    days=many(COUNT, DAYS),
    heat=many(COUNT, MEMORIES),
    shares=many(st.floats(0, 1), MEMORIES),
)


@given(RHYTHMS)
def test_what_was_kept_comes_back(rhythm):
    assert Rhythm.from_json(rhythm.to_json()) == rhythm


@given(
    st.text()
    | st.none()
    | st.recursive(
        st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(json.dumps)
)
def test_any_other_text_gives_a_fresh_rhythm(text):
    assert Rhythm.from_json(text) == Rhythm()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", -1),
        ("count", "3"),
        ("count", True),
        ("count", 1e300),
        ("count", float("nan")),
        ("since", "2026-07-01"),
        ("last", 1e20),
        ("last", -5),
        ("hours", [0.0] * 23),
        ("hours", None),
        ("days", [0.0] * 6 + [None]),
        ("shares", [0.5, 1.5]),
        ("heat", {}),
    ],
)
def test_one_damaged_value_is_enough(name, value):
    content = json.loads(KEPT.to_json())
    assert Rhythm.from_json(json.dumps(content)) == KEPT
    assert Rhythm.from_json(json.dumps(content | {name: value})) == Rhythm()


@pytest.mark.parametrize("name", list(asdict(KEPT)))
def test_text_of_another_version_gives_a_fresh_rhythm(name):
    content = json.loads(KEPT.to_json())
    del content[name]
    assert Rhythm.from_json(json.dumps(content)) == Rhythm()


@given(st.integers(0, 400))
def test_text_that_was_cut_off_gives_a_fresh_rhythm(length):
    text = KEPT.to_json()
    assert Rhythm.from_json(text[: min(length, len(text) - 1)]) == Rhythm()
