"""What a person configures: a wijk, its places, sources and rules, the themes and the weights."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import isodate
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from wijkblik.models.stories import Action, Change

SourceType = Literal["official", "news", "community", "residents", "service", "reports", "satire", "social"]


class Config(BaseModel):
    """A frozen piece of configuration in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _resolve_date(value: Any, info: ValidationInfo) -> Any:
    """An offset such as P60D counts from the scenario's now; outside a scenario only ISO dates are dates."""
    if not isinstance(value, str) or not value.lstrip("+-").startswith("P"):
        return value
    now: datetime | None = (info.context or {}).get("scenario_now")
    if now is None:
        raise ValueError("an offset from now is only known in a scenario; write a date such as 2027-02-01")
    try:
        moved = now + isodate.parse_duration(value)
    except (isodate.ISO8601Error, OverflowError) as error:
        raise ValueError("this is no ISO 8601 duration such as P60D") from error
    return moved.date()


ConfigDate = Annotated[date, BeforeValidator(_resolve_date)]
PUBLISHER = "{publisher}"
"""Stands in a scenario's addresses for wherever its publisher listens."""
KEY_NAMED = r"^\$\{(WIJKBLIK_KEY_[A-Z0-9_]{1,60})\}$"
"""How a source's parameter names the environment variable that holds an application's key; the key itself is not written down."""

Weight = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Place(Config):
    """A place of the wijk. `also_in` names other towns that have a place of this name."""

    name: Text
    kind: str = "place"
    nicknames: tuple[Text, ...] = ()
    postcode: Annotated[str, Field(pattern=r"^[1-9][0-9]{3} ?[A-Z]{2}$")] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    also_in: tuple[Text, ...] = ()


class Rule(Config):
    """A word or phrase that a person added, with its weight in log-odds and the day it ends."""

    text: Text
    kind: Literal["keyword"] = "keyword"
    weight: Annotated[float, Field(ge=-5, le=5, allow_inf_nan=False)]
    expires: ConfigDate


class Source(Config):
    """One public feed or API query. `organisation` is the publisher; null only where persons write (social)."""

    key: Key
    name: Text
    collector: Key
    url: Text | None = None
    query: dict[str, Any] = Field(default_factory=dict)
    type: SourceType
    organisation: Text | None = None
    language: Language | None = None
    terms_checked_at: ConfigDate | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _names_its_publisher(self) -> Source:
        if self.type == "social" and self.organisation is not None:
            raise ValueError(
                "a source of type social has no organisation: persons write there; use 'organisation: null'"
            )
        if self.type != "social" and self.organisation is None:
            raise ValueError(
                f"a source of type {self.type} names its publisher; add 'organisation: ...' or use type social"
            )
        if self.url is None and not self.query:
            raise ValueError("a source needs a 'url' or a 'query'")
        return self

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        in_scenario = (info.context or {}).get("scenario_now") is not None
        if (
            value is None
            or value.startswith(("http://", "https://"))
            or (in_scenario and value.startswith(PUBLISHER + "/"))
        ):
            return value
        raise ValueError(f"'{value[:80]}' is no web address; it starts with http:// or https://")


class Wijk(Config):
    """One neighbourhood's configuration (contract: wijk.yaml, schema 1)."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Text
    municipality: Text
    description: str = ""
    timezone: str = "Europe/Amsterdam"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    contact: Text
    call_route: str | None = None
    places: Annotated[tuple[Place, ...], Field(min_length=1)]
    elsewhere: tuple[Text, ...] = ()
    themes: dict[str, Weight] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    exclusions: tuple[Text, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    purpose: str = ""
    legal_basis: str = ""
    owner: str = ""
    review_date: ConfigDate | None = None

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is no IANA time zone; use a name such as Europe/Amsterdam")
        return value

    @field_validator("sources")
    @classmethod
    def _source_keys_are_unique(cls, value: tuple[Source, ...]) -> tuple[Source, ...]:
        seen: set[str] = set()
        for source in value:
            if source.key in seen:
                raise ValueError(f"two sources have the key '{source.key}'; give each its own")
            seen.add(source.key)
        return value

    @property
    def unfounded(self) -> tuple[str, ...]:
        """The keys without which nothing may be collected and that are missing or empty (Wpg art. 3)."""
        return tuple(key for key in ("purpose", "legal_basis", "owner", "review_date") if not getattr(self, key))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days and of source times that name none."""
        return ZoneInfo(self.timezone)

    def source(self, key: str) -> Source | None:
        """The source of that key, or None if it is no longer configured."""
        return next((source for source in self.sources if source.key == key), None)


