"""What a source's publication times teach, and what they let us expect. Decisions from facts alone.

Publishing is modelled as a rate x the hour of the day x the day of the week, part of which is drawn by
earlier publications: an inhomogeneous Poisson process with self-excitation (A. G. Hawkes, "Spectra of some
self-exciting and mutually exciting point processes", Biometrika 58, 1971). The model is learned one
publication at a time; the parts that are drawn by expectation-maximisation, as in A. Veen and F. P.
Schoenberg, "Estimation of space-time branching process models in seismology using an EM-type algorithm",
Journal of the American Statistical Association 103, 2008.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from wijkblik.models.cadence import DAYS, HOURS, Rhythm

HALF_LIFE_DAYS = 14.0
"""After so many days a publication counts half."""
SPANS_MINUTES = (30.0, 360.0)
"""How long a publication draws others: for about half an hour, and for about a quarter of a day."""
FIRST_SHARE = 0.1
SHARE_PRIOR, HOUR_PRIOR, DAY_PRIOR, RATE_PRIOR = 8.0, 8.0, 12.0, 0.5
"""How many publications our first guesses weigh: no bursts to speak of, and no hour or day before another."""
SURE_AT_MOST = 3.0
"""Rates change: a rate is believed as if it came from no more publications than this."""
ENDS_PER_DAY = 1 / 365
"""The chance, on any day, that a source ends."""
LEAST_OWN = 0.1
"""The least part of the publications that no earlier one draws."""
LEAST_KEPT = 1e-100
ANCIENT = timedelta(days=3650)

MINUTES_PER_DAY = 1440.0
_MINUTE = timedelta(minutes=1)
_MEMORY = HALF_LIFE_DAYS * MINUTES_PER_DAY / math.log(2)
_WEEK = 7 * MINUTES_PER_DAY


def learn(rhythm: Rhythm, published: Iterable[datetime], now: datetime, zone: ZoneInfo) -> Rhythm:
    """What is known of a source once the publication times (aware) of its new items are taken in.

    The order within a batch makes no difference, and items of the same second are one publication: one request finds
    them all. A time in the future is a clock that is ahead and counts as now. Call it after a source's first visit
    also if nothing was published: its silence counts from then.
    """
    moments = sorted({_whole(min(at, now)) for at in published if at > now - ANCIENT})
    if not moments:
        return rhythm if rhythm.since else replace(rhythm, since=_whole(now))
    learning = _Learning(rhythm, min(rhythm.since or moments[0], moments[0]))
    for at in moments:
        learning.take_in(at, at.astimezone(zone))
    return learning.rhythm()


class _Learning:
    """A rhythm while publications are taken in, oldest first.

    Counts fade by one factor, `kept`, that they are multiplied with at the end: a feed of a hundred items is learned
    at every first visit.
    """

    def __init__(self, known: Rhythm, since: datetime) -> None:
        self.since, self.last, self.count, self.kept = since, known.last, known.count, 1.0
        self.hours, self.days, self.heat = list(known.hours), list(known.days), list(known.heat)
        self.in_hours, self.in_days = sum(known.hours), sum(known.days)
        self.shares = list(known.shares) if known.last else [FIRST_SHARE] * len(SPANS_MINUTES)

    def take_in(self, at: datetime, local: datetime) -> None:
        if self.last is None:
            self.last = at
        elif at > self.last:
            self._fade((at - self.last) / _MINUTE)
            self.last = at
            self._attribute(at, local)
        age = (self.last - at) / _MINUTE
        weight = math.exp(-age / _MEMORY) / self.kept
        self.count += weight
        self.days[local.weekday()] += weight
        self.in_days += weight
        if not (_is_midnight(at) or _is_midnight(local)):  # a date without a time says nothing about the hour
            self.hours[local.hour] += weight
            self.in_hours += weight
        self.heat = [heat + math.exp(-age / span) for heat, span in zip(self.heat, SPANS_MINUTES, strict=True)]

    def _fade(self, minutes: float) -> None:
        self.kept *= math.exp(-minutes / _MEMORY)
        self.heat = [heat * math.exp(-minutes / span) for heat, span in zip(self.heat, SPANS_MINUTES, strict=True)]
        if self.kept < LEAST_KEPT:
            self._settle()

    def _settle(self) -> None:
        self.count *= self.kept
        self.hours = [count * self.kept for count in self.hours]
        self.days = [count * self.kept for count in self.days]
        self.in_hours, self.in_days, self.kept = sum(self.hours), sum(self.days), 1.0

    def _attribute(self, at: datetime, local: datetime) -> None:
        """Move the shares toward the chance that this publication was drawn by the ones before it (a step of EM)."""
        count, kept = self.count * self.kept, self.kept
        usual = count / (_exposure(self.since, at) + MINUTES_PER_DAY)
        usual *= (_smooth(self.hours, local.hour) * kept * HOURS + HOUR_PRIOR) / (self.in_hours * kept + HOUR_PRIOR)
        usual *= (self.days[local.weekday()] * kept * DAYS + DAY_PRIOR) / (self.in_days * kept + DAY_PRIOR)
        drawn = [share * heat / span for share, heat, span in zip(self.shares, self.heat, SPANS_MINUTES, strict=True)]
        total = usual * max(1 - sum(self.shares), LEAST_OWN) + sum(drawn)
        step = 1 / (count + SHARE_PRIOR)
        if total > 0:
            self.shares = [
                share + step * (part / total - share) for share, part in zip(self.shares, drawn, strict=True)
            ]

    def rhythm(self) -> Rhythm:
        """What was learned, in numbers short enough to keep."""
        self._settle()
        return Rhythm(
            since=self.since,
            last=self.last,
            count=round(self.count, 3),
            hours=tuple(round(count, 3) for count in self.hours),
            days=tuple(round(count, 3) for count in self.days),
            heat=tuple(round(heat, 3) for heat in self.heat),
            shares=tuple(round(share, 5) for share in self.shares),
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of a source from now on, in publications per minute.

    `rate` is the mean over a week; `hours` and `days` are weights around 1; `drawn` is what recent publications draw
    now, per span of SPANS_MINUTES; `missed` is how many were to be expected since the last.
    """

    rate: float
    hours: Sequence[float]
    days: Sequence[float]
    shares: Sequence[float]
    drawn: Sequence[float]
    missed: float

    def at(self, local: datetime, ahead: float) -> float:
        """The expected rate at a local moment, `ahead` minutes from now.

        What is drawn fades toward its mean, more slowly where a burst feeds itself.
        """
        own, drawn = 1.0, 0.0
        for share, heat, span in zip(self.shares, self.drawn, SPANS_MINUTES, strict=True):
            left = math.exp(-ahead * (1 - share) / span)
            own -= share * left
            drawn += heat * left
        return self.rate * self.hours[local.hour] * self.days[local.weekday()] * max(own, LEAST_OWN) + drawn


