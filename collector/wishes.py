"""What a feed says of when it wants to be asked: RSS 2.0's ttl, skipHours and skipDays, and the syndication module.

RSS 2.0 (rssboard.org); RDF Site Summary 1.0 Modules: Syndication (web.resource.org/rss/1.0/modules/syndication). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TTL = re.compile(rb"<ttl>\s{0,20}(\d{1,6})\s{0,20}</ttl>")
_SKIPPED = re.compile(rb"<skip(Hours|Days)>((?:\s{0,50}<(?:hour|day)>[^<>]{0,20}</(?:hour|day)>){1,24})", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:hour|day)>\s*([^<>\s]{1,20})\s*<", re.IGNORECASE)
_PERIOD = re.compile(rb"<\w{1,20}:updatePeriod>\s{0,50}(hourly|daily|weekly|monthly|yearly)\s{0,50}<", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<\w{1,20}:updateFrequency>\s{0,50}(\d{1,5})\s{0,50}<")
_MINUTES = {b"hourly": 60.0, b"daily": 1440.0, b"weekly": 10_080.0, b"monthly": 43_200.0, b"yearly": 525_600.0}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")


@dataclass(frozen=True, slots=True)
class Wishes:
    """`skip_hours` are GMT, 0 to 23; `skip_days` count from Monday, 0; the others are minutes."""

    ttl_minutes: float | None = None
    period_minutes: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


def wishes(body: bytes) -> Wishes:
    """What stands in a feed; whatever makes no sense is left out."""
    ttl, hours, days = _TTL.search(body), set[int](), set[int]()
    if b"<skip" in body:
        for kind, entries in _SKIPPED.findall(body):
            for entry in _ENTRY.findall(entries):
                if kind.lower() == b"hours" and entry.isdigit() and int(entry) <= 24:
                    hours.add(int(entry) % 24)
                elif kind.lower() == b"days" and entry.lower() in _DAYS:
                    days.add(_DAYS.index(entry.lower()))
    return Wishes(float(ttl.group(1)) if ttl else None, _period(body), frozenset(hours), frozenset(days))


def _period(body: bytes) -> float | None:
    if b":updatePeriod" not in body:
        return None
    period, frequency = _PERIOD.search(body), _FREQUENCY.search(body)
    times = int(frequency.group(1)) if frequency else 1
    return _MINUTES[period.group(1).lower()] / times if period and times else None
