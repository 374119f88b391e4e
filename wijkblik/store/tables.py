"""The schema. Times are aware UTC. Nothing is stored per author, and no column holds one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, Text
from sqlmodel import Field, SQLModel


class Meta(SQLModel, table=True):
    """Facts about the store itself, such as what kind of data it holds."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class SourceRow(SQLModel, table=True):
    """What is remembered of a source between visits (models.items.Polling)."""

    __tablename__ = "source"
    wijk: str = Field(primary_key=True)
    source_key: str = Field(primary_key=True)
    url: str
    configured: str
    state: str
    since: datetime | None = None
    reason: str = ""
    asked_url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    cursor: str = "{}"
    rhythm: str = "{}"
    first_checked_at: datetime | None = None
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    plan: str = ""
    plan_params: str = "{}"
    last_item_at: datetime | None = None
    failures: int = 0
    items_seen: int = 0
    hub: str | None = None
    topic: str | None = None


class HostRow(SQLModel, table=True):
    """What is remembered of a host ("host:port" or host; models.items.Host)."""

    __tablename__ = "host"
    host: str = Field(primary_key=True)
    robots: str = Field(default="", sa_type=Text)
    robots_at: datetime | None = None
    closed_until: datetime | None = None


class FaultRow(SQLModel, table=True):
    """A kind of fault that a source has shown: when first and last, and how often. Never content."""

    __tablename__ = "fault"
    wijk: str = Field(primary_key=True)
    source_key: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    detail: str = ""
    first_at: datetime
    last_at: datetime
    times: int = 1


class ItemRow(SQLModel, table=True):
    """One item. Where persons write, author and address exist only in `sealed`, under the key of `key_week`."""

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_wijk_fetched", "wijk", "fetched_at"), Index("ix_item_erase_after", "erase_after"))
    n: int | None = Field(default=None, primary_key=True)
    item_id: str = Field(unique=True)
    wijk: str
    source_key: str
    title: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    lang: str | None = None
    url: str | None = Field(default=None, sa_type=Text)
    pseudonym: str | None = None
    key_week: str | None = None
    sealed: bytes | None = None
    published_at: datetime | None = None
    fetched_at: datetime
    changed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    expires_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    content_hash: str
    retention_class: str
    erase_after: datetime


class LagRow(SQLModel, table=True):
    """An item's way in time, kept without its content: published, fetched, scored, on a list, before a person's eyes."""

    __tablename__ = "lag"
    __table_args__ = (Index("ix_lag_source", "wijk", "source_key"),)
    item_id: str = Field(primary_key=True)
    wijk: str
    source_key: str
    published_at: datetime | None = None
    fetched_at: datetime
    scored_at: datetime | None = None
    shown_at: datetime | None = None
    opened_at: datetime | None = None


class PlaceRow(SQLModel, table=True):
    """A place of the gazetteer (models.background.GazetteerPlace)."""

    __tablename__ = "gazetteer_place"
    wijk: str = Field(primary_key=True)
    place_id: str = Field(primary_key=True)
    source_key: str
    name: str
    kind: str
    municipality: str
    postcode: str | None = None
    wijk_code: str | None = None
    buurt_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    fetched_at: datetime


class AreaRow(SQLModel, table=True):
    """A municipality, wijk or buurt with its boundary (models.background.Area)."""

    __tablename__ = "area"
    wijk: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    source_key: str
    name: str
    level: str
    parent: str | None = None
    year: int | None = None
    geometry: str = Field(default="", sa_type=Text)
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    fetched_at: datetime


class FigureRow(SQLModel, table=True):
    """One number of an area in a period (models.background.Figure)."""

    __tablename__ = "figure"
    wijk: str = Field(primary_key=True)
    area_code: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    source_key: str
    value: float
    label: str = ""
    fetched_at: datetime


