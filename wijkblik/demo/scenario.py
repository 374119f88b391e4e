"""A scenario's items, and how they stand at a moment (contract: a scenario folder)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import isodate
from babel.dates import format_date
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from wijkblik.errors import ScenarioError
from wijkblik.models.wijk import PUBLISHER
from wijkblik.settings import ScenarioAt

_DATE = re.compile(r"\{date:([+-]?P[^}]*)\}")


def _offset(value: str) -> str:
    try:
        isodate.parse_duration(value)
    except (isodate.ISO8601Error, ValueError) as error:
        raise ValueError("this is no ISO 8601 duration such as -PT3H20M") from error
    return value


Offset = Annotated[str, AfterValidator(_offset)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Line):
    """A later version of an item."""

    at: Offset
    title: str | None = None
    text: str | None = None


class ScenarioItem(_Line):
    """One line of items.jsonl."""

    id: str
    source: str
    lang: str
    title: str
    text: str
    url: str
    author: str | None = None
    at: Offset
    changed: tuple[Change, ...] = ()
    withdrawn_at: Offset | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """An item as its source shows it at a moment. Times are aware UTC; `number` is its line's in the folder, from 1."""

    id: str
    number: int
    lang: str
    title: str
    text: str
    url: str
    author: str | None
    published_at: datetime
    updated_at: datetime


class Scenario:
    """The items of a scenario folder, by source. Raises ScenarioError that names file and line."""

    def __init__(self, scenario: ScenarioAt) -> None:
        self.now = scenario.now
        self.sources = scenario.file.sources
        self.items = tuple(read_items(scenario.folder / "items.jsonl", set(self.sources)))
        self._numbers = {item.id: number for number, item in enumerate(self.items, start=1)}

    def listing(self, source: str, as_of: datetime, base: str) -> list[Published]:
        """What a source lists at a moment, newest first. `base` is the publisher's address."""
        return self._of_source(source, as_of, base, withdrawn=False)

    def withdrawn(self, source: str, as_of: datetime, base: str) -> list[Published]:
        """What a source has taken back by then, newest first."""
        return self._of_source(source, as_of, base, withdrawn=True)

    def item_of(self, source: str, item_id: str, as_of: datetime, base: str) -> Published | None:
        """One item of a source as it stands at a moment, whether it is listed then or not."""
        for item in self.items:
            if item.id == item_id and item.source == source:
                return self._published(item, as_of, base)
        return None

    def find(self, path: str, as_of: datetime, base: str) -> tuple[ScenarioItem, Published] | None:
        """The item whose own address has this path, if it is published by then."""
        for item in self.items:
            if item.url.removeprefix(PUBLISHER) == path and self._at(item.at) <= as_of:
                return item, self._published(item, as_of, base)
        return None

    def is_withdrawn(self, item: ScenarioItem, as_of: datetime) -> bool:
        """Whether its author has taken the item back by then."""
        return item.withdrawn_at is not None and self._at(item.withdrawn_at) <= as_of

    def _of_source(self, source: str, as_of: datetime, base: str, *, withdrawn: bool) -> list[Published]:
        shown = [
            self._published(item, as_of, base)
            for item in self.items
            if item.source == source and self._at(item.at) <= as_of and self.is_withdrawn(item, as_of) == withdrawn
        ]
        return sorted(shown, key=lambda item: (item.published_at, item.id), reverse=True)

    def _at(self, offset: str) -> datetime:
        moment: datetime = self.now + isodate.parse_duration(offset)
        return moment

    def _published(self, item: ScenarioItem, as_of: datetime, base: str) -> Published:
        title, text, updated_at = item.title, item.text, self._at(item.at)
        for change in sorted(item.changed, key=lambda change: self._at(change.at)):
            if self._at(change.at) <= as_of:
                title = title if change.title is None else change.title
                text = text if change.text is None else change.text
                updated_at = self._at(change.at)
        return Published(
            id=item.id,
            number=self._numbers[item.id],
            lang=item.lang,
            title=self._with_dates(title, item.lang),
            text=self._with_dates(text, item.lang),
            url=item.url.replace(PUBLISHER, base),
            author=item.author,
            published_at=self._at(item.at),
            updated_at=updated_at,
        )

    def _with_dates(self, text: str, lang: str) -> str:
        def written(found: re.Match[str]) -> str:
            day = (self.now + isodate.parse_duration(found.group(1))).date()
            return format_date(day, "d MMMM" if lang != "en" else "MMMM d", locale=lang)

        return _DATE.sub(written, text)


def read_items(path: Path, sources: set[str]) -> Iterator[ScenarioItem]:
    """The lines of items.jsonl, checked. Raises ScenarioError."""
    seen: set[str] = set()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: it can't be read ({type(error).__name__}).") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = ScenarioItem.model_validate_json(line)
        except ValidationError as error:
            detail = error.errors()[0]
            where = ".".join(str(step) for step in detail["loc"])
            raise ScenarioError(f"{path}:{number}: {where or 'line'}: {detail['msg']}.") from error
        if item.source not in sources:
            raise ScenarioError(
                f"{path}:{number}: source '{item.source}' is not in scenario.yaml. Add it there, or correct the name."
            )
        if item.id in seen:
            raise ScenarioError(f"{path}:{number}: the id '{item.id}' was used before. Give each item its own.")
        seen.add(item.id)
        yield item


def latest_change(items: list[Published], fallback: datetime) -> datetime:
    """When a listing last changed, in whole seconds."""
    return max((item.updated_at for item in items), default=fallback - timedelta(days=30)).replace(microsecond=0)
