"""The feed's JSON (contract, schema version 1). docs/feed-json.md explains it for people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wijkblik.models.stories import SelectedAs, Status
from wijkblik.models.wijk import SourceType

Probability = Annotated[float, Field(ge=0, le=1)]


class Json(BaseModel):
    """A part of the contract: no unknown keys."""

    model_config = ConfigDict(extra="forbid")


class JsonReason(Json):
    code: str
    label: str
    value: float = Field(description="log-odds; sigmoid of the sum over all reasons is the relevance")


class JsonPlace(Json):
    name: str
    confidence: Probability


class JsonEvidence(Json):
    code: str
    label: str
    items: list[str] = Field(description="item ids that show it")


class JsonVerification(Json):
    status: Status
    fake_probability: Probability | None
    band: tuple[Probability, Probability] | None
    evidence: list[JsonEvidence]
    decided_by: str


class JsonOutlook(Json):
    low: float
    median: float
    high: float
    horizon_hours: float
    few_data: bool


class JsonItem(Json):
    item_id: str
    url: str | None = Field(description="null for items of type social until a reveal")
    source: str
    type: SourceType
    lang: str | None
    published_at: datetime | None


class JsonStory(Json):
    story_id: str
    rank: Annotated[int, Field(ge=1)]
    title: str
    lang: str | None
    relevance: Probability
    reasons: list[JsonReason]
    themes: list[str]
    places: list[JsonPlace]
    verification: JsonVerification
    outlook: JsonOutlook | None
    urgent: bool
    first_published_at: datetime | None
    first_fetched_at: datetime
    items: list[JsonItem]
    selected_as: SelectedAs


class BelowLine(Json):
    count: Annotated[int, Field(ge=0)]


class FeedJson(Json):
    """One day's feed of one wijk."""

    schema_version: Literal[1] = 1
    wijk: str
    date: date
    generated_at: datetime
    items_considered: Annotated[int, Field(ge=0)]
    minutes: float
    stories: list[JsonStory]
    below_line: BelowLine
