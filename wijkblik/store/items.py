"""Items and their full-text index, written per batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlmodel import col, func, select

from wijkblik.models.items import Item, NewItem, Visit
from wijkblik.store.background import save_background
from wijkblik.store.base import Queries
from wijkblik.store.sources import remember
from wijkblik.store.tables import ItemRow, MembershipRow

# An index that keeps no copy of the text must be told the old words to take them out.
_UNINDEX = text(
    "INSERT INTO item_fts(item_fts, rowid, title, text) SELECT 'delete', n, title, text FROM item WHERE n = :n"
)
_INDEX_ONE = text("INSERT INTO item_fts(rowid, title, text) SELECT n, title, text FROM item WHERE n = :n")
_INDEX_NEW = text("INSERT INTO item_fts(rowid, title, text) SELECT n, title, text FROM item WHERE n > :n")
_FIND = text("SELECT item_id, n, content_hash FROM item WHERE item_id IN (SELECT value FROM json_each(:ids))")
_LAST = text("SELECT coalesce(max(n), 0) FROM item")
_REPLACED = ("title", "text", "lang", "url", "expires_at", "lat", "lon", "content_hash")
_BEGIN_LAG = text(
    "INSERT OR IGNORE INTO lag(item_id, wijk, source_key, published_at, fetched_at) "
    "SELECT item_id, wijk, source_key, published_at, fetched_at FROM item WHERE n > :n"
)
Arrival = tuple[Visit, Sequence[NewItem]]
"""A visit and its items, made fit to keep."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How many items of a visit were new, changed, or known as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


class Items(Queries):
    """Reads and writes of `item` and its index."""

    def save_visits(self, wijk: str, arrivals: Sequence[Arrival], at: datetime) -> list[Saved]:
        """All that some visits brought, in one transaction: items, index, background, and what is remembered of the sources.

        Saving the same visits twice changes nothing; an item whose content changed is updated in place.
        """
        with self._write() as connection:
            saved = _upsert(connection, wijk, [items for _visit, items in arrivals])
            for visit, _items in arrivals:
                save_background(connection, wijk, visit.source_key, visit.harvest, at)
            remember(
                connection,
                wijk,
                [
                    (visit.source_key, visit.polling, visit.harvest.faults, visit.polling.checked_at or at)
                    for visit, _items in arrivals
                ],
            )
        return saved

    def save(self, wijk: str, items: Sequence[NewItem]) -> Saved:
        """Items that came by themselves; what is remembered of their source stays as it is."""
        with self._write() as connection:
            (saved,) = _upsert(connection, wijk, [items])
        return saved

    def ungrouped(self, wijk: str) -> list[Item]:
        """Items that belong to no story yet, oldest first."""
        query = select(ItemRow).outerjoin(MembershipRow, col(MembershipRow.item_id) == ItemRow.item_id)
        query = query.where(ItemRow.wijk == wijk, col(MembershipRow.item_id).is_(None))
        with self._read() as session:
            return sorted((to_item(row) for row in session.exec(query)), key=lambda item: (item.at, item.item_id))

    def have_no_story(self, wijk: str) -> bool:
        """Whether any item belongs to no story yet."""
        query = select(ItemRow.n).outerjoin(MembershipRow, col(MembershipRow.item_id) == ItemRow.item_id)
        query = query.where(ItemRow.wijk == wijk, col(MembershipRow.item_id).is_(None))
        with self._read() as session:
            return session.exec(query.limit(1)).first() is not None

    def count_since(self, wijk: str, since: datetime) -> int:
        """How many items of the wijk were fetched or published since a moment."""
        with self._read() as session:
            moment = func.coalesce(ItemRow.published_at, ItemRow.fetched_at)
            return session.exec(
                select(func.count()).select_from(ItemRow).where(ItemRow.wijk == wijk, moment >= since)
            ).one()

    def search(self, wijk: str, words: str, limit: int = 50) -> list[Item]:
        """Items whose title or text holds all of the words, best match first."""
        phrase = " ".join(f'"{word}"' for word in words.replace('"', " ").split())
        if not phrase:
            return []
        with self._read() as session:
            found = session.connection().execute(
                text("SELECT rowid FROM item_fts WHERE item_fts MATCH :phrase ORDER BY rank LIMIT :limit"),
                {"phrase": phrase, "limit": limit},
            )
            order = [row.rowid for row in found]
            rows = {
                row.n: row
                for row in session.exec(select(ItemRow).where(col(ItemRow.n).in_(order), ItemRow.wijk == wijk))
            }
            return [to_item(rows[n]) for n in order if n in rows]


