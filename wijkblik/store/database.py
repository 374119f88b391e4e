"""Opening the database: pragmas, migrations, and what kind of data it holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from wijkblik.errors import ConfigError, ForeignDataError, Mistake, StoreError
from wijkblik.migrations import NEWEST
from wijkblik.store.tables import Meta


def open_database(url: str, kind: str) -> Engine:
    """An engine on an up-to-date schema that holds data of `kind`.

    Raises ConfigError for a URL that is not SQLite's, ForeignDataError when the store
    holds another kind of data, StoreError when the file can't be used.
    """
    folder = _folder(url)
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediately)
    try:
        migrate(engine)
        _claim(engine, kind, folder)
    except SQLAlchemyError as error:
        raise StoreError(
            f"The database in {folder} can't be used ({type(error).__name__}). Is it a Wijkblik database, and may it be written?"
        ) from error
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, up or down. A schema that is there already costs one small read."""
    if revision == "head" and _is_newest(engine):
        return
    # Alembic is as large as the rest of the store; an up-to-date one never loads it.
    from wijkblik.store.migrating import move

    move(engine, revision)


def _is_newest(engine: Engine) -> bool:
    with engine.execution_options(reads_only=True).begin() as connection:
        made = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first()
        if made is None:
            return False
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEWEST


def erase_all(url: str) -> None:
    """Empty a store that is not open, its schema included; the next to open it starts afresh."""
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediately)
    try:
        migrate(engine, "base")
    finally:
        engine.dispose()


def _folder(url: str) -> Path:
    mistake = "Use sqlite:////absolute/path/wijkblik.db, or leave it out"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            [Mistake("environment", None, "WIJKBLIK_DATABASE_URL", "this is no database URL", mistake)]
        ) from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ConfigError(
            [Mistake("environment", None, "WIJKBLIK_DATABASE_URL", "only a SQLite file is supported", mistake)]
        )
    return Path(parsed.database).absolute().parent


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own implicit BEGIN would come too late for the WAL switch and too weak for writers.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: Any) -> None:
    # Readers in WAL mode don't wait for writers; only a transaction that may write takes the lock at once.
    mode = "DEFERRED" if connection.get_execution_options().get("reads_only") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")


def _claim(engine: Engine, kind: str, folder: Path) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Meta).values(key="kind", value=kind).on_conflict_do_nothing())
        held = connection.execute(select(Meta.value).where(Meta.key == "kind")).scalar_one()  # type: ignore[call-overload]
    if held != kind:
        engine.dispose()
        raise ForeignDataError(
            f"The database in {folder} holds data of another kind ({held}) than asked for ({kind}). "
            "Demonstration and real data never share a store: set WIJKBLIK_DATA or WIJKBLIK_DATABASE_URL to another place.",
            folder,
        )
