"""What every group of queries shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from wijkblik.errors import StoreError

T = TypeVar("T")
BATCH = 500
"""Values in one IN list: below SQLite's oldest limit on parameters."""


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists that fit one query."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


class Queries:
    """A group of queries on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reads_only=True)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(
                f"The database refused ({type(error).__name__}); nothing of this step was kept."
            ) from error

    @contextmanager
    def _read(self) -> Iterator[Session]:
        try:
            with Session(self._reading) as session:
                yield session
        except SQLAlchemyError as error:
            raise StoreError(f"The database could not be read ({type(error).__name__}).") from error
