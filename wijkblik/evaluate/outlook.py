"""Outlooks for stories up to a cut (contract: evaluate outlook)."""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from classifier.outlook import forecast
from wijkblik.evaluate.lines import read_lines, write_lines


class StoryLine(BaseModel):
    """One line in: the moments of a story's items before `cut`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    story_id: str
    published_at: tuple[AwareDatetime, ...]
    cut: AwareDatetime
    horizon_hours: float = Field(gt=0)


def evaluate_outlook(stories: Path, to: Path) -> int:
    """Write `story_id, low, median, high` for each line; their number is given back. Raises EvaluationError."""
    lines = read_lines(stories, StoryLine)
    found = ((line.story_id, forecast(line.published_at, line.cut, line.horizon_hours)) for line in lines)
    write_lines(
        ({"story_id": story_id, "low": one.low, "median": one.median, "high": one.high} for story_id, one in found), to
    )
    return len(lines)
