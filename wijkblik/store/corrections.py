"""What people put right about stories: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from wijkblik.models.stories import Correction
from wijkblik.store.base import Queries
from wijkblik.store.stories import move
from wijkblik.store.tables import CorrectionRow


class Corrections(Queries):
    """Reads and writes of `correction`."""

    def add(
        self,
        wijk: str,
        story_id: str,
        kind: str,
        value: dict[str, Any],
        by: str,
        at: datetime,
        undoes: int | None = None,
        moved: Sequence[str] = (),
        into: str = "",
    ) -> int:
        """Keep a correction; its number is given back. The items of `moved` (ids) go to the story `into` with it."""
        row = {"wijk": wijk, "story_id": story_id, "kind": kind, "value": value, "by": by, "at": at, "undoes": undoes}
        with self._write() as connection:
            new = insert(CorrectionRow).values(row).returning(col(CorrectionRow.id))
            move(connection, wijk, moved, into)
            return connection.execute(new).scalar_one() or 0

    def standing(self, wijk: str) -> dict[str, dict[str, Correction]]:
        """Each story's last correction of each kind that was not undone, by story id and kind."""
        found: dict[str, dict[str, Correction]] = {}
        for one in self.history(wijk):
            found.setdefault(one.story_id, {})[one.kind] = one
        return found

    def history(self, wijk: str) -> Sequence[Correction]:
        """All corrections that stand, oldest first."""
        with self._read() as session:
            query = select(CorrectionRow).where(CorrectionRow.wijk == wijk).order_by(col(CorrectionRow.id))
            rows = session.exec(query).all()
        undone = {row.undoes for row in rows if row.undoes is not None}
        return [_to_correction(row) for row in rows if row.undoes is None and row.id not in undone]


def _to_correction(row: CorrectionRow) -> Correction:
    assert row.id is not None
    return Correction(row.id, row.story_id, row.kind, row.value, row.by, row.at, row.undoes)  # type: ignore[arg-type]
