"""Stories, their assessments with reasons, what people decided, and the daily feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from wijkblik.models.items import Item

Status = Literal["unverified", "corroborated", "officially_confirmed", "contradicted", "known_false", "satire"]
FLAGGED: frozenset[Status] = frozenset({"contradicted", "known_false", "satire"})
Action = Literal["relevant", "not_relevant", "briefing", "done"]
CorrectionKind = Literal["place", "themes", "status", "merge", "split"]
Change = Literal["new", "grown", "resolved", "corrected"]
SelectedAs = Literal["ranked", "uncertain", "sample"]
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score, in log-odds: a code and parameters that the locale turns into words."""

    code: str
    value: float
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for or against a story, with the ids of the items that show it."""

    code: str
    items: tuple[str, ...]
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place that a text names. `name` is a configured name; confidence is 0..1; `reason` is a code."""

    name: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class EventTime:
    """When what a text names takes place (aware UTC), known to the minute, the part of the day, or the day.

    `end` is the last moment that the words allow, such as midnight for a day.
    """

    start: datetime
    end: datetime
    precision: Literal["minute", "part", "day"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many more items a story may get within `horizon_hours`: an 80 % range and its middle.

    `per_hour` is how many came per hour lately; `acceleration` is the change of that per hour. With few data the range
    says more of stories in general than of this one.
    """

    low: float
    median: float
    high: float
    horizon_hours: float
    few_data: bool
    per_hour: float = 0.0
    acceleration: float = 0.0


@dataclass(frozen=True, slots=True)
class Verification:
    """A proposed status with its evidence. No probability and no band means abstention."""

    status: Status
    fake_probability: float | None
    band: tuple[float, float] | None
    evidence: tuple[Evidence, ...] = ()
    decided_by: str = "model"


@dataclass(frozen=True, slots=True)
class Story:
    """Items about the same happening, oldest first."""

    story_id: str
    items: tuple[Item, ...]

    def is_over(self, now: datetime) -> bool:
        """Whether all of it has expired, such as a warning whose time is past."""
        return all(item.expires_at is not None and item.expires_at <= now for item in self.items)


@dataclass(frozen=True, slots=True)
class Membership:
    """That an item belongs to a story, and why (a code)."""

    item_id: str
    story_id: str
    reason: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the models say of a story. sigmoid(sum of reasons) is the relevance, to 1e-6."""

    story_id: str
    title: str
    lang: str | None
    relevance: float
    reasons: tuple[Reason, ...]
    themes: tuple[str, ...]
    places: tuple[PlaceMatch, ...]
    verification: Verification
    publishers: int
    words: int
    model_version: str
    event: EventTime | None = None
    outlook: Outlook | None = None
    urgent: str | None = None
    """The code of why it can't wait, such as missing_child; None where it can."""
    items: int = 0
    newest_at: datetime | None = None
    resolved: bool = False
    """Whether someone who can know says that it is over."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A story's place in a day's list; `minutes` is its estimated reading time.

    `reasons` are the parts of its priority, in log-odds; `change` is what happened to it since the last shift.
    """

    story_id: str
    rank: int
    selected_as: SelectedAs
    shown: bool
    minutes: float
    reasons: tuple[Reason, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a story. Undoing is a decision of its own; nothing is overwritten."""

    decision_id: int
    story_id: str
    action: Action | Literal["undo"]
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person put right about a story, which models then leave alone. Undoing is a correction of its own.

    `value` by kind: place {"name": a configured name or null for "not here"}; themes {"themes": [keys]};
    status {"status", "link"}; merge {"into": story id, "items": [ids]}; split {"into": story id, "items": [ids]}.
    """

    correction_id: int
    story_id: str
    kind: CorrectionKind | Literal["undo"]
    value: Params
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A stored outlook: made at `cut` for a story, and how many items then came, once the time has passed."""

    story_id: str
    cut: datetime
    outlook: Outlook
    came: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A version of a wijk's relevance model: how many decisions it was learned from, and the number of the last there was.

    `weights` are those of named traits in log-odds, for people to read. With `back_to` it goes back to that version:
    decisions after that one, up to this one's last, teach nothing any more. The model itself is made anew from what is
    decided, so nothing of a story's text is kept for it.
    """

    version: int
    made_at: datetime
    decisions: int
    last_decision: int
    weights: Params = field(default_factory=dict)
    back_to: int | None = None


@dataclass(frozen=True, slots=True)
class FeedStory:
    """A story as a feed shows it: its entry, its assessment then, its items, and what was last decided."""

    entry: FeedEntry
    assessment: Assessment
    items: tuple[Item, ...]
    first_fetched_at: datetime
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class DailyFeed:
    """The stored, ranked list of one day. Stories below the line are there too, marked by `entry.shown`."""

    feed_id: int
    wijk: str
    day: date
    generated_at: datetime
    items_considered: int
    minutes: float
    stories: tuple[FeedStory, ...]
