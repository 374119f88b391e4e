"""Feeds that a hub pushes, or was asked to push."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col, delete, select

from wijkblik.models.push import Subscription
from wijkblik.store.base import Queries
from wijkblik.store.tables import SubscriptionRow

_FIELDS = tuple(field.name for field in fields(Subscription))


class Subscriptions(Queries):
    """Reads and writes of `subscription`."""

    def of_wijk(self, wijk: str) -> dict[str, Subscription]:
        """A wijk's subscriptions by source key."""
        with self._read() as session:
            rows = session.exec(select(SubscriptionRow).where(SubscriptionRow.wijk == wijk))
            return {row.source_key: _to_subscription(row) for row in rows}

    def at_path(self, wijk: str, path: str) -> Subscription | None:
        """The subscription whose callback ends in this path."""
        query = select(SubscriptionRow).where(SubscriptionRow.wijk == wijk, SubscriptionRow.path == path)
        with self._read() as session:
            row = session.exec(query).first()
            return _to_subscription(row) if row else None

    def keep(self, wijk: str, subscription: Subscription) -> None:
        """Write a subscription down, in place of the source's earlier one."""
        row = {"wijk": wijk} | asdict(subscription)
        statement = insert(SubscriptionRow).values(row)
        update = statement.on_conflict_do_update(index_elements=["wijk", "source_key"], set_=row)
        with self._write() as connection:
            connection.execute(update)

    def drop(self, wijk: str, source_keys: Collection[str]) -> None:
        """Forget these sources' subscriptions: what is still pushed to their paths is refused."""
        with self._write() as connection:
            connection.execute(
                delete(SubscriptionRow).where(
                    col(SubscriptionRow.wijk) == wijk, col(SubscriptionRow.source_key).in_(source_keys)
                )
            )


def _to_subscription(row: SubscriptionRow) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in _FIELDS})
