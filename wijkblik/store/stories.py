"""Which item belongs to which story, and what the models said of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, func, select

from wijkblik.models.stories import (
    Assessment,
    EventTime,
    Evidence,
    Membership,
    Outlook,
    PlaceMatch,
    Reason,
    Story,
    Verification,
)
from wijkblik.store.base import Queries, batches
from wijkblik.store.items import to_item
from wijkblik.store.tables import AssessmentRow, ItemRow, MembershipRow


class Stories(Queries):
    """Reads and writes of `membership` and `assessment`."""

    def since(self, wijk: str, moment: datetime) -> list[Story]:
        """The stories with an item since a moment, whole, in order of their ids."""
        at = func.coalesce(ItemRow.published_at, ItemRow.fetched_at)
        recent = select(MembershipRow.story_id).join(ItemRow, col(ItemRow.item_id) == MembershipRow.item_id)
        recent = recent.where(MembershipRow.wijk == wijk, at >= moment)
        query = select(MembershipRow.story_id, ItemRow).join(ItemRow, col(ItemRow.item_id) == MembershipRow.item_id)
        with self._read() as session:
            return _collect(
                session.exec(query.where(MembershipRow.wijk == wijk, col(MembershipRow.story_id).in_(recent))).all()
            )

    def by_ids(self, story_ids: Iterable[str]) -> dict[str, Story]:
        """Stories by their ids, whole."""
        found: list[Story] = []
        with self._read() as session:
            for batch in batches(story_ids):
                query = select(MembershipRow.story_id, ItemRow).join(
                    ItemRow, col(ItemRow.item_id) == MembershipRow.item_id
                )
                found += _collect(session.exec(query.where(col(MembershipRow.story_id).in_(batch))).all())
        return {story.story_id: story for story in found}

    def add(self, wijk: str, memberships: Sequence[Membership]) -> None:
        """Put items into stories. An item that has a story keeps it."""
        if memberships:
            rows = [{"wijk": wijk} | asdict(membership) for membership in memberships]
            with self._write() as connection:
                connection.execute(insert(MembershipRow).on_conflict_do_nothing(), rows)

    def assessed_hashes(self, wijk: str) -> dict[str, str]:
        """What content each story's newest assessment was made of."""
        newest = (
            select(func.max(AssessmentRow.id)).where(AssessmentRow.wijk == wijk).group_by(col(AssessmentRow.story_id))
        )
        with self._read() as session:
            query = select(AssessmentRow.story_id, AssessmentRow.content_hash).where(col(AssessmentRow.id).in_(newest))
            return dict(session.exec(query).all())

    def save_assessments(self, wijk: str, assessments: Mapping[str, tuple[Assessment, str]], at: datetime) -> None:
        """Add assessments, by story id, each with the hash of what it was made of. Earlier ones stay."""
        rows = [_row(wijk, assessment, content_hash, at) for assessment, content_hash in assessments.values()]
        if rows:
            with self._write() as connection:
                connection.execute(insert(AssessmentRow), rows)

    def newest_assessments(self, wijk: str, story_ids: Iterable[str]) -> dict[str, tuple[int, Assessment]]:
        """Each story's newest assessment with its number."""
        with self._read() as session:
            numbers: list[int] = []
            for batch in batches(story_ids):
                newest = select(func.max(AssessmentRow.id)).where(
                    AssessmentRow.wijk == wijk, col(AssessmentRow.story_id).in_(batch)
                )
                numbers += [n for n in session.exec(newest.group_by(col(AssessmentRow.story_id))) if n is not None]
            return {a.story_id: (n, a) for n, a in assessments_by_id(session, numbers).items()}


def move(connection: Connection, wijk: str, item_ids: Sequence[str], story_id: str) -> None:
    """Put items into another story, as a person said, within a transaction."""
    for batch in batches(item_ids):
        moved = update(MembershipRow).where(col(MembershipRow.wijk) == wijk, col(MembershipRow.item_id).in_(batch))
        connection.execute(moved.values(story_id=story_id, reason="by_hand", similarity=1.0))


def assessments_by_id(session: Session, numbers: Sequence[int]) -> dict[int, Assessment]:
    """Assessments by their numbers, within a session."""
    found: dict[int, Assessment] = {}
    for batch in batches(numbers):
        rows = session.exec(select(AssessmentRow).where(col(AssessmentRow.id).in_(batch)))
        found |= {row.id: _to_assessment(row) for row in rows if row.id is not None}
    return found


def _collect(rows: Sequence[tuple[str, ItemRow]]) -> list[Story]:
    members: dict[str, list[ItemRow]] = {}
    for story_id, row in rows:
        members.setdefault(story_id, []).append(row)
    return [
        Story(story_id, tuple(sorted((to_item(row) for row in items), key=lambda item: (item.at, item.item_id))))
        for story_id, items in sorted(members.items())
    ]


def _row(wijk: str, assessment: Assessment, content_hash: str, at: datetime) -> dict[str, Any]:
    row = asdict(assessment)
    event = assessment.event
    row |= {
        "event_start": event.start if event else None,
        "event_end": event.end if event else None,
        "event_precision": event.precision if event else None,
    }
    del row["event"]
    return row | {"wijk": wijk, "assessed_at": at, "content_hash": content_hash}


def _to_assessment(row: AssessmentRow) -> Assessment:
    verification = row.verification
    band = verification["band"]
    return Assessment(
        story_id=row.story_id,
        title=row.title,
        lang=row.lang,
        relevance=row.relevance,
        reasons=tuple(Reason(**reason) for reason in row.reasons),
        themes=tuple(row.themes),
        places=tuple(PlaceMatch(**place) for place in row.places),
        verification=Verification(
            status=verification["status"],
            fake_probability=verification["fake_probability"],
            band=(band[0], band[1]) if band else None,
            evidence=tuple(
                Evidence(one["code"], tuple(one["items"]), one["params"]) for one in verification["evidence"]
            ),
            decided_by=verification["decided_by"],
        ),
        publishers=row.publishers,
        words=row.words,
        model_version=row.model_version,
        event=_to_event(row),
        outlook=Outlook(**row.outlook) if row.outlook else None,
        urgent=row.urgent,
        items=row.items,
        newest_at=row.newest_at,
        resolved=row.resolved,
    )


def _to_event(row: AssessmentRow) -> EventTime | None:
    if row.event_start is None or row.event_end is None or row.event_precision is None:
        return None
    return EventTime(row.event_start, row.event_end, row.event_precision)  # type: ignore[arg-type]
