"""How late items come: median and nine in ten, from publication on."""

from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkblik.models.lag import STEPS, Lag
from wijkblik.service.lag import summarise

NINE = datetime(2026, 11, 1, 9, tzinfo=UTC)


def lag(fetched, scored=None, shown=None, opened=None, *, key="krant", published=NINE, there=False):
    """An item's way; each step in minutes after nine o'clock."""
    at = [
        None if minutes is None else NINE + timedelta(minutes=minutes) for minutes in (fetched, scored, shown, opened)
    ]
    return Lag(key, published, *at, there)


def test_each_step_has_its_median_and_nine_in_ten_in_seconds():
    [one] = summarise(lag(minutes, minutes + 1, minutes + 2, minutes + 60) for minutes in range(1, 12))
    assert (one.source_key, one.items, one.backlog, one.only_backlog) == ("krant", 11, 0, False)
    assert one.median == {"fetched": 360, "scored": 420, "shown": 480, "opened": 3960}
    assert one.p90 == {"fetched": 600, "scored": 660, "shown": 720, "opened": 4200}


def test_sources_come_apart_in_order_and_one_item_is_enough():
    found = summarise([lag(5, key="b"), lag(7, key="a")])
    assert [(one.source_key, one.median, one.p90) for one in found] == [
        ("a", {"fetched": 420}, {"fetched": 420}),
        ("b", {"fetched": 300}, {"fetched": 300}),
    ]


def test_a_step_that_was_not_taken_counts_for_that_step_alone():
    [one] = summarise([lag(1, 2), lag(3, 4, 5), lag(5)])
    assert (one.median["fetched"], one.median["scored"], one.median["shown"]) == (180, 180, 300)
    assert "opened" not in one.median


def test_what_stood_there_before_says_nothing_while_there_is_something_new():
    old = [lag(60 * 24 * days, there=True) for days in range(1, 5)]
    [one] = summarise([*old, lag(2)])
    assert (one.items, one.backlog, one.only_backlog, one.median["fetched"]) == (1, 4, False, 120)
    [one] = summarise([old[0], lag(2)])
    assert (one.items, one.backlog, one.only_backlog) == (1, 1, False)
    [one] = summarise(old)
    assert (one.items, one.backlog, one.only_backlog) == (4, 4, True)


def test_items_without_a_time_have_no_lag():
    [one] = summarise([lag(5, published=None)])
    assert (one.items, one.backlog, one.only_backlog, one.median, one.p90) == (0, 0, False, {}, {})


def test_a_clock_that_is_ahead_does_not_make_us_faster_than_the_news():
    [one] = summarise([lag(-5, published=NINE)])
    assert one.median == {"fetched": 0}


def test_nothing_gives_nothing():
    assert summarise([]) == []


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60))
def test_nine_in_ten_are_no_later_than_that(minutes):
    [one] = summarise(lag(late, late, late, late) for late in minutes)
    for step in STEPS:
        assert one.median[step] == pytest.approx(60 * median(minutes))
        assert one.median[step] <= one.p90[step] + 1e-6
        assert 60 * min(minutes) <= one.p90[step] <= 60 * max(minutes) + 1e-6
        assert sum(60 * late <= one.p90[step] + 1e-6 for late in minutes) >= 0.9 * len(minutes) - 1