class SubscriptionRow(SQLModel, table=True):
    """A feed's subscription at a hub (models.push.Subscription)."""

    __tablename__ = "subscription"
    wijk: str = Field(primary_key=True)
    source_key: str = Field(primary_key=True)
    path: str = Field(unique=True)
    hub: str
    topic: str
    secret: str
    state: str
    asked_at: datetime
    lease_until: datetime | None = None


class MembershipRow(SQLModel, table=True):
    """Which story an item belongs to, and why."""

    __tablename__ = "membership"
    item_id: str = Field(primary_key=True, foreign_key="item.item_id")
    wijk: str
    story_id: str = Field(index=True)
    reason: str
    similarity: float


class AssessmentRow(SQLModel, table=True):
    """A story's assessment, kept with its parts and the version of the model that made it."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_story", "story_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    wijk: str
    story_id: str
    assessed_at: datetime
    model_version: str
    content_hash: str
    title: str = Field(sa_type=Text)
    lang: str | None = None
    relevance: float
    publishers: int
    words: int
    reasons: list[Any] = Field(sa_type=JSON)
    themes: list[Any] = Field(sa_type=JSON)
    places: list[Any] = Field(sa_type=JSON)
    verification: dict[str, Any] = Field(sa_type=JSON)
    event_start: datetime | None = None
    event_end: datetime | None = None
    event_precision: str | None = None
    outlook: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    urgent: str | None = None
    items: int = 0
    newest_at: datetime | None = None
    resolved: bool = False


class FeedRow(SQLModel, table=True):
    """A day's list as it was shown; a later round of the day makes a new one."""

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_wijk_day", "wijk", "day", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    wijk: str
    day: date
    generated_at: datetime
    items_considered: int
    minutes: float
    content_hash: str


class FeedEntryRow(SQLModel, table=True):
    """A story's place in a stored list, with the assessment that it had then."""

    __tablename__ = "feed_entry"
    feed_id: int = Field(primary_key=True, foreign_key="feed.id")
    rank: int = Field(primary_key=True)
    story_id: str
    assessment_id: int = Field(foreign_key="assessment.id")
    selected_as: str
    shown: bool
    minutes: float
    reasons: list[Any] = Field(default_factory=list, sa_type=JSON)
    change: str | None = None


class ForecastRow(SQLModel, table=True):
    """A story's outlook as it was made at a moment, and how many items came, once known (models.stories.Forecast)."""

    __tablename__ = "forecast"
    __table_args__ = (Index("ix_forecast_open", "wijk", "came"),)
    story_id: str = Field(primary_key=True)
    cut: datetime = Field(primary_key=True)
    wijk: str
    outlook: dict[str, Any] = Field(sa_type=JSON)
    came: int | None = None


class ModelRow(SQLModel, table=True):
    """A version of a wijk's relevance model (models.stories.ModelRecord). Going back adds a row."""

    __tablename__ = "model"
    wijk: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    made_at: datetime
    decisions: int
    last_decision: int = 0
    weights: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    back_to: int | None = None


class CorrectionRow(SQLModel, table=True):
    """What a person put right about a story. Rows are only added; undoing adds one too."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_story", "wijk", "story_id"),)
    id: int | None = Field(default=None, primary_key=True)
    wijk: str
    story_id: str
    kind: str
    value: dict[str, Any] = Field(sa_type=JSON)
    by: str
    at: datetime
    undoes: int | None = Field(default=None, foreign_key="correction.id")


class DecisionRow(SQLModel, table=True):
    """What a person said of a story. Rows are only added; undoing adds one too."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_story", "wijk", "story_id"),)
    id: int | None = Field(default=None, primary_key=True)
    wijk: str
    story_id: str
    action: str
    by: str
    at: datetime
    undoes: int | None = Field(default=None, foreign_key="decision.id")


class AuditRow(SQLModel, table=True):
    """One entry of the tamper-evident log: ids only. `hash` covers the entry and the hash before it."""

    __tablename__ = "audit"
    seq: int = Field(primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: dict[str, Any] = Field(sa_type=JSON)
    previous: str
    hash: str