def forecast(rhythm: Rhythm, now: datetime, zone: ZoneInfo, unknown_rate: float) -> Forecast:
    """What a rhythm lets us expect; of a source that is not known yet, `unknown_rate` per minute.

    Silence lowers the rate twice: the rate itself is uncertain (its Gamma posterior mean), and the source may have
    ended (Bayes: the chance of such a silence against ENDS_PER_DAY).
    """
    hours, days = _hour_weights(rhythm.hours), _day_weights(rhythm.days)
    since = rhythm.since or now
    last = rhythm.last or since
    rate = (rhythm.count + RATE_PRIOR) / (_exposure(since, last) + RATE_PRIOR / unknown_rate)
    own = rate * max(1 - sum(rhythm.shares), LEAST_OWN)
    missed = own * _active_minutes(hours, days, last.astimezone(zone), now.astimezone(zone))
    sure = min(rhythm.count + RATE_PRIOR, SURE_AT_MOST)
    slower = 1 + missed / sure
    ended = ENDS_PER_DAY / MINUTES_PER_DAY / own * (slower**sure - 1)
    gap = max((now - last) / _MINUTE, 0.0)
    drawn = [
        share * heat / span * math.exp(-gap / span)
        for share, heat, span in zip(rhythm.shares, rhythm.heat, SPANS_MINUTES, strict=True)
    ]
    return Forecast(rate / slower / (1 + ended), hours, days, rhythm.shares, drawn, missed)


def _exposure(since: datetime, until: datetime) -> float:
    """The minutes between two moments, those long ago counting less, as publications do."""
    return _MEMORY * (1 - math.exp(-max((until - since) / _MINUTE, 0.0) / _MEMORY))


def _hour_weights(counts: Sequence[float]) -> list[float]:
    """How much more than the mean is published per hour; each hour leans on its neighbours."""
    scale = sum(counts) + HOUR_PRIOR
    return [(_smooth(counts, hour) * HOURS + HOUR_PRIOR) / scale for hour in range(HOURS)]


def _smooth(counts: Sequence[float], hour: int) -> float:
    return counts[hour] / 2 + (counts[hour - 1] + counts[(hour + 1) % HOURS]) / 4


def _day_weights(counts: Sequence[float]) -> list[float]:
    scale = sum(counts) + DAY_PRIOR
    return [(count * DAYS + DAY_PRIOR) / scale for count in counts]


def _active_minutes(hours: Sequence[float], days: Sequence[float], start: datetime, end: datetime) -> float:
    """The minutes between two local moments, each weighed by how usual publishing is then."""
    gap = (end - start) / _MINUTE
    if gap > _WEEK:
        return gap
    whole_days = (end.date() - start.date()).days
    active = sum(days[(start.weekday() + day) % DAYS] for day in range(whole_days)) * sum(hours) * 60
    for moment, sign in ((start, -1), (end, 1)):
        today = sum(hours[: moment.hour]) * 60 + hours[moment.hour] * moment.minute
        active += sign * today * days[moment.weekday()]
    return max(active, 0.0)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _is_midnight(moment: datetime) -> bool:
    return moment.hour == moment.minute == moment.second == 0
