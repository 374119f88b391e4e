"""What is remembered of hosts: their robots.txt, and until when they want no request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col, or_, select

from wijkblik.models.items import Host
from wijkblik.store.base import Queries
from wijkblik.store.tables import HostRow


class Hosts(Queries):
    """Reads and writes of `host`."""

    def remembered(self) -> dict[str, Host]:
        """What is remembered of each host, by "host:port" or host."""
        with self._read() as session:
            return {
                row.host: Host(row.robots, row.robots_at, row.closed_until) for row in session.exec(select(HostRow))
            }

    def remember(self, hosts: Mapping[str, Host]) -> None:
        """Keep what was learned of some hosts."""
        if not hosts:
            return
        statement = insert(HostRow)
        update = {name: statement.excluded[name] for name in ("robots", "robots_at", "closed_until")}
        rows = [
            {"host": name, "robots": host.robots, "robots_at": host.robots_at, "closed_until": host.closed_until}
            for name, host in hosts.items()
        ]
        with self._write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["host"], set_=update), rows)

    def forget_before(self, moment: datetime) -> None:
        """Drop the hosts of which nothing has been learned since then and that are not closed any later (aware UTC)."""
        old = or_(col(HostRow.robots_at).is_(None), col(HostRow.robots_at) < moment)
        open_by_then = or_(col(HostRow.closed_until).is_(None), col(HostRow.closed_until) < moment)
        with self._write() as connection:
            connection.execute(delete(HostRow).where(old, open_by_then))
