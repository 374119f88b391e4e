"""What publication times teach: any times, in any order, and what is to be expected after them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from helping import NOW
from hypothesis import example, given
from hypothesis import strategies as st

from collector.rhythm import forecast, learn
from wijkblik.models.cadence import Rhythm

ZONE = ZoneInfo("Europe/Amsterdam")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNKNOWN = 1 / 1440

ODD = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]))
RECENT = st.integers(-60 * 24 * 40, 60 * 24).map(lambda minutes: NOW + minutes * MINUTE)
MOMENTS = st.lists(RECENT | ODD, max_size=30)


def learned(*published, since=NOW - 40 * DAY, now=NOW):
    """A source that was watched for forty days."""
    return learn(learn(Rhythm(), [], since, ZONE), published, now, ZONE)


def expected(rhythm, at=NOW, ahead=0.0):
    """Publications a day at a moment, as expected at NOW."""
    return forecast(rhythm, NOW, ZONE, UNKNOWN).at(at.astimezone(ZONE), ahead) * 1440


@given(MOMENTS, st.randoms(use_true_random=False))
@example([datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))], None)
@example([datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))], None)
def test_order_and_repetition_within_a_batch_make_no_difference(moments, random):
    shuffled = moments + moments[:5]
    if random:
        random.shuffle(shuffled)
    assert learn(Rhythm(), shuffled, NOW, ZONE) == learn(Rhythm(), moments, NOW, ZONE)


@given(st.lists(MOMENTS, max_size=6))
def test_whatever_was_published_what_is_learned_can_be_kept_and_used(batches):
    rhythm = Rhythm()
    for number, moments in enumerate(batches):
        rhythm = learn(rhythm, moments, NOW + number * DAY, ZONE)
        text = rhythm.to_json()
        assert Rhythm.from_json(text) == rhythm
        assert len(text) <= 512
        assert all(0 <= share <= 1 for share in rhythm.shares)
        assert rhythm.last is None or rhythm.last <= NOW + number * DAY
        look = forecast(rhythm, NOW + 10 * DAY, ZONE, UNKNOWN)
        assert look.at((NOW + 11 * DAY).astimezone(ZONE), 1440) > 0


def test_a_first_visit_without_items_starts_the_silence():
    assert learn(Rhythm(), [], NOW, ZONE) == Rhythm(since=NOW)
    assert learn(Rhythm(since=NOW - DAY), [], NOW, ZONE) == Rhythm(since=NOW - DAY)


def test_a_time_in_the_future_counts_as_now():
    assert learn(Rhythm(), [NOW + 2 * HOUR], NOW, ZONE) == learn(Rhythm(), [NOW], NOW, ZONE)


@pytest.mark.parametrize("a_day", [1, 6, 24])
def test_the_rate_is_found(a_day):
    rhythm = learned(*(NOW - number * DAY / a_day for number in range(40 * a_day)))
    assert forecast(rhythm, NOW, ZONE, UNKNOWN).rate * 1440 == pytest.approx(a_day, rel=0.1)


def test_hours_are_the_wijks_own():
    summer = [datetime(2026, 7, day, 17, 30, tzinfo=UTC) for day in range(1, 15)]
    rhythm = learned(*summer)
    assert max(range(24), key=rhythm.hours.__getitem__) == 19
    evening, night = datetime(2026, 7, 15, 17, tzinfo=UTC), datetime(2026, 7, 16, 1, tzinfo=UTC)
    assert expected(rhythm, evening, 300) > 4 * expected(rhythm, night, 780)


def test_weekdays_are_learned():
    workdays = [
        NOW - day * DAY + hour * HOUR for day in range(1, 60) for hour in range(3) if (NOW - day * DAY).weekday() < 5
    ]
    rhythm = learned(*workdays, since=NOW - 60 * DAY)
    saturday, thursday = NOW + 3 * DAY, NOW + DAY
    assert expected(rhythm, saturday, 4320) < expected(rhythm, thursday, 1440) / 3


def test_dates_without_a_time_say_nothing_about_the_hour():
    midnights = [datetime(2026, 7, day, tzinfo=UTC) for day in range(1, 15)]
    local = [datetime(2026, 7, day, tzinfo=ZONE) for day in range(1, 15)]
    for rhythm in (learned(*midnights), learned(*local)):
        assert sum(rhythm.hours) == 0
        assert rhythm.count > 9


def test_after_a_burst_more_is_expected_for_a_while():
    calm = [NOW - day * DAY for day in range(1, 30)]
    quiet, burst = learned(*calm), learned(*calm, *(NOW - number * 10 * MINUTE for number in range(6)))
    assert expected(burst) > 3 * expected(quiet)
    assert expected(burst, NOW + 20 * HOUR, 1200) < 2 * expected(quiet, NOW + 20 * HOUR, 1200)


def test_sources_that_publish_in_bursts_are_told_from_steady_ones():
    bursts = [NOW - day * 3 * DAY - number * 8 * MINUTE for day in range(1, 13) for number in range(6)]
    steady = [NOW - number * 12 * HOUR for number in range(1, 73)]
    assert sum(learned(*bursts).shares) > 0.5
    assert sum(learned(*steady).shares) < 0.15


def test_silence_lowers_what_is_expected_the_more_the_longer():
    daily = [NOW - 60 * DAY - day * DAY for day in range(30)]
    rates = [
        forecast(learned(*daily, since=NOW - 90 * DAY), NOW - 60 * DAY + days * DAY, ZONE, UNKNOWN).rate * 1440
        for days in (0, 3, 10, 30, 60)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 0.9
    assert rates[-1] < 0.01


def test_a_weekend_is_no_silence_for_a_source_that_rests_then():
    monday = datetime(2026, 7, 13, 6, tzinfo=UTC)
    workdays = [
        monday - day * DAY + hour * HOUR
        for day in range(1, 61)
        for hour in range(1, 9)
        if (monday - day * DAY).weekday() < 5
    ]
    every_day = [monday - day * DAY + hour * HOUR for day in range(3, 61) for hour in range(1, 9)]
    resting = forecast(learned(*workdays, since=monday - 61 * DAY, now=monday), monday, ZONE, UNKNOWN)
    gone_quiet = forecast(learned(*every_day, since=monday - 61 * DAY, now=monday), monday, ZONE, UNKNOWN)
    assert resting.missed < gone_quiet.missed / 2
    assert resting.rate > 2 * gone_quiet.rate
