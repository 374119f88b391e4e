"""Moments in texts, read as from Tuesday 24 November 2026, 10:00 in Amsterdam."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.times import find_times

ZONE = ZoneInfo("Europe/Amsterdam")
PUBLISHED = datetime(2026, 11, 24, 9, tzinfo=UTC)


def moments(text):
    return [
        (one.start.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"), one.precision)
        for one in find_times(text, PUBLISHED, ZONE)
    ]


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("zaterdag om 14 uur demonstratie op het plein", "2026-11-28 14:00", "minute"),
        ("vanavond zwaar weer", "2026-11-24 18:00", "part"),
        ("26 november om 19.30 uur inloopavond", "2026-11-26 19:30", "minute"),
        ("Afgelopen zaterdag was er brand", "2026-11-21 00:00", "day"),
        ("maandag werd hij aangehouden", "2026-11-23 00:00", "day"),
        ("overmorgen geen water", "2026-11-26 00:00", "day"),
        ("Op 25-11-2026 van 13.30 tot 15.00 uur afgesloten", "2026-11-25 13:30", "minute"),
        ("donderdagavond komt de raad bijeen", "2026-11-26 18:00", "part"),
        ("vannacht om 2 uur brand", "2026-11-24 02:00", "minute"),
        ("on Saturday at 2 pm we march", "2026-11-28 14:00", "minute"),
        ("the day after tomorrow the road is closed", "2026-11-26 00:00", "day"),
        ("w sobotę o 14.00", "2026-11-28 14:00", "minute"),
        ("jutro wieczorem festyn", "2026-11-25 18:00", "part"),
        ("cumartesi günü saat 14.00'te", "2026-11-28 14:00", "minute"),
        ("yarın akşam maç var", "2026-11-25 18:00", "part"),
        ("يوم السبت الساعة 14:00", "2026-11-28 14:00", "minute"),
        ("31 december 23.59", "2026-12-31 23:59", "minute"),
        ("2 januari", "2027-01-02 00:00", "day"),
    ],
)
def test_a_moment_is_read_as_people_write_it(text, start, precision):
    assert moments(text) == [(start, precision)]


@pytest.mark.parametrize(
    "text", ["", "lijn 4 rijdt om", "€ 14.00 per kilo", "31-02-2026", "may I ask", "in mart we trust", "3-1 gewonnen"]
)
def test_what_is_no_moment_is_none(text):
    assert moments(text) == []


def test_summer_and_winter_time_are_kept_apart():
    summer = find_times("5 juli om 14.00 uur", datetime(2026, 7, 1, tzinfo=UTC), ZONE)
    assert summer[0].start == datetime(2026, 7, 5, 12, tzinfo=UTC)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.from_regex(r"([0-9]{1,2}[-/. :]){1,4}(uur|pm|november|morgen)?", fullmatch=True))
def test_any_text_gives_moments_in_order(text):
    found = find_times(text, PUBLISHED, ZONE)
    assert list(found) == sorted(found, key=lambda one: (one.start, one.end))
    assert all(one.start < one.end for one in found)
