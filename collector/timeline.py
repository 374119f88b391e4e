"""A timeline is listed newest first, in pages. A visit reads on from the time that the last one reached.

Only a time is remembered from visit to visit: the id or address of a post by a person has no place in a cursor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.base import Fetch
from collector.reading import counted, moment
from wijkblik.errors import BudgetSpentError
from wijkblik.models.items import Harvest

LATE = timedelta(hours=1)
"""How far a visit goes back behind the newest known post: what comes from elsewhere comes in late, and sorted by its own time."""


@dataclass
class Walk:
    """One visit's way through the pages: forward from `since`, or back from the newest page down to it (aware UTC).

    `forward` holds where the last visit said that the listing can be asked for what came after a time; the cursor's
    key says that too: `after` where it can, `until` where it can't.
    """

    since: datetime
    oldest_kept: datetime
    now: datetime
    forward: bool = False
    newest: datetime | None = None
    newest_on_page: datetime | None = None

    @classmethod
    def of(cls, fetch: Fetch) -> Walk:
        """The way from what the last visit asked to remember, never beyond the limit on looking back.

        Where nothing was posted since that limit, it leads back from the newest page: that address stays the same
        from visit to visit, so that the server can say that there is nothing new.
        """
        reached = moment(fetch.cursor.get("after") or fetch.cursor.get("until"))
        if reached is None or reached <= fetch.since:
            return cls(fetch.since, fetch.since, fetch.now)
        return cls(reached, fetch.since, fetch.now, forward="after" in fetch.cursor)

    def note(self, times: Iterable[datetime | None]) -> None:
        """What the page now read holds: the times by which the listing is sorted."""
        self.newest_on_page = max(filter(None, times), default=None)
        self.newest = max(filter(None, (self.newest, self.newest_on_page)), default=None)

    @property
    def goes_on(self) -> bool:
        """Whether there may be more beyond the page that was noted last. A single old post among new ones ends nothing."""
        if self.newest_on_page is None:
            return False
        return self.forward or self.newest_on_page > self.since

    def ended(self, harvest: Harvest, *, can_ask_after: bool = False) -> Harvest:
        """The whole harvest, within the limit on looking back, and with the time from which the next visit reads on.

        A walk forward that was cut short goes on where it stopped. One back that has asked for as much as it may is
        over: what lies further back would not be reached next time either.
        """
        kept = tuple(item for item in harvest.items if _is_recent(item.published_at, self.oldest_kept))
        harvest = replace(harvest, items=kept, faults=counted(harvest.faults))
        if self.newest is None:
            return harvest
        newest = min(self.newest, self.now)
        spent = BudgetSpentError.code in {fault.code for fault in harvest.faults}
        if self.forward and (spent or not harvest.complete):
            reached, moved = newest, newest.replace(microsecond=0) > self.since
        else:
            reached, moved = newest - LATE, spent or harvest.complete
        if not moved:
            return harvest
        cursor = {"after" if can_ask_after else "until": reached.replace(microsecond=0).isoformat()}
        return replace(harvest, cursor=cursor, complete=True)


def _is_recent(at: datetime | None, oldest: datetime) -> bool:
    return at is None or at.tzinfo is None or at >= oldest
