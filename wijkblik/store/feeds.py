"""The daily lists as they were shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import cast

from sqlalchemy import insert
from sqlmodel import col, desc, select

from wijkblik.models.stories import Assessment, Change, FeedEntry, Reason, SelectedAs
from wijkblik.store.base import Queries
from wijkblik.store.stories import assessments_by_id
from wijkblik.store.tables import FeedEntryRow, FeedRow


class Feeds(Queries):
    """Reads and writes of `feed` and `feed_entry`."""

    def save(
        self,
        wijk: str,
        day: date,
        entries: Sequence[FeedEntry],
        assessment_numbers: Mapping[str, int],
        *,
        at: datetime,
        items_considered: int,
        minutes: float,
    ) -> int:
        """Keep a day's list, unless the day's newest is the same; its number is given back either way."""
        rows = [asdict(entry) | {"assessment_id": assessment_numbers[entry.story_id]} for entry in entries]
        content_hash = hashlib.sha256(json.dumps([items_considered, minutes, rows]).encode()).hexdigest()
        with self._write() as connection:
            query = select(FeedRow.id, FeedRow.content_hash).where(FeedRow.wijk == wijk, FeedRow.day == day)
            newest = connection.execute(query.order_by(desc(FeedRow.id)).limit(1)).first()
            if newest is not None and newest.content_hash == content_hash:
                return int(newest.id)
            feed = {
                "wijk": wijk,
                "day": day,
                "generated_at": at,
                "items_considered": items_considered,
                "minutes": minutes,
            }
            new = insert(FeedRow).values(content_hash=content_hash, **feed).returning(col(FeedRow.id))
            feed_id = connection.execute(new).scalar_one() or 0
            if rows:
                connection.execute(insert(FeedEntryRow), [row | {"feed_id": feed_id} for row in rows])
        return feed_id

    def newest(self, wijk: str, day: date) -> FeedRow | None:
        """The head of the day's newest list."""
        with self._read() as session:
            query = select(FeedRow).where(FeedRow.wijk == wijk, FeedRow.day == day).order_by(desc(FeedRow.id)).limit(1)
            return session.exec(query).first()

    def last_before(self, wijk: str, day: date) -> int | None:
        """The number of the newest list of an earlier day."""
        with self._read() as session:
            query = select(FeedRow.id).where(FeedRow.wijk == wijk, FeedRow.day < day)
            return session.exec(query.order_by(desc(FeedRow.day), desc(FeedRow.id)).limit(1)).first()

    def entries(self, feed_id: int) -> list[tuple[FeedEntry, Assessment]]:
        """The whole list in order, each with the assessment that it was shown with."""
        with self._read() as session:
            rows = session.exec(
                select(FeedEntryRow).where(FeedEntryRow.feed_id == feed_id).order_by(col(FeedEntryRow.rank))
            ).all()
            assessments = assessments_by_id(session, [row.assessment_id for row in rows])
            return [(_to_entry(row), assessments[row.assessment_id]) for row in rows]

    def days(self, wijk: str) -> list[date]:
        """The days that have a list, newest first."""
        with self._read() as session:
            return list(
                session.exec(
                    select(col(FeedRow.day)).where(FeedRow.wijk == wijk).distinct().order_by(desc(FeedRow.day))
                )
            )


def _to_entry(row: FeedEntryRow) -> FeedEntry:
    return FeedEntry(
        row.story_id,
        row.rank,
        cast(SelectedAs, row.selected_as),
        row.shown,
        row.minutes,
        tuple(Reason(**reason) for reason in row.reasons),
        cast(Change | None, row.change),
    )
