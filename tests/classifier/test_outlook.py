"""Ranges of the items to come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from classifier.outlook import Growth, _chances, forecast, learn
from wijkblik.models.stories import Forecast, Outlook

CUT = datetime(2026, 11, 24, 8, tzinfo=UTC)


def at(*hours):
    return [CUT - timedelta(hours=one) for one in hours]


def test_a_story_in_full_swing_may_get_more_than_one_that_is_over():
    swing = forecast(at(*[n / 10 for n in range(40)]), CUT)
    over = forecast(at(*[60 + n / 10 for n in range(40)]), CUT)
    assert swing.median > over.median
    assert swing.high > over.high
    assert swing.per_hour > over.per_hour == 0


def test_a_single_item_is_few_data_and_five_are_not():
    assert forecast(at(1), CUT).few_data
    assert not forecast(at(1, 2, 3, 4, 5), CUT).few_data


def test_nothing_is_expected_of_a_story_without_items_before_the_cut():
    one = forecast([CUT + timedelta(hours=1)], CUT)
    assert (one.low, one.median, one.high, one.few_data) == (0, 0, 0, True)


def test_a_longer_horizon_holds_at_least_as_much():
    times = at(1, 2, 3, 5, 8)
    assert forecast(times, CUT, 48).high >= forecast(times, CUT, 6).high


def test_acceleration_has_the_sign_of_the_change():
    assert forecast(at(1, 2, 3, 4, 8), CUT).acceleration > 0 > forecast(at(5, 8, 9, 10), CUT).acceleration


@pytest.mark.parametrize(("mean", "dispersion"), [(0.01, 0.05), (2.0, 0.5), (30.0, 1.5), (800.0, 3.0)])
def test_the_chances_are_those_of_the_negative_binomial(mean, dispersion):
    chances = _chances(mean, dispersion)
    assert sum(chances) == pytest.approx(1, abs=2e-3)
    known = nbinom.pmf(range(len(chances)), dispersion, dispersion / (dispersion + mean))
    assert chances == pytest.approx(known, abs=1e-9)


def scored(median, low, high, came, times=1):
    return [Forecast(f"s-{n}", CUT, Outlook(low, median, high, 24, False), came) for n in range(times)]


def test_outcomes_of_the_wijk_move_the_next_outlook_little_by_little():
    assert learn([]) == Growth()
    few, many = (learn(scored(2, 0, 3, 20, times)) for times in (2, 200))
    assert 0 < few.shift < many.shift
    assert 0 < few.share < many.share
    times = at(1, 2, 3, 5, 8)
    assert forecast(times, CUT, growth=many).high > forecast(times, CUT, growth=few).high >= forecast(times, CUT).high
    assert learn(scored(2, 0, 3, None)) == Growth()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(0, 2000), min_size=1, max_size=80), st.floats(0.2, 96))
def test_any_story_has_a_range_in_order(hours, horizon):
    one = forecast(at(*hours), CUT, horizon)
    assert 0 <= one.low <= one.median <= one.high
