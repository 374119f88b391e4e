"""The lag ledger: when an item was published, fetched, scored, put on a list, and seen by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select, update

from wijkblik.models.lag import Lag
from wijkblik.store.base import Queries, batches
from wijkblik.store.tables import LagRow, MembershipRow, SourceRow


class Lags(Queries):
    """Reads and writes of `lag`. A moment once written stays: the first time counts."""

    def scored(self, story_ids: Iterable[str], at: datetime) -> None:
        """The items of these stories have been assessed."""
        self._mark("scored_at", story_ids, at)

    def shown(self, story_ids: Iterable[str], at: datetime) -> None:
        """The items of these stories stand on a day's list, above the line."""
        self._mark("shown_at", story_ids, at)

    def opened(self, story_ids: Iterable[str], at: datetime) -> None:
        """A person has these stories before their eyes."""
        self._mark("opened_at", story_ids, at)

    def of(self, wijk: str) -> list[Lag]:
        """Every item's way in time, with whether it stood there already when its source was first asked."""
        query = select(LagRow, SourceRow.first_checked_at).outerjoin(
            SourceRow, (col(SourceRow.wijk) == LagRow.wijk) & (col(SourceRow.source_key) == LagRow.source_key)
        )
        with self._read() as session:
            return [_lag(row, first) for row, first in session.exec(query.where(LagRow.wijk == wijk))]

    def _mark(self, column: str, story_ids: Iterable[str], at: datetime) -> None:
        with self._write() as connection:
            for batch in batches(story_ids):
                items = select(MembershipRow.item_id).where(col(MembershipRow.story_id).in_(batch))
                connection.execute(
                    update(LagRow)
                    .where(col(LagRow.item_id).in_(items), getattr(LagRow, column).is_(None))
                    .values({column: at})
                )


def _lag(row: LagRow, first_checked_at: datetime | None) -> Lag:
    return Lag(
        source_key=row.source_key,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        scored_at=row.scored_at,
        shown_at=row.shown_at,
        opened_at=row.opened_at,
        was_there=row.published_at is not None and first_checked_at is not None and row.published_at < first_checked_at,
    )
