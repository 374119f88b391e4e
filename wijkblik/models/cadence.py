"""What is remembered of a source's publication times, what its server asks, and when it is asked next."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

HOURS, DAYS = 24, 7
MEMORIES = 2
"""How many spans of time a burst is remembered over (collector.rhythm says which)."""
LARGEST = 1e9

PlanReason = Literal[
    "new", "steady", "night", "morning", "afternoon", "evening", "daytime", "burst", "quiet", "silent",
    "failing", "asked", "limited", "skipped", "holds",
]  # fmt: skip
"""Why a source is asked when it is; each has a sentence under `cadence.` in the locale. `holds` is a collector's own
word: what it brought is good for some time."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a source's publication times taught; `collector.rhythm.learn` makes it. All counts decay with time.

    `since` is the first moment that is known of, `last` the newest publication; the counts
    are as of `last`. `hours` and `days` count publications per local hour and per weekday
    (Monday first), `count` all of them. For each span of time over which a burst is
    remembered, `heat` counts recent publications and `shares` is the part of all
    publications that was drawn by an earlier one (a branching ratio, 0 to 1).
    """

    since: datetime | None = None
    last: datetime | None = None
    count: float = 0.0
    hours: tuple[float, ...] = (0.0,) * HOURS
    days: tuple[float, ...] = (0.0,) * DAYS
    heat: tuple[float, ...] = (0.0,) * MEMORIES
    shares: tuple[float, ...] = (0.0,) * MEMORIES

    def to_json(self) -> str:
        """Compact JSON, at most half a kilobyte."""
        content = {
            "since": _seconds(self.since),
            "last": _seconds(self.last),
            "count": self.count,
            "hours": self.hours,
            "days": self.days,
            "heat": self.heat,
            "shares": self.shares,
        }
        return json.dumps(content, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | None) -> Rhythm:
        """What `to_json` wrote; text that is damaged, absent or of another form gives a fresh Rhythm."""
        try:
            content = json.loads(text or "")
            return cls(
                since=_moment(content["since"]),
                last=_moment(content["last"]),
                count=_number(content["count"]),
                hours=_numbers(content["hours"], HOURS),
                days=_numbers(content["days"], DAYS),
                heat=_numbers(content["heat"], MEMORIES),
                shares=_numbers(content["shares"], MEMORIES, largest=1.0),
            )
        except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
            return cls()


@dataclass(frozen=True, slots=True)
class Hints:
    """What a server and its feed say about being asked. Moments are aware UTC.

    `ttl_minutes`, `skip_hours` (GMT, 0 to 23) and `skip_days` (Monday = 0) are RSS 2.0's;
    `period_minutes` is the syndication module's period divided by its frequency;
    `fresh_until` (RFC 9111), `retry_at` (RFC 9110) and `limited_until` come from headers.
    """

    ttl_minutes: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    period_minutes: float | None = None
    fresh_until: datetime | None = None
    retry_at: datetime | None = None
    limited_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """When a source is asked next (aware UTC), and why. `params` holds `minutes` from now and `count`, of failures."""

    at: datetime
    reason: PlanReason
    params: Mapping[str, int] = field(default_factory=dict)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp())


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(_number(value, largest=4e9), UTC)


def _number(value: Any, *, largest: float = LARGEST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no finite number")
    if not 0 <= value <= largest:
        raise ValueError("a number out of range")
    return float(value)


def _numbers(values: Any, many: int, *, largest: float = LARGEST) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != many:
        raise ValueError("not the right number of numbers")
    numbers = tuple(map(float, values))
    if not all(0 <= number <= largest for number in numbers):
        raise ValueError("a number out of range")
    return numbers
