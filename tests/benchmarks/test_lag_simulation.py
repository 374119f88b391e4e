"""The simulation of how long items wait: its sources have the habits that they are said to have, and it counts right."""

import random
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from benchmarks.arrivals import DAY, MODELS, Habits, Publishing, local_time, population
from benchmarks.cadence import START, Outcome, Setting, at_factor, at_intervals, by_entries, outcome, run
from wijkblik.models.wijk import Cadence

CADENCE = Cadence(requests_per_day=72, shortest_minutes=5, usual_minutes=20, longest_minutes=1440)
UNDYING = Habits(ends_after_days=(300, 300), weekend=(1.0,))


@pytest.mark.parametrize("model", MODELS)
def test_a_source_publishes_as_much_as_it_is_said_to(model):
    minutes = MODELS[model](random.Random(1), 20, 300 * DAY, START, UNDYING)
    assert minutes == sorted(minutes)
    assert len(minutes) / 300 == pytest.approx(20, rel=0.12)


def test_the_daily_rhythm_islocal_time():
    habits = replace(Habits(), peaks=(20.0,), sharpness=(3.0, 3.0), night=(0.02, 0.02))
    for start in (START, datetime(2026, 12, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))):
        minutes = MODELS["diurnal"](random.Random(1), 20, 60 * DAY, start, habits)
        hours = [local_time(start, at).hour for at in minutes]
        assert sum(17 <= hour < 23 for hour in hours) > 0.7 * len(hours)


def test_bursts_are_bursts():
    chance = random.Random(1)
    gaps = {}
    for model in ("steady", "bursty"):
        minutes = MODELS[model](chance, 5, 200 * DAY, START, Habits())
        together = sum(later - earlier < 60 for earlier, later in pairwise(minutes))
        gaps[model] = together / len(minutes)
    assert gaps["bursty"] > 1.7 * gaps["steady"]


def test_the_dead_are_dead_before_anything_is_measured():
    sources = population(random.Random(1), 5, 40, START, Habits())
    assert all(source.minutes[-1] < 20 * DAY for source in sources if source.model == "dead" and source.minutes)


def test_an_item_waits_until_the_first_request_after_it():
    setting = Setting(each=1, learning_days=0, measured_days=1)
    sources = [Publishing("steady", 3, [5.0, 10.0, 25.0, DAY + 1])]
    assert outcome(sources, [[0, 10, 30, DAY + 5]], setting) == Outcome(requests=3, items=3, waited=5 + 0 + 5)


def test_the_rule_by_entries():
    setting = Setting(each=1, learning_days=7, measured_days=1)
    hourly = [float(minute) for minute in range(30, int(9 * DAY), 60)]
    assert by_entries(hourly, 1.0, setting)[1] - by_entries(hourly, 1.0, setting)[0] == pytest.approx(60, rel=0.2)
    assert by_entries(hourly, 1000.0, setting)[1] - by_entries(hourly, 1000.0, setting)[0] == 5
    assert by_entries([], 1.0, setting)[1] - by_entries([], 1.0, setting)[0] == DAY
    spent = outcome(
        [Publishing("steady", 24, hourly)], at_factor([Publishing("steady", 24, hourly)], 96, setting), setting
    )
    assert spent.requests == pytest.approx(96, abs=1)
    assert at_intervals(3.0, 20.0, setting)[:2] == [7 * DAY + 3, 7 * DAY + 23]


def test_all_policies_spend_as_much_and_ours_waits_least():
    outcomes = run(5, Setting(each=3, learning_days=10, measured_days=4), Habits(ends_after_days=(2, 6)), CADENCE)
    ours, fixed, entries = outcomes["all"]
    assert fixed.requests == pytest.approx(ours.requests, rel=0.01)
    assert entries.requests == pytest.approx(ours.requests, rel=0.02)
    assert ours.items == fixed.items == entries.items > 100
    assert ours.lag < 0.8 * fixed.lag
    assert outcomes["dead"][0].requests < ours.requests / 8
