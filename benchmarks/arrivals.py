"""Invented publication times of sources whose habits are known: what benchmarks.cadence asks at the right moment, or not.

- *steady*: a Poisson process;
- *diurnal*: an inhomogeneous Poisson process with a peak at a local hour, little at night, and for half of the sources
  little at the weekend; by thinning (P. A. W. Lewis and G. S. Shedler, Naval Research Logistics Quarterly 26, 1979);
- *bursty*: a self-exciting process, as clusters (A. G. Hawkes and D. Oakes, Journal of Applied Probability 11, 1974):
  each publication draws others, which draw others;
- *dead*: a Poisson process that ends within its first weeks.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = 1440.0
HOURS_A_WEEK = 168


@dataclass(frozen=True, slots=True)
class Habits:
    """The ranges that a population's sources are drawn from; rates per day, delays in minutes."""

    least_a_day: float = 0.1
    most_a_day: float = 50.0
    peaks: tuple[float, ...] = (9.5, 13.0, 20.0, 21.0)
    sharpness: tuple[float, float] = (1.0, 3.0)
    night: tuple[float, float] = (0.02, 0.15)
    weekend: tuple[float, ...] = (1.0, 1.0, 0.3, 0.1)
    drawn: tuple[float, float] = (0.4, 0.8)
    delay: tuple[float, float] = (20.0, 120.0)
    ends_after_days: tuple[float, float] = (7.0, 20.0)


@dataclass(frozen=True, slots=True)
class Publishing:
    """One source: its model, its rate a day, and when it published, in minutes from the start, in order."""

    model: str
    a_day: float
    minutes: list[float]


def population(chance: random.Random, each: int, days: float, start: datetime, habits: Habits) -> list[Publishing]:
    """`each` sources of every model over `days` from `start`, a local moment; rates are log-uniform."""
    sources = []
    for model, make in MODELS.items():
        for _ in range(each):
            a_day = habits.least_a_day * (habits.most_a_day / habits.least_a_day) ** chance.random()
            sources.append(Publishing(model, a_day, make(chance, a_day, days * DAY, start, habits)))
    return sources


def steady(chance: random.Random, a_day: float, end: float, start: datetime, habits: Habits) -> list[float]:
    """A Poisson process until `end`."""
    at, minutes = chance.expovariate(a_day / DAY), []
    while at < end:
        minutes.append(at)
        at += chance.expovariate(a_day / DAY)
    return minutes


def diurnal(chance: random.Random, a_day: float, end: float, start: datetime, habits: Habits) -> list[float]:
    """A Poisson process whose rate follows the clock and the week of `start`'s time zone."""
    peak, sharpness, night = (
        chance.choice(habits.peaks),
        chance.uniform(*habits.sharpness),
        chance.uniform(*habits.night),
    )
    weekend = chance.choice(habits.weekend)

    def weight(local: datetime) -> float:
        hour = local.hour + local.minute / 60
        by_day = night + math.exp(sharpness * (math.cos((hour - peak) * math.pi / 12) - 1))
        return by_day * (weekend if local.weekday() >= 5 else 1.0)

    week = [weight(start + timedelta(hours=hour)) for hour in range(HOURS_A_WEEK)]
    mean, most = sum(week) / HOURS_A_WEEK, 1.05 * max(week)
    candidates = steady(chance, a_day * most / mean, end, start, habits)
    return [at for at in candidates if chance.random() * most < weight(local_time(start, at))]


def bursty(chance: random.Random, a_day: float, end: float, start: datetime, habits: Habits) -> list[float]:
    """A self-exciting process: each publication draws `drawn` others on average, exponentially delayed."""
    drawn, delay = chance.uniform(*habits.drawn), chance.uniform(*habits.delay)
    generation = steady(chance, a_day * (1 - drawn), end, start, habits)
    minutes = list(generation)
    while generation:
        children = (
            parent + chance.expovariate(1 / delay) for parent in generation for _ in range(_many(chance, drawn))
        )
        generation = [child for child in children if child < end]
        minutes += generation
    return sorted(minutes)


def dead(chance: random.Random, a_day: float, end: float, start: datetime, habits: Habits) -> list[float]:
    """A Poisson process that ends early."""
    return steady(chance, a_day, min(end, chance.uniform(*habits.ends_after_days) * DAY), start, habits)


MODELS: dict[str, Callable[[random.Random, float, float, datetime, Habits], list[float]]] = {
    "steady": steady,
    "diurnal": diurnal,
    "bursty": bursty,
    "dead": dead,
}


def _many(chance: random.Random, mean: float) -> int:
    """A Poisson number, by counting arrivals in one unit of time."""
    many, at = 0, chance.expovariate(mean)
    while at < 1:
        many, at = many + 1, at + chance.expovariate(mean)
    return many


def local_time(start: datetime, minutes: float) -> datetime:
    """The local moment that many elapsed minutes after `start`: the clock may change on the way."""
    return datetime.fromtimestamp(start.timestamp() + minutes * 60, start.tzinfo)
