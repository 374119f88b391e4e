"""Bulk insert with full-text search beside raw sqlite3: `python -m benchmarks.insert`.

The store's own path (`Items.save_visits`, which also looks up what is known and remembers the source) against plain
sqlite3: the same records, schema, indexes and pragmas, `executemany`, and the index of the words (FTS5, external
content) and the lag ledger filled once per batch. In the end both files must hold the same rows.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import texts
from benchmarks.measure import RESULTS, Figure, measured, save
from collector.text import plain
from wijkblik.models.items import Harvest, Item, NewItem, Polling, Visit
from wijkblik.store import Store

WIJK, KIND = "weverij", "benchmark"
NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "cache_size", "temp_store", "mmap_size")
COLUMNS = (
    "item_id", "wijk", "source_key", "title", "text", "lang", "url", "pseudonym", "key_week", "sealed",
    "published_at", "fetched_at", "expires_at", "lat", "lon", "content_hash", "retention_class", "erase_after",
)  # fmt: skip
INSERT = f"INSERT INTO item ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
INDEX = "INSERT INTO item_fts(rowid, title, text) SELECT n, title, text FROM item WHERE n > ?"
BEGIN_LAG = (
    "INSERT INTO lag(item_id, wijk, source_key, published_at, fetched_at) "
    "SELECT item_id, wijk, source_key, published_at, fetched_at FROM item WHERE n > ?"
)
TURNS = 3

Batches = Sequence[Sequence[NewItem]]


def main() -> None:
    """Insert the same items both ways, in turns; the quickest turn of each counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--out", type=Path, default=RESULTS / "insert.json")
    args = parser.parse_args()
    items = list(generated(args.items))
    batches = [items[start : start + args.batch] for start in range(0, len(items), args.batch)]
    figure = ratio(batches)
    title = f"Bulk insert with full-text search, {args.items:,} items in batches of {args.batch:,}, beside raw sqlite3"
    save(args.out, title, "python -m benchmarks.insert", [figure])


def ratio(batches: Batches) -> Figure:
    """The store's processor time over raw sqlite3's. Raises AssertionError if what is stored differs."""
    ours, theirs = [], []
    for _ in range(TURNS):
        with tempfile.TemporaryDirectory(prefix="wijkblik-insert-") as folder:
            store_file, raw_file = Path(folder) / "store" / "wijkblik.db", Path(folder) / "raw" / "wijkblik.db"
            ours.append(_insert_by_store(store_file, batches))
            theirs.append(_insert_raw(raw_file, batches))
            assert _content(store_file) == _content(raw_file), "both ways store the same"
    per_item = 1e6 / sum(len(batch) for batch in batches)
    detail = f"{min(ours) * per_item:.3g} µs against {min(theirs) * per_item:.3g} µs an item"
    return Figure("processor time, the store's over sqlite3's", min(ours) / min(theirs), "×", 1.3, detail=detail)


def generated(count: int) -> Iterator[NewItem]:
    """Invented items as they come out of intake."""
    for n in range(count):
        dice = random.Random(n)
        title, text = texts.title(dice), plain(texts.body(dice))
        item = Item(
            item_id=f"i-{hashlib.sha256(str(n).encode()).hexdigest()[:20]}",
            source_key=f"bron{n // 30}",
            title=title,
            text=text,
            lang="nl",
            url=f"https://bron{n // 30}.example/bericht/{n}",
            published_at=NOW - timedelta(minutes=n),
            fetched_at=NOW,
        )
        yield NewItem(
            item=item,
            content_hash=hashlib.sha256(f"{title}{text}".encode()).hexdigest(),
            pseudonym=None,
            key_week=None,
            sealed=None,
            retention_class="usual",
            erase_after=NOW + timedelta(days=14),
        )


def _insert_by_store(file: Path, batches: Batches) -> float:
    visit = Visit("bron", Harvest(), Polling("https://bron.example", "https://bron.example", checked_at=NOW))
    with Store(f"sqlite:///{file}", KIND) as store:

        def insert() -> None:
            for batch in batches:
                store.items.save_visits(WIJK, [(visit, batch)], NOW)

        return measured(insert)[1].cpu


def _insert_raw(file: Path, batches: Batches) -> float:
    with Store(f"sqlite:///{file}", KIND) as store, store.engine.connect() as same:
        pragmas = {name: same.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for name, value in pragmas.items():
            raw.execute(f"PRAGMA {name} = {value}")

        def insert() -> None:
            for batch in batches:
                raw.execute("BEGIN IMMEDIATE")
                last = raw.execute("SELECT coalesce(max(n), 0) FROM item").fetchone()
                raw.executemany(INSERT, map(_row, batch))
                raw.execute(INDEX, last)
                raw.execute(BEGIN_LAG, last)
                raw.execute("COMMIT")

        return measured(insert)[1].cpu


def _row(new: NewItem) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    item, (lat, lon) = new.item, new.item.point or (None, None)
    return (
        item.item_id, WIJK, item.source_key, item.title, item.text, item.lang, item.url, new.pseudonym, new.key_week,
        new.sealed, _moment(item.published_at), _moment(item.fetched_at), _moment(item.expires_at), lat, lon,
        new.content_hash, new.retention_class, _moment(new.erase_after),
    )  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    """As the store writes times in SQLite: UTC without saying so."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds") if at else None


def _content(file: Path) -> str:
    """A digest of all items with their lag, and of what a word leads to."""
    queries = (
        "SELECT * FROM item ORDER BY n",
        "SELECT * FROM lag ORDER BY item_id",
        "SELECT rowid FROM item_fts WHERE item_fts MATCH 'weverspark' ORDER BY rowid",
    )
    with closing(sqlite3.connect(file)) as connection:
        rows = [connection.execute(query).fetchall() for query in queries]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


if __name__ == "__main__":
    main()
