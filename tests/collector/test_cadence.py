"""When a source is asked again: what it published, what it asks, what may be spent, who else is asked, and why."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from helping import CADENCE, NOW
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import SPACING, learn, next_check, price
from wijkblik.locale import words
from wijkblik.models.cadence import Hints, Plan, PlanReason, Rhythm
from wijkblik.models.items import Polling
from wijkblik.service.labels import Labels

ZONE = ZoneInfo("Europe/Amsterdam")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT, EVENING = datetime(2026, 7, 15, 1, tzinfo=UTC), datetime(2026, 7, 15, 17, tzinfo=UTC)
FRESH = Rhythm()


def learned(*published, since=NOW - 40 * DAY, now=NOW):
    return learn(learn(FRESH, [], since, ZONE), published, now, ZONE)


def every(gap, since=40 * DAY, until=timedelta(0)):
    """A source that published at even intervals between two moments before NOW."""
    return learned(*(NOW - until - number * gap for number in range(int((since - until) / gap))), since=NOW - since)


def plan(rhythm=FRESH, now=NOW, cadence=CADENCE, **more):
    return next_check(now, cadence, rhythm, zone=ZONE, **more)


def minutes(*args, **more):
    return (plan(*args, **more).at - more.get("now", NOW)) / MINUTE


EVENINGS = learned(*(datetime(2026, 7, day, 16 + hour, 40, tzinfo=UTC) for day in range(1, 15) for hour in range(4)))


@pytest.mark.parametrize(
    ("facts", "wait", "reason"),
    [
        ({}, 20, "new"),
        ({"failures": 1}, 40, "failing"),
        ({"failures": 3}, 160, "failing"),
        ({"failures": 6}, 1280, "failing"),
        ({"failures": 7}, 1440, "failing"),
        ({"failures": 10_000}, 1440, "failing"),
        ({"hints": Hints(ttl_minutes=60)}, 60, "asked"),
        ({"hints": Hints(ttl_minutes=5)}, 20, "new"),
        ({"hints": Hints(ttl_minutes=0)}, 20, "new"),
        ({"hints": Hints(ttl_minutes=-7)}, 20, "new"),
        ({"hints": Hints(ttl_minutes=float("nan"))}, 20, "new"),
        ({"hints": Hints(ttl_minutes=3000)}, 3000, "asked"),
        ({"hints": Hints(ttl_minutes=1e300)}, 7 * 1440, "asked"),
        ({"hints": Hints(period_minutes=60)}, 60, "new"),
        ({"hints": Hints(period_minutes=1)}, 5, "new"),
        ({"hints": Hints(period_minutes=525_600)}, 1440, "new"),
        ({"hints": Hints(fresh_until=NOW + 50 * MINUTE)}, 50, "asked"),
        ({"hints": Hints(fresh_until=NOW + 5 * MINUTE)}, 20, "new"),
        ({"hints": Hints(limited_until=NOW + 50 * MINUTE)}, 50, "limited"),
        ({"hints": Hints(retry_at=NOW + 5000 * MINUTE), "failures": 1}, 5000, "asked"),
        ({"hints": Hints(retry_at=NOW + MINUTE), "failures": 1}, 40, "failing"),
        ({"hints": Hints(skip_hours=frozenset({11, 12, 13}))}, 120, "skipped"),
        ({"hints": Hints(skip_hours=frozenset({11, 13}))}, 20, "new"),
        ({"hints": Hints(skip_hours=frozenset(range(24)))}, 20, "new"),
        ({"hints": Hints(skip_days=frozenset({2, 3}))}, 36 * 60, "skipped"),
        ({"hints": Hints(skip_days=frozenset({2}), skip_hours=frozenset({0, 1}))}, 14 * 60, "skipped"),
        ({"hints": Hints(skip_days=frozenset(range(7)))}, 20, "new"),
    ],
)
def test_a_source_that_is_not_known_yet(facts, wait, reason):
    planned = plan(**facts)
    assert (planned.at - NOW, planned.reason) == (wait * MINUTE, reason)


def test_the_more_a_source_publishes_the_more_often_it_is_asked():
    gaps = (31 * MINUTE, 4 * 31 * MINUTE, 9 * HOUR, 25 * HOUR, 99 * HOUR)
    waits = [minutes(every(gap), now=NOW + gap / 2) for gap in gaps]
    assert waits == sorted(waits)
    assert waits[-1] > 60
    # Four times the rate, half the interval.
    assert waits[0] / waits[1] == pytest.approx(0.5, rel=0.15)


def test_an_evening_source_is_asked_in_the_evening():
    assert 2 * minutes(EVENINGS, now=EVENING) < minutes(EVENINGS, now=NIGHT)
    assert plan(EVENINGS, now=EVENING).reason == plan(EVENINGS, now=NIGHT).reason == "evening"


def test_the_hours_are_the_wijks_own_in_summer_and_winter():
    december = EVENING.replace(month=12, hour=18)
    winter = [december - day * DAY for day in range(1, 30)]
    rhythm = learned(*winter, since=december - 31 * DAY, now=december)
    assert plan(rhythm, now=december - MINUTE).reason == "evening"
    assert minutes(rhythm, now=december) < minutes(rhythm, now=december + 8 * HOUR) / 2


def test_after_a_burst_a_source_is_asked_more_often_then_less():
    calm = [NOW - day * DAY for day in range(1, 30)]
    burst = [NOW - number * 10 * MINUTE for number in range(1, 8)]
    quiet, bursting = learned(*calm), learned(*calm, *burst)
    assert minutes(bursting) < minutes(quiet) / 2
    assert plan(bursting).reason == "burst"
    hours_later = minutes(bursting, now=NOW + 3 * HOUR)
    assert minutes(bursting) < hours_later < minutes(quiet, now=NOW + 3 * HOUR)


@pytest.mark.parametrize(
    ("silence", "reason"), [(HOUR, "steady"), (4 * DAY, "quiet"), (20 * DAY, "silent"), (90 * DAY, "silent")]
)
def test_why_a_source_that_fell_silent_is_asked_when_it_is(silence, reason):
    assert plan(every(DAY / 5, since=silence + 30 * DAY, until=silence)).reason == reason


def test_a_source_backs_off_when_it_falls_silent_until_it_is_asked_once_a_day():
    waits = [minutes(every(DAY / 5, since=days * DAY + 30 * DAY, until=days * DAY)) for days in (0, 3, 7, 14, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == 1440


def test_a_source_that_never_published_backs_off_too():
    started = learn(FRESH, [], NOW, ZONE)
    waits = [minutes(started, now=NOW + days * DAY) for days in (0, 1, 7, 60, 400)]
    assert waits == sorted(waits)
    assert waits[0] == 20
    assert waits[-1] > 1000
    assert plan(started, now=NOW + 60 * DAY).reason == "silent"


def test_a_source_comes_back_to_life():
    silent = every(DAY / 5, since=90 * DAY, until=60 * DAY)
    assert minutes(silent) == 1440
    assert minutes(learn(silent, [NOW - 3 * HOUR, NOW - HOUR], NOW, ZONE)) < 240


MANY = [every(DAY / a_day) for a_day in (0.2, 0.5, 1, 3, 10, 40)] + [every(DAY, since=90 * DAY, until=60 * DAY)] * 3


@pytest.mark.parametrize("requests", [10, 72])
def test_together_the_sources_cost_what_the_configuration_says(requests):
    cadence, chance = CADENCE.model_copy(update={"requests_per_day": requests}), Random(1)
    coming = [[NOW + chance.uniform(0, 7) * DAY for _ in range(7 * a_day)] for a_day in (1, 3, 10, 40, 0, 0)]
    rhythms = [every(DAY / a_day) for a_day in (1, 3, 10, 40)] + MANY[-2:]
    at, asked = [NOW] * len(rhythms), [0] * len(rhythms)
    for day in range(7):
        wijk_price = price(rhythms, cadence, NOW + day * DAY, ZONE)
        for number, times in enumerate(coming):
            while at[number] < NOW + (day + 1) * DAY:
                now, asked[number] = at[number], asked[number] + 1
                at[number] = plan(rhythms[number], now=now, cadence=cadence, price=wijk_price).at
                new = [moment for moment in times if now < moment <= at[number]]
                rhythms[number] = learn(rhythms[number], new, at[number], ZONE)
    assert sum(asked) / len(asked) / 7 == pytest.approx(requests, rel=0.15)
    assert asked[:4] == sorted(asked[:4])
    assert asked[4] == asked[5] <= 10


def test_a_budget_beyond_what_can_be_spent_is_no_error():
    for requests, wait in ((1e-3, 1440), (1e6, 5)):
        cadence = CADENCE.model_copy(update={"requests_per_day": requests})
        assert minutes(MANY[3], cadence=cadence, price=price(MANY, cadence, NOW, ZONE)) == wait
    assert price([], CADENCE, NOW, ZONE) > 0


def planned_on_one_host(many):
    taken = []
    for _ in range(many):
        taken.append(plan(taken=tuple(taken)).at)
    assert all(15 * MINUTE <= at - NOW <= 25 * MINUTE for at in taken)
    return sorted(taken)


def test_new_sources_on_one_host_keep_apart():
    assert min(later - earlier for earlier, later in pairwise(planned_on_one_host(10))) >= SPACING


def test_more_sources_than_there_is_room_for_are_spread_evenly():
    per_minute = Counter((at - NOW) // MINUTE for at in planned_on_one_host(500))
    assert min(per_minute[minute] for minute in range(15, 25)) > 35
    assert max(per_minute.values()) < 65


@given(st.lists(st.integers(-600, 3000).map(lambda seconds: NOW + timedelta(seconds=seconds)), max_size=8))
def test_a_plan_keeps_apart_from_the_others_on_its_host(taken):
    assert all(abs(plan(taken=taken).at - other) >= SPACING for other in taken)


def test_spreading_does_not_wake_a_source_that_wants_rest():
    hints = Hints(skip_hours=frozenset({11}))
    now = NOW - 75 * MINUTE  # asked by itself, the source would come at 11:05
    taken = [NOW]
    assert plan(now=now, hints=hints).at == NOW
    assert plan(now=now, hints=hints, taken=taken).at == NOW + SPACING


MOMENTS = st.none() | st.integers(-100_000, 100_000).map(lambda number: NOW + number * MINUTE)
HINTS = st.builds(
    Hints,
    ttl_minutes=st.none() | st.floats(),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
    period_minutes=st.none() | st.floats(),
    fresh_until=MOMENTS,
    retry_at=MOMENTS,
    limited_until=MOMENTS,
)
PUBLISHED = st.lists(st.integers(-60 * 24 * 90, 0).map(lambda number: NOW + number * MINUTE), max_size=30)
TAKEN = st.lists(st.integers(0, 3000).map(lambda number: NOW + number * MINUTE), max_size=20)


@given(PUBLISHED, st.integers(0, 10**6), HINTS, TAKEN, st.none() | st.floats(1e-6, 1e6))
def test_no_limit_of_the_servers_is_undercut_and_none_of_ours(published, failures, hints, taken, wijk_price):
    planned = plan(learned(*published), failures=failures, hints=hints, taken=taken, price=wijk_price)
    at, ttl = planned.at, hints.ttl_minutes
    lasting = 0 if ttl is None or not 0 < ttl < float("inf") else min(ttl, 7 * 1440)
    asked = [moment for moment in (hints.fresh_until, hints.retry_at, hints.limited_until) if moment]
    asked.append(NOW + lasting * MINUTE)
    assert at.utcoffset() == timedelta(0)
    assert at >= max([NOW + CADENCE.shortest_minutes * MINUTE, *asked])
    hours = frozenset() if len(hints.skip_hours) == 24 else hints.skip_hours
    days = frozenset() if len(hints.skip_days) == 7 else hints.skip_days
    assert at.hour not in hours
    assert at.weekday() not in days
    if not hours and not days:
        assert at <= max([NOW + CADENCE.longest_minutes * MINUTE, *asked])
    assert planned.params["minutes"] >= 1


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reason", get_args(PlanReason))
@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_plan_is_explained(language, reason, count):
    polling = Polling("", "", next_check_at=NOW, plan=reason, plan_params={"minutes": 20, "count": count})
    said = Labels(words(language), {}).plan(polling, ZONE)
    assert said
    assert "{" not in said


@pytest.mark.parametrize(
    ("planned", "dutch", "english"),
    [
        (plan(), "elke 20 min: we kennen", "every 20 min: we do not know"),
        (plan(EVENINGS, now=EVENING), "min: publiceert meestal 's avonds", "mostly publishes in the evening"),
        (plan(every(DAY / 5, since=90 * DAY, until=60 * DAY)), "één keer per dag: al weken stil", "once a day: silent"),
        (plan(failures=2), "nieuwe poging wo 15 jul 15:20", "next try"),
        (plan(failures=4), "4 keer achter elkaar mislukt", "failed 4 times in a row"),
        (plan(hints=Hints(ttl_minutes=150)), "16:30: de bron vraagt dat", "the source asks for that"),
        (plan(hints=Hints(period_minutes=180)), "elke 3 uur", "every 3 hours"),
    ],
)
def test_a_plan_says_why(planned, dutch, english):
    polling = Polling("", "", next_check_at=planned.at, plan=planned.reason, plan_params=planned.params)
    assert dutch in Labels(words("nl"), {}).plan(polling, ZONE)
    assert english in Labels(words("en"), {}).plan(polling, ZONE)


def test_a_plan_can_be_kept_as_json():
    planned = plan(failures=2)
    assert planned == Plan(NOW + 80 * MINUTE, "failing", {"minutes": 80, "count": 2})
