"""What people said of stories: rows are added, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import col, select

from wijkblik.models.stories import Decision
from wijkblik.store.base import Queries
from wijkblik.store.tables import DecisionRow


class Decisions(Queries):
    """Reads and writes of `decision`."""

    def add(self, wijk: str, story_id: str, action: str, by: str, at: datetime, undoes: int | None = None) -> int:
        """Keep a decision; its number is given back."""
        row = {"wijk": wijk, "story_id": story_id, "action": action, "by": by, "at": at, "undoes": undoes}
        with self._write() as connection:
            return connection.execute(insert(DecisionRow).values(row).returning(col(DecisionRow.id))).scalar_one() or 0

    def standing(self, wijk: str) -> dict[str, Decision]:
        """Each story's last decision that was not undone."""
        with self._read() as session:
            rows = session.exec(select(DecisionRow).where(DecisionRow.wijk == wijk).order_by(col(DecisionRow.id))).all()
        undone = {row.undoes for row in rows if row.undoes is not None}
        return {row.story_id: _to_decision(row) for row in rows if row.undoes is None and row.id not in undone}

    def history(self, wijk: str, story_id: str) -> list[Decision]:
        """All that was ever decided of a story, oldest first, what was undone included."""
        query = select(DecisionRow).where(DecisionRow.wijk == wijk, DecisionRow.story_id == story_id)
        with self._read() as session:
            return [_to_decision(row) for row in session.exec(query.order_by(col(DecisionRow.id)))]


def _to_decision(row: DecisionRow) -> Decision:
    assert row.id is not None
    return Decision(row.id, row.story_id, row.action, row.by, row.at, row.undoes)  # type: ignore[arg-type]
