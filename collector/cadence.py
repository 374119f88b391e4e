"""When to ask a source again, and why then: a decision from facts alone.

`collector.rhythm` says what to expect of the source, `collector.budget` what a request may cost. A request is
due once the items to be expected have together waited as long as a request costs. Then the server's limits,
failures and the host's other sources have their say.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from collector.budget import price, unknown_rate, usual_price
from collector.headers import LONGEST_WAIT
from collector.rhythm import Forecast, forecast, learn
from wijkblik.models.cadence import DAYS, HOURS, Hints, Plan, PlanReason, Rhythm
from wijkblik.models.wijk import Cadence

__all__ = ["learn", "next_check", "price"]

SPACING = timedelta(minutes=1)
"""How far apart sources on one host are planned; the schedule looks every minute."""
STRAY = 0.25
"""The part of its interval by which a plan may move to keep apart from others."""
GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it, modulo one, lie evenly, however many there are."""
MOST_DOUBLINGS = 20
STEP_MINUTES = 15
"""Rates are taken as constant for so long; every time zone's hours begin at a multiple of it."""
BURST = 3.0
"""A burst: recent publications draw so many times the usual rate."""
OVERDUE, QUIET, SILENT = 4.0, timedelta(days=2), timedelta(days=14)
"""Silence: so many publications are overdue, for so long."""
HABIT = 5.0
"""A habit takes so many publications."""
PARTS: tuple[tuple[PlanReason, int, int, float], ...] = (
    ("night", 0, 6, 0.5),
    ("morning", 6, 12, 0.5),
    ("afternoon", 12, 18, 0.5),
    ("evening", 18, 24, 0.5),
    ("daytime", 7, 19, 0.75),
)
"""The hours of a part of the day, and the share of publications that makes it the usual one."""

NO_HINTS = Hints()
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def next_check(
    now: datetime,
    cadence: Cadence,
    rhythm: Rhythm,
    *,
    zone: ZoneInfo,
    failures: int = 0,
    hints: Hints = NO_HINTS,
    taken: Iterable[datetime] = (),
    price: float | None = None,
) -> Plan:
    """The moment (UTC) from which a source may be asked again, with the reason.

    `failures` counts the visits that failed in a row. `taken` are the planned moments of other sources on this host:
    the plan keeps SPACING away from them where a quarter of its interval leaves room. `price` is the wijk's (see
    collector.budget); without it sources are taken to be typical. No limit of the server's is undercut, and
    `longest_minutes` is exceeded for such a limit only.
    """
    at_price = usual_price(cadence) if price is None else price
    first = min(
        max(_said(hints.period_minutes) or cadence.usual_minutes, cadence.shortest_minutes), cadence.longest_minutes
    )
    expected = forecast(rhythm, now, zone, unknown_rate(at_price, first))
    minutes = _minutes_worth(expected, at_price, now.astimezone(zone), cadence)
    reason = _habit(expected, rhythm, now)
    if failures:
        doubled = cadence.usual_minutes * 2 ** min(failures, MOST_DOUBLINGS)
        minutes, reason = max(minutes, min(doubled, cadence.longest_minutes)), "failing"
    at, limit = _limited(now + minutes * _MINUTE, now, hints)
    stray = (at - now) * STRAY
    earliest = at if limit else max(at - stray, now + cadence.shortest_minutes * _MINUTE)
    latest = min(at + stray, max(at, now + cadence.longest_minutes * _MINUTE))
    at = _apart(at, earliest, latest, taken, hints).astimezone(UTC)
    return Plan(at, limit or reason, {"minutes": max(round((at - now) / _MINUTE), 1), "count": failures})


def _minutes_worth(expected: Forecast, at_price: float, local: datetime, cadence: Cadence) -> float:
    """The minutes until the items to be expected will together have waited for as many minutes as the price."""
    ahead, items, waited = 0.0, 0.0, 0.0
    step = STEP_MINUTES - local.minute % STEP_MINUTES - local.second / 60
    while ahead < cadence.longest_minutes:
        # Wall-clock arithmetic: twice a year this is an hour off, for a night.
        rate = expected.at(local + ahead * _MINUTE, ahead + step / 2)
        more = items * step + rate * step**2 / 2
        if waited + more >= at_price:
            left = at_price - waited
            ahead += 2 * left / (items + math.sqrt(items**2 + 2 * rate * left))
            break
        ahead, items, waited, step = ahead + step, items + rate * step, waited + more, STEP_MINUTES
    return min(max(round(ahead, 1), cadence.shortest_minutes), cadence.longest_minutes)


def _limited(wanted: datetime, now: datetime, hints: Hints) -> tuple[datetime, PlanReason | None]:
    """The first moment from `wanted` on that server and feed allow, and which limit moved it, if any."""
    ttl = _said(hints.ttl_minutes)
    limits: tuple[tuple[PlanReason, datetime | None], ...] = (
        ("asked", now + min(ttl, LONGEST_WAIT / _MINUTE) * _MINUTE if ttl else None),
        ("asked", hints.fresh_until),
        ("asked", hints.retry_at),
        ("limited", hints.limited_until),
    )
    at, reason = wanted.astimezone(UTC), None
    for code, moment in limits:
        if moment is not None and moment > at:
            at, reason = moment.astimezone(UTC), code
    awake = _awake(at, hints)
    return (at, reason) if awake == at else (awake, "skipped")


def _awake(at: datetime, hints: Hints) -> datetime:
    """The first moment from `at` on outside the feed's skipHours and skipDays; one that names all of them says nothing."""
    hours, days = hints.skip_hours, hints.skip_days
    hours = hours if not hours.issuperset(range(HOURS)) else frozenset()
    days = days if not days.issuperset(range(DAYS)) else frozenset()
    while at.hour in hours or at.weekday() in days:
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return at


def _apart(at: datetime, earliest: datetime, latest: datetime, taken: Iterable[datetime], hints: Hints) -> datetime:
    """The moment nearest to `at` that is SPACING away from all taken ones; evenly among them where they are too many."""
    others = sorted(other for other in taken if earliest - SPACING < other < latest + SPACING)
    if len(others) > (latest - earliest) / SPACING:
        moments = [earliest + (latest - earliest) * (len(others) * GOLDEN % 1)]
    else:
        moments = [at, *(other + SPACING for other in others), *(other - SPACING for other in others)]
        moments = [moment for moment in moments if _is_free(moment, others)]
    fitting = [moment for moment in moments if earliest <= moment <= latest and _awake(moment, hints) == moment]
    return min(fitting, key=lambda moment: (abs(moment - at), moment), default=at)


def _is_free(moment: datetime, others: Sequence[datetime]) -> bool:
    place = bisect_left(others, moment)
    return all(abs(moment - other) >= SPACING for other in others[max(place - 1, 0) : place + 1])


def _habit(expected: Forecast, rhythm: Rhythm, now: datetime) -> PlanReason:
    """What in the rhythm says most about the plan."""
    silence = now - (rhythm.last or rhythm.since or now)
    if expected.missed >= OVERDUE and silence >= QUIET:
        return "silent" if silence >= SILENT else "quiet"
    if rhythm.count < HABIT:
        return "new"
    if sum(expected.drawn) >= BURST * expected.rate:
        return "burst"
    for part, start, end, share in PARTS:
        if sum(rhythm.hours[start:end]) >= share * max(sum(rhythm.hours), HABIT):
            return part
    return "steady"


def _said(minutes: float | None) -> float | None:
    """What a feed says in minutes, if it can be meant."""
    return minutes if minutes is not None and minutes > 0 and math.isfinite(minutes) else None
