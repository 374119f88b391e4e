"""What is remembered of each source, and the faults that it showed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlmodel import col, delete, func, select

from wijkblik.models.cadence import Rhythm
from wijkblik.models.items import Fault, Polling
from wijkblik.store.base import Queries
from wijkblik.store.tables import FaultRow, ItemRow, SourceRow

_REMEMBERED = tuple(field.name for field in fields(Polling))
Remembered = tuple[str, Polling, tuple[Fault, ...], datetime | None]
"""A source's key, what is to be remembered of it, its faults, and when they showed (default: when it was asked)."""


class Sources(Queries):
    """Reads and writes of `source` and `fault`."""

    def remembered(self, wijk: str) -> dict[str, Polling]:
        """What is remembered of each source of a wijk, by its key."""
        with self._read() as session:
            rows = session.connection().execute(_RECALL, {"wijk": wijk})
            return {row.source_key: _as_polling(row) for row in rows}

    def remember(
        self, wijk: str, source_key: str, polling: Polling, faults: Iterable[Fault] = (), at: datetime | None = None
    ) -> None:
        """Keep what a visit without items taught."""
        with self._write() as connection:
            remember(connection, wijk, [(source_key, polling, tuple(faults), at)])

    def note(self, wijk: str, source_key: str, fault: Fault, at: datetime) -> None:
        """Count a fault that showed outside a visit; what is remembered of the source stays as it is."""
        with self._write() as connection:
            connection.execute(_NOTE_FAULT, [_fault_row(wijk, source_key, fault, at)])

    def forget(self, wijk: str, source_key: str) -> None:
        """Start afresh with a source: its state, validators and faults go, its items stay."""
        with self._write() as connection:
            for table in (SourceRow, FaultRow):
                connection.execute(delete(table).where(col(table.wijk) == wijk, col(table.source_key) == source_key))

    def current_faults(self, wijk: str) -> dict[str, tuple[Fault, ...]]:
        """The faults of each source's last answer, by source key."""
        newest = select(FaultRow.source_key, func.max(FaultRow.last_at).label("at")).where(FaultRow.wijk == wijk)
        last = newest.group_by(col(FaultRow.source_key)).subquery()
        query = select(FaultRow, SourceRow.checked_at).where(
            FaultRow.wijk == wijk,
            FaultRow.source_key == last.c.source_key,
            FaultRow.last_at == last.c.at,
            SourceRow.wijk == wijk,
            SourceRow.source_key == FaultRow.source_key,
        )
        found: dict[str, list[Fault]] = {}
        with self._read() as session:
            for row, checked_at in session.exec(query.order_by(FaultRow.code)):
                if checked_at is None or row.last_at >= checked_at:
                    found.setdefault(row.source_key, []).append(Fault(row.code, row.detail))
        return {key: tuple(faults) for key, faults in found.items()}

    def item_counts(self, wijk: str) -> dict[str, int]:
        """How many items are stored of each source."""
        with self._read() as session:
            query = select(ItemRow.source_key, func.count()).where(ItemRow.wijk == wijk).group_by(ItemRow.source_key)
            return dict(session.exec(query).all())


def remember(connection: Connection, wijk: str, visits: Iterable[Remembered]) -> None:
    """Within a transaction: what is to be remembered of some sources, and their faults."""
    sources, faults = [], []
    for source_key, polling, found, at in visits:
        moment = at or polling.checked_at
        sources.append({"wijk": wijk, "source_key": source_key} | _as_row(polling))
        faults += [_fault_row(wijk, source_key, fault, moment) for fault in found]
    if sources:
        connection.execute(_REMEMBER, sources)
    if faults:
        connection.execute(_NOTE_FAULT, faults)


def _remember_statement() -> Insert:
    new = insert(SourceRow)
    update = {name: new.excluded[name] for name in _REMEMBERED}
    return new.on_conflict_do_update(index_elements=["wijk", "source_key"], set_=update)


def _fault_statement() -> Insert:
    new = insert(FaultRow)
    changes = {"last_at": new.excluded.last_at, "detail": new.excluded.detail, "times": FaultRow.times + 1}
    return new.on_conflict_do_update(index_elements=["wijk", "source_key", "code"], set_=changes)


# Made once: making a statement costs more than running it. Columns, not objects: nothing is changed in place.
_RECALL = select(*SourceRow.__table__.c).where(SourceRow.__table__.c.wijk == bindparam("wijk"))  # type: ignore[attr-defined]
_REMEMBER, _NOTE_FAULT = _remember_statement(), _fault_statement()


def _fault_row(wijk: str, source_key: str, fault: Fault, at: datetime | None) -> dict[str, Any]:
    key = {"wijk": wijk, "source_key": source_key, "code": fault.code}
    return key | {"detail": fault.detail[:200], "first_at": at, "last_at": at, "times": 1}


def _as_row(polling: Polling) -> dict[str, Any]:
    row = {name: getattr(polling, name) for name in _REMEMBERED}
    return row | {
        "cursor": json.dumps(dict(polling.cursor)),
        "plan_params": json.dumps(dict(polling.plan_params)),
        "rhythm": polling.rhythm.to_json(),
    }


def _as_polling(row: Any) -> Polling:
    plain = {name: getattr(row, name) for name in _REMEMBERED}
    return Polling(
        **plain
        | {
            "cursor": json.loads(row.cursor),
            "plan_params": json.loads(row.plan_params),
            "rhythm": Rhythm.from_json(row.rhythm),
        }
    )
