"""When to ask a source again: a decision from facts alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from wijkblik.models.wijk import Cadence

MOST_DOUBLINGS = 6


def next_check(
    now: datetime,
    cadence: Cadence,
    *,
    failures: int = 0,
    ttl_minutes: float | None = None,
    fresh_until: datetime | None = None,
    retry_at: datetime | None = None,
) -> datetime:
    """The moment (aware UTC) from which a source may be asked again.

    The usual interval doubles with every failure in a row, up to the longest. What the
    server says (freshness, Retry-After, the feed's ttl) is never undercut.
    """
    minutes = min(cadence.usual_minutes * 2 ** min(failures, MOST_DOUBLINGS), cadence.longest_minutes)
    if ttl_minutes is not None:
        minutes = max(minutes, min(ttl_minutes, cadence.longest_minutes))
    earliest = now + timedelta(minutes=minutes)
    return max(moment for moment in (earliest, fresh_until, retry_at) if moment is not None)