def to_item(row: ItemRow) -> Item:
    """The part of a stored row that classifiers and pages see: no author, nothing sealed."""
    return Item(
        item_id=row.item_id,
        source_key=row.source_key,
        title=row.title,
        text=row.text,
        lang=row.lang,
        url=row.url,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
        expires_at=row.expires_at,
        point=(row.lat, row.lon) if row.lat is not None and row.lon is not None else None,
    )


def _upsert(connection: Connection, wijk: str, batches: Sequence[Sequence[NewItem]]) -> list[Saved]:
    known = _known(connection, [new.item.item_id for items in batches for new in items])
    fresh: dict[str, NewItem] = {}
    changed: dict[str, NewItem] = {}
    saved = []
    for items in batches:
        before = len(fresh), len(changed)
        for new in items:
            known_as = known.get(new.item.item_id)
            if known_as is None:
                fresh.setdefault(new.item.item_id, new)
            elif known_as[1] != new.content_hash:
                changed[new.item.item_id] = new
        counts = len(fresh) - before[0], len(changed) - before[1]
        saved.append(Saved(*counts, len(items) - sum(counts)))
    if changed:
        numbers = [{"n": known[item_id][0]} for item_id in changed]
        connection.execute(_UNINDEX, numbers)
        _write_rows(connection, wijk, changed.values())
        connection.execute(_INDEX_ONE, numbers)
    if fresh:
        last = connection.execute(_LAST).scalar_one()
        _write_rows(connection, wijk, fresh.values())
        connection.execute(_INDEX_NEW, {"n": last})
        connection.execute(_BEGIN_LAG, {"n": last})
    return saved


def _known(connection: Connection, item_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    if not item_ids:
        return {}
    found = connection.execute(_FIND, {"ids": json.dumps(item_ids)})
    return {item_id: (n, content_hash) for item_id, n, content_hash in found}


def _write_statement() -> Insert:
    new = insert(ItemRow)
    # A pseudonym and its sealed author stay under the key of the week in which they were made.
    update = {name: new.excluded[name] for name in _REPLACED} | {"changed_at": new.excluded.fetched_at}
    return new.on_conflict_do_update(index_elements=["item_id"], set_=update)


# Made once: making a statement costs more than running it.
_WRITE = _write_statement()


def _write_rows(connection: Connection, wijk: str, items: Iterable[NewItem]) -> None:
    connection.execute(_WRITE, [_row(wijk, one) for one in items])


def _row(wijk: str, new: NewItem) -> dict[str, object]:
    item = new.item
    return {
        "item_id": item.item_id,
        "wijk": wijk,
        "source_key": item.source_key,
        "title": item.title,
        "text": item.text,
        "lang": item.lang,
        "url": item.url,
        "pseudonym": new.pseudonym,
        "key_week": new.key_week,
        "sealed": new.sealed,
        "published_at": item.published_at,
        "fetched_at": item.fetched_at,
        "expires_at": item.expires_at,
        "lat": item.point[0] if item.point else None,
        "lon": item.point[1] if item.point else None,
        "content_hash": new.content_hash,
        "retention_class": new.retention_class,
        "erase_after": new.erase_after,
    }
