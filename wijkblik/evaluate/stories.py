"""Items grouped into stories, without a wijk: only what their texts say (contract: evaluate stories)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from classifier.places import Gazetteer
from classifier.reading import Reader
from classifier.stories import StoryIndex
from wijkblik.errors import EvaluationError
from wijkblik.evaluate.lines import read_lines, write_lines
from wijkblik.models.items import Item
from wijkblik.settings import load_concepts, load_environment, load_themes

LANGUAGES = ("nl", "en", "tr", "ar", "pl")


class ItemLine(BaseModel):
    """One line in."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    title: str = ""
    text: str = ""
    lang: str | None = None
    source: str = ""
    published_at: AwareDatetime


def evaluate_stories(items: Path, to: Path) -> int:
    """Group the items and write `id, story_id` in their order; the number of stories is given back. Raises EvaluationError."""
    lines = read_lines(items, ItemLine)
    if len({line.id for line in lines}) < len(lines):
        raise EvaluationError(items, None, "two lines have the same id")
    story_of = group(lines)
    write_lines(({"id": line.id, "story_id": story_of[line.id]} for line in lines), to)
    return len(set(story_of.values()))


def group(lines: Sequence[ItemLine]) -> dict[str, str]:
    """The story of each line, by id."""
    items = [_item(line) for line in lines]
    items.sort(key=lambda item: (item.at, item.item_id))
    environment = load_environment()
    reader = Reader(
        Gazetteer(),
        load_themes(environment),
        concepts=load_concepts(environment),
        languages=LANGUAGES,
        zone=ZoneInfo("Europe/Amsterdam"),
    )
    return {one.item_id: one.story_id for one in StoryIndex().place(reader.read(items))}


def _item(line: ItemLine) -> Item:
    at = line.published_at.astimezone(UTC)
    return Item(line.id, line.source, line.title, line.text, line.lang, None, at, at)
