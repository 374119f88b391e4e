"""What a request may cost: the one price at which all sources of a wijk together keep to the budget.

Asking a source that publishes at rate r every t minutes keeps its items waiting r t / 2 a minute in sum, and costs
1 / t requests. With one price for all, the sum of both is least at t = sqrt(2 price / r): requests go as the
square root of the rate. K. C. Sia, J. Cho and H.-K. Cho, "Efficient monitoring algorithm for fast news alerts",
IEEE Transactions on Knowledge and Data Engineering 19, 2007, find the same for feeds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from collector.rhythm import MINUTES_PER_DAY, forecast
from wijkblik.models.cadence import Rhythm
from wijkblik.models.wijk import Cadence

TYPICAL_PER_DAY = 4.0
LOWEST, HIGHEST = 1e-6, 1e6
HALVINGS = 30
"""Enough for a price that is right to a millionth."""


def usual_price(cadence: Cadence) -> float:
    """The price (minutes of an item's waiting per request) at which a typical source costs what one may cost."""
    return TYPICAL_PER_DAY / MINUTES_PER_DAY / 2 * (MINUTES_PER_DAY / cadence.requests_per_day) ** 2


def price(rhythms: Iterable[Rhythm], cadence: Cadence, now: datetime, zone: ZoneInfo) -> float:
    """The price at which sources with these rhythms cost `requests_per_day` on average.

    Give it the rhythms of all sources that may be asked, once a round, and its answer to `next_check`.
    """
    unknown = unknown_rate(usual_price(cadence), cadence.usual_minutes)
    drives = [_drive(rhythm, now, zone, unknown) for rhythm in rhythms]
    if not drives:
        return usual_price(cadence)
    least, most = MINUTES_PER_DAY / cadence.longest_minutes, MINUTES_PER_DAY / cadence.shortest_minutes
    budget = cadence.requests_per_day * len(drives)
    low, high = LOWEST, HIGHEST
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        root = math.sqrt(middle)
        if sum(min(max(drive / root, least), most) for drive in drives) > budget:
            low = middle
        else:
            high = middle
    return high


def unknown_rate(at_price: float, minutes: float) -> float:
    """The rate of publishing at which asking every so many minutes is right."""
    return 2 * at_price / minutes**2


def _drive(rhythm: Rhythm, now: datetime, zone: ZoneInfo, unknown: float) -> float:
    """The requests a day that a source is worth at a price of one."""
    expected = forecast(rhythm, now, zone, unknown)
    evenness = sum(map(math.sqrt, expected.hours)) / len(expected.hours)
    return MINUTES_PER_DAY * math.sqrt(expected.rate / 2) * evenness
