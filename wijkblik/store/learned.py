"""What was learned: versions of a wijk's relevance model, and outlooks with how they came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col, select

from wijkblik.models.stories import Forecast, ModelRecord, Outlook
from wijkblik.store.base import Queries
from wijkblik.store.tables import ForecastRow, ModelRow


class Learned(Queries):
    """Reads and writes of `model` and `forecast`."""

    def add_model(self, wijk: str, record: ModelRecord) -> None:
        """Keep a version. Earlier ones stay."""
        with self._write() as connection:
            connection.execute(insert(ModelRow).values({"wijk": wijk} | asdict(record)))

    def models(self, wijk: str) -> list[ModelRecord]:
        """The versions, newest first."""
        with self._read() as session:
            rows = session.exec(select(ModelRow).where(ModelRow.wijk == wijk).order_by(col(ModelRow.version).desc()))
            return [
                ModelRecord(row.version, row.made_at, row.decisions, row.last_decision, row.weights, row.back_to)
                for row in rows
            ]

    def add_forecasts(self, wijk: str, forecasts: Iterable[Forecast]) -> None:
        """Keep outlooks; one that is known for the same story and moment stays as it is."""
        rows = [
            {"wijk": wijk, "story_id": one.story_id, "cut": one.cut, "outlook": asdict(one.outlook), "came": one.came}
            for one in forecasts
        ]
        if rows:
            with self._write() as connection:
                connection.execute(insert(ForecastRow).on_conflict_do_nothing(), rows)

    def open_forecasts(self, wijk: str, before: datetime) -> list[Forecast]:
        """The outlooks made before a moment whose outcome is not known yet."""
        with self._read() as session:
            query = select(ForecastRow).where(ForecastRow.wijk == wijk, col(ForecastRow.came).is_(None))
            return [_to_forecast(row) for row in session.exec(query.where(ForecastRow.cut <= before))]

    def forecasts(self, wijk: str, since: datetime) -> list[Forecast]:
        """The outlooks made since a moment, oldest first."""
        with self._read() as session:
            query = select(ForecastRow).where(ForecastRow.wijk == wijk, ForecastRow.cut >= since)
            query = query.order_by(col(ForecastRow.cut), col(ForecastRow.story_id))
            return [_to_forecast(row) for row in session.exec(query)]

    def score(self, came: Mapping[tuple[str, datetime], int]) -> None:
        """Note how many items came, by story and moment of the outlook."""
        with self._write() as connection:
            for (story_id, cut), count in came.items():
                one = update(ForecastRow).where(col(ForecastRow.story_id) == story_id, col(ForecastRow.cut) == cut)
                connection.execute(one.values(came=count))


def _to_forecast(row: ForecastRow) -> Forecast:
    return Forecast(row.story_id, row.cut, Outlook(**row.outlook), row.came)
