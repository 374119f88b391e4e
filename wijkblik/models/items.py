"""What collectors hand over, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from wijkblik.models.background import Background
from wijkblik.models.cadence import Rhythm

SourceState = Literal["ok", "quiet", "failing", "blocked", "gone", "off"]
Point = tuple[float, float]
RetentionClass = Literal["usual", "briefing", "assembly"]


@dataclass(frozen=True, slots=True)
class FetchedItem:
    """One entry as a source published it: plain text, no id of ours, author still an opaque string.

    `entry_id` names the entry within its source; times are aware UTC or None where the
    source gives none that can be right. `point` is latitude and longitude (WGS 84) of what
    it is about; after `expires_at` (of a warning) it says nothing any more.
    """

    entry_id: str
    title: str
    text: str
    url: str | None = None
    author: str | None = None
    lang: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a source's answer: a code for the page, a short technical detail, never content."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one visit to a source gave. `unchanged` means that the server or the body's hash said so.

    `cursor` is what the collector wants to be handed at the next visit; None leaves it as it was.
    An incomplete harvest was cut short: its cursor and validators are not kept, so that nothing is missed.
    `blocked` is the code of a refusal that came after what it holds: that is kept, and the source is stopped.
    `listed` is how many entries the listing has, where known ones were left out.
    `ttl_minutes`, `period_minutes`, `skip_hours` (GMT) and `skip_days` (Monday is 0) are the feed's own wishes about when to come;
    `retry_at` is when the server lets us go on, `limited_until` when a used-up allowance is filled again; `hub` and `topic` are where the feed offers to push (WebSub).
    For as long as `again_after` what it brought holds: the source is not asked again before, whatever its rhythm.
    """

    items: tuple[FetchedItem, ...] = ()
    faults: tuple[Fault, ...] = ()
    unchanged: bool = False
    listed: int | None = None
    ttl_minutes: float | None = None
    period_minutes: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    background: tuple[Background, ...] = ()
    cursor: Mapping[str, str] | None = None
    complete: bool = True
    blocked: str = ""
    retry_at: datetime | None = None
    limited_until: datetime | None = None
    again_after: timedelta | None = None
    hub: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """What is remembered of a source between visits. Times are aware UTC, by the wall clock.

    `configured` is the address and the parameters that were configured then, so that a change of
    configuration starts afresh; `asked_url` is the listing's address as it was last asked, `url` where that
    was last found for good; validators and hash belong to it. `hub` and `topic` are its last offer to push. `plan` and `plan_params` say why it is asked
    when it is (a code with its parameters).
    """

    url: str
    configured: str
    state: SourceState = "ok"
    since: datetime | None = None
    reason: str = ""
    asked_url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    cursor: Mapping[str, str] = field(default_factory=dict)
    rhythm: Rhythm = field(default_factory=Rhythm)
    first_checked_at: datetime | None = None
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    plan: str = ""
    plan_params: Mapping[str, str | int | float] = field(default_factory=dict)
    last_item_at: datetime | None = None
    failures: int = 0
    items_seen: int = 0
    hub: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """What is remembered of a host between rounds: its robots.txt (empty: none), and until when it wants no request."""

    robots: str = ""
    robots_at: datetime | None = None
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """The outcome of asking one source once: what came, what was wrong, and what to remember."""

    source_key: str
    harvest: Harvest
    polling: Polling
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item, as the classifier and the page see it. `url` is None for items that persons wrote."""

    item_id: str
    source_key: str
    title: str
    text: str
    lang: str | None
    url: str | None
    published_at: datetime | None
    fetched_at: datetime
    changed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    expires_at: datetime | None = None
    point: Point | None = None

    @property
    def at(self) -> datetime:
        """When it was published, or, where the source does not say, when it was fetched (aware UTC)."""
        return self.published_at or self.fetched_at


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item on its way into the store: masked, its author and address sealed where persons write."""

    item: Item
    content_hash: str
    pseudonym: str | None
    key_week: str | None
    sealed: bytes | None
    retention_class: RetentionClass
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A configured source beside what is remembered of it, for people."""

    key: str
    name: str
    type: str
    collector: str
    polling: Polling
    items: int = 0
    background: int = 0
    faults: tuple[Fault, ...] = field(default=())

    @property
    def needs_attention(self) -> bool:
        """Whether a person has something to do or to look at; not so for a source that a person switched off."""
        if self.polling.state in {"ok", "quiet"}:
            return self.polling.reason == "silent"
        return self.polling.reason != "disabled"