class Theme(Config):
    """A theme of the taxonomy: names for the page, a default weight, and words per language.

    A word may start or end with `*` (any letters) and may be a phrase.
    """

    label: dict[Language, Text]
    weight: Weight = 1.0
    words: dict[Language, tuple[Text, ...]]


class FetchLimits(Config):
    """Bounds of every request: seconds, bytes and counts."""

    connect_seconds: float = Field(gt=0)
    read_seconds: float = Field(gt=0)
    total_seconds: float = Field(gt=0)
    body_bytes: int = Field(gt=0)
    redirects: int = Field(ge=0)
    spacing_seconds: float = Field(ge=0)
    connections: int = Field(gt=0)
    items_per_answer: int = Field(gt=0)
    pages_per_visit: int = Field(gt=0)
    look_back_days: int = Field(gt=0, le=365)


class Cadence(Config):
    """How often sources are asked, before their own limits apply.

    `requests_per_day` is what a source may cost on average, over all sources of a wijk. A source that is not known yet
    is asked every `usual_minutes`; none is asked more often than `shortest_minutes` or less often than `longest_minutes`.
    """

    requests_per_day: float = Field(gt=0)
    shortest_minutes: float = Field(gt=0)
    usual_minutes: float = Field(gt=0)
    longest_minutes: float = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Cadence:
        if not self.shortest_minutes <= self.usual_minutes <= self.longest_minutes:
            raise ValueError("use shortest_minutes <= usual_minutes <= longest_minutes")
        return self


class Retention(Config):
    """Days that an item is kept, by class."""

    usual_days: int = Field(gt=0, le=365)
    briefing_days: int = Field(gt=0, le=365)
    assembly_days: int = Field(gt=0, le=365)


class RelevanceWeights(Config):
    """Log-odds that each kind of reason adds to a story's relevance."""

    base: float
    place: float
    wijk_named: float
    elsewhere: float
    no_place: float
    theme: float
    second_theme: float
    source: dict[SourceType, float]
    publishers: float
    items: float
    exclusion: float


class PriorityWeights(Config):
    """Log-odds that what matters now adds to a story's relevance, for its place on the day's list.

    `starts_soon` is for what starts this minute; `growth` is per natural logarithm of the items expected tomorrow;
    `change` is what happened since the last shift; `alike` is taken off for each story above of the same place and theme.
    """

    age_per_day: float
    starts_soon: float
    growth: float
    urgent: float
    alike: float
    change: dict[Change, float]
    decided: dict[Action, float]


class FeedBudget(Config):
    """The desk-time budget (minutes), the sample's share, places for the uncertain, and how reading time is estimated."""

    minutes: float = Field(gt=0)
    uncertain: int = Field(ge=0)
    sample_share: float = Field(ge=0, le=0.5)
    words_per_minute: float = Field(gt=0)
    seconds_per_story: float = Field(ge=0)
    window_days: int = Field(gt=0)


class Defaults(Config):
    """configs/defaults.yaml: what holds for every wijk."""

    fetch: FetchLimits
    cadence: Cadence
    retention: Retention
    relevance: RelevanceWeights
    priority: PriorityWeights
    feed: FeedBudget
