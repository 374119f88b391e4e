"""Places, boundaries and figures: what is known of a wijk besides news."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import SQLModel, col, func, select

from wijkblik.models.background import Area, Background, Figure, GazetteerPlace
from wijkblik.models.items import Harvest
from wijkblik.store.base import Queries
from wijkblik.store.tables import AreaRow, FigureRow, PlaceRow

_TABLES: dict[type[Background], tuple[type[PlaceRow] | type[AreaRow] | type[FigureRow], tuple[str, ...]]] = {
    GazetteerPlace: (PlaceRow, ("wijk", "place_id")),
    Area: (AreaRow, ("wijk", "code")),
    Figure: (FigureRow, ("wijk", "area_code", "measure", "period")),
}


class Backgrounds(Queries):
    """Reads of `gazetteer_place`, `area` and `figure`."""

    def places(self, wijk: str) -> list[GazetteerPlace]:
        """The gazetteer, by name and id."""
        with self._read() as session:
            rows = session.exec(
                select(PlaceRow).where(PlaceRow.wijk == wijk).order_by(PlaceRow.name, PlaceRow.place_id)
            )
            return [GazetteerPlace(**_of(row, GazetteerPlace)) for row in rows]

    def areas(self, wijk: str) -> list[Area]:
        """Municipality, wijken and buurten, by code."""
        with self._read() as session:
            rows = session.exec(select(AreaRow).where(AreaRow.wijk == wijk).order_by(AreaRow.code))
            return [Area(**_of(row, Area)) for row in rows]

    def figures(self, wijk: str, area_code: str | None = None) -> list[Figure]:
        """The figures of all areas or of one, by area, measure and period."""
        query = select(FigureRow).where(FigureRow.wijk == wijk)
        if area_code is not None:
            query = query.where(FigureRow.area_code == area_code)
        query = query.order_by(FigureRow.area_code, FigureRow.measure, FigureRow.period)
        with self._read() as session:
            return [Figure(**_of(row, Figure)) for row in session.exec(query)]

    def counts(self, wijk: str) -> dict[str, int]:
        """How many records each source brought."""
        found: dict[str, int] = {}
        with self._read() as session:
            for table in (PlaceRow, AreaRow, FigureRow):
                query = select(table.source_key, func.count()).where(table.wijk == wijk).group_by(col(table.source_key))
                for source_key, count in session.exec(query):
                    found[source_key] = found.get(source_key, 0) + count
        return found


def save_background(connection: Connection, wijk: str, source_key: str, harvest: Harvest, at: datetime) -> None:
    """Within a transaction: keep what a source brought; a record that is known is replaced.

    A register that was read to its end is all there is: its places and areas that are in it no more go. Figures of
    earlier periods stay.
    """
    for kind, (table, key) in _TABLES.items():
        rows = {_key(record): _row(record) for record in harvest.background if isinstance(record, kind)}
        if not rows:
            continue
        if harvest.complete and kind is not Figure:
            connection.execute(delete(table).where(col(table.wijk) == wijk, col(table.source_key) == source_key))
        statement = insert(table)
        update = {
            name: statement.excluded[name] for name in [*kind.__slots__, "source_key", "fetched_at"] if name not in key
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=update),
            [row | {"wijk": wijk, "source_key": source_key, "fetched_at": at} for row in rows.values()],
        )


def _key(record: Background) -> str:
    if isinstance(record, Figure):
        return json.dumps([record.area_code, record.measure, record.period])
    return record.place_id if isinstance(record, GazetteerPlace) else record.code


def _row(record: Background) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in type(record).__slots__}
    return row | {"figures": dict(record.figures)} if isinstance(record, Area) else row


def _of(row: SQLModel, kind: type[Background]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.__slots__}
