from datetime import timedelta

import pytest
from helping import CADENCE, NOW
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import next_check

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({}, 20),
        ({"failures": 1}, 40),
        ({"failures": 3}, 160),
        ({"failures": 6}, 1280),
        ({"failures": 7}, 1280),
        ({"failures": 10_000}, 1280),
        ({"ttl_minutes": 60}, 60),
        ({"ttl_minutes": 5}, 20),
        ({"ttl_minutes": 0}, 20),
        ({"ttl_minutes": 999_999}, 1440),
        ({"fresh_until": NOW + 50 * MINUTE}, 50),
        ({"fresh_until": NOW + 5 * MINUTE}, 20),
        ({"retry_at": NOW + 5000 * MINUTE, "failures": 1}, 5000),
        ({"retry_at": NOW + MINUTE, "failures": 1}, 40),
    ],
)
def test_when_to_come_back(facts, minutes):
    assert next_check(NOW, CADENCE, **facts) == NOW + minutes * MINUTE


def test_doubling_stops_at_the_longest_interval():
    slow = CADENCE.model_copy(update={"usual_minutes": 600})
    assert next_check(NOW, slow, failures=3) == NOW + 1440 * MINUTE


MOMENTS = st.none() | st.integers(-100_000, 100_000).map(lambda minutes: NOW + minutes * MINUTE)


@given(st.integers(0, 10**6), st.none() | st.floats(0, 10**6), MOMENTS, MOMENTS)
def test_what_the_server_asks_is_never_undercut(failures, ttl, fresh_until, retry_at):
    at = next_check(NOW, CADENCE, failures=failures, ttl_minutes=ttl, fresh_until=fresh_until, retry_at=retry_at)
    assert at >= NOW + CADENCE.usual_minutes * MINUTE
    assert all(at >= moment for moment in (fresh_until, retry_at) if moment)
    assert at <= max(moment for moment in (NOW + 1440 * MINUTE, fresh_until, retry_at) if moment)
