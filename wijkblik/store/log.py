"""The raw rows of the audit log. wijkblik.audit decides what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, desc, select

from wijkblik.store.base import Queries
from wijkblik.store.tables import AuditRow

Seal = Callable[[int, str], str]
"""From an entry's number and the hash before it to its own hash."""


class Log(Queries):
    """Reads of `audit`, and its one kind of write: to append."""

    def append(self, at: datetime, actor: str, action: str, subject: dict[str, Any], seal: Seal, origin: str) -> int:
        """Add one entry after the last, in one transaction; `origin` stands before the first."""
        with self._write() as connection:
            last = connection.execute(select(AuditRow.seq, AuditRow.hash).order_by(desc(AuditRow.seq)).limit(1)).first()
            seq, previous = (last.seq + 1, last.hash) if last else (1, origin)
            entry = {"seq": seq, "at": at, "actor": actor, "action": action, "subject": subject}
            connection.execute(insert(AuditRow).values(previous=previous, hash=seal(seq, previous), **entry))
        return int(seq)

    def entries(self, after: int = 0) -> Iterator[AuditRow]:
        """The entries after a number, in order."""
        with self._read() as session:
            query = select(AuditRow).where(AuditRow.seq > after).order_by(col(AuditRow.seq))
            yield from session.exec(query.execution_options(yield_per=1000))
