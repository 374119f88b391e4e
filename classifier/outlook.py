"""How many more items a story may get: a range that holds in about eight cases of ten.

The count is taken to be negative binomial. Its mean is a power law of how many items came lately and how long the story
lasts (M. J. Crane, D. Sornette, "Robust dynamic classes revealed by measuring the response function of a social system",
2008, for why attention decays so); the range is the shortest that holds the wanted share. The constants were fitted on
thinned growth curves of crisis events of 2012 and 2013 (docs/decisions/0019-outlook.md), which prove little about a wijk:
what a wijk's own forecasts came to moves them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wijkblik.models.stories import Forecast, Outlook

HORIZON_HOURS = 24.0
FEW = 5
"""Below so many items the range says more of stories in general than of this one."""
WANTED = 0.8
_LONGEST_AGO = 24.0 * 60

# Log of the mean: constant; log1p of the items of the last 3 h, of 3-12 h, of 12-24 h, of before; log1p of the story's age and of the
# time since its last item (hours); log of the horizon in days.
_MEAN = (2.743, 0.582, 0.154, 0.138, 0.092, -0.325, -0.074, 0.629)
# Log of the dispersion k: constant, per log of the mean, per log1p of the age.
_DISPERSION = (-3.868, 0.787, 0.317)
# Whole numbers hold more than they should, the more so the smaller they are: the share asked for goes from the first to the second.
_SHARE_SMALL, _SHARE_LARGE, _SHARE_HALFWAY = 0.57, 0.76, 10.0
_PRIOR = 40.0
"""So many outcomes of a wijk's own count as much as the constants."""
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Growth:
    """What a wijk's own stories taught: a shift of the log of the mean, and of the share that a range is to hold."""

    shift: float = 0.0
    share: float = 0.0


def learn(scored: Sequence[Forecast]) -> Growth:
    """Growth from outlooks whose outcome is known; without any, that of stories in general."""
    known = [(one.outlook, one.came) for one in scored if one.came is not None]
    if not known:
        return Growth()
    trust = len(known) / (len(known) + _PRIOR)
    errors = [math.log1p(came) - math.log1p(outlook.median) for outlook, came in known]
    missed = WANTED - sum(outlook.low <= came <= outlook.high for outlook, came in known) / len(known)
    return Growth(round(trust * sum(errors) / len(errors), 4), round(trust * missed, 4))


def forecast(
    times: Sequence[datetime], cut: datetime, hours: float = HORIZON_HOURS, growth: Growth = Growth()
) -> Outlook:
    """The outlook at `cut` of a story with items at these moments (aware; later ones are left out) for the hours after it."""
    ages = sorted((cut - one).total_seconds() / 3600 for one in times if one <= cut)
    if not ages:
        return Outlook(0.0, 0.0, 0.0, hours, few_data=True)
    mean, dispersion = _count(ages, hours, growth)
    low, median, high = _range(mean, dispersion, growth)
    recent, before = bisect_left(ages, 6.0), bisect_left(ages, 12.0)
    return Outlook(
        low=float(low),
        median=float(median),
        high=float(high),
        horizon_hours=hours,
        few_data=len(ages) < FEW,
        per_hour=round(recent / 6, 3),
        acceleration=round((recent - (before - recent)) / 36, 4),
    )


def _count(ages: Sequence[float], hours: float, growth: Growth) -> tuple[float, float]:
    """Mean and dispersion of the items to come; `ages` of those that came in hours, smallest first."""
    three, twelve, day = (bisect_left(ages, edge) for edge in (3.0, 12.0, 24.0))
    age = min(max(ages[-1], 0.1), _LONGEST_AGO)
    features = (
        1.0,
        math.log1p(three),
        math.log1p(twelve - three),
        math.log1p(day - twelve),
        math.log1p(len(ages) - day),
        math.log1p(age),
        math.log1p(min(ages[0], _LONGEST_AGO)),
        math.log(max(hours, 0.1) / 24),
    )
    log_mean = sum(weight * value for weight, value in zip(_MEAN, features, strict=True)) + growth.shift
    log_mean = min(max(log_mean, -6.0), 9.0)
    constant, per_mean, per_age = _DISPERSION
    log_dispersion = constant + per_mean * log_mean + per_age * features[5]
    return math.exp(log_mean), math.exp(min(max(log_dispersion, -4.0), 4.0))


def _range(mean: float, dispersion: float, growth: Growth) -> tuple[int, int, int]:
    """The shortest range that holds the share, and the median."""
    share = _SHARE_SMALL + (_SHARE_LARGE - _SHARE_SMALL) * mean / (mean + _SHARE_HALFWAY) + growth.share
    share = min(max(share, 0.4), 0.95)
    chances = _chances(mean, dispersion)
    low = high = max(range(len(chances)), key=chances.__getitem__)
    held = chances[low]
    while held < share and (low > 0 or high + 1 < len(chances)):
        below = chances[low - 1] if low > 0 else -1.0
        above = chances[high + 1] if high + 1 < len(chances) else -1.0
        low, high = (low - 1, high) if below >= above else (low, high + 1)
        held += max(below, above)
    total, median = 0.0, 0
    for median, chance in enumerate(chances):  # noqa: B007
        total += chance
        if total >= 0.5:
            break
    return low, min(max(median, low), high), high


def _chances(mean: float, dispersion: float) -> list[float]:
    """The chance of each count from none on, until nearly all is told: the negative binomial by its recurrence."""
    success = dispersion / (dispersion + mean)
    chance = math.exp(dispersion * math.log(success))
    chances, total = [chance], chance
    while total < 0.999 and len(chances) < _MOST:
        count = len(chances)
        chance *= (count - 1 + dispersion) / count * (1 - success)
        chances.append(chance)
        total += chance
    return chances
