"""What collectors hand over, and what is stored of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SourceState = Literal["ok", "quiet", "failing", "blocked", "gone", "off"]
RetentionClass = Literal["usual", "briefing", "assembly"]


@dataclass(frozen=True, slots=True)
class FetchedItem:
    """One entry as a source published it: plain text, no id of ours, author still an opaque string.

    `entry_id` names the entry within its source; times are aware UTC or None where the
    source gives none that can be right.
    """

    entry_id: str
    title: str
    text: str
    url: str | None = None
    author: str | None = None
    lang: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a source's answer: a code for the page, a short technical detail, never content."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one visit to a source gave. `unchanged` means that the server or the body's hash said so."""

    items: tuple[FetchedItem, ...] = ()
    faults: tuple[Fault, ...] = ()
    unchanged: bool = False
    ttl_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """What is remembered of a source between visits. Times are aware UTC, by the wall clock.

    `url` is where it was last found for good; `configured_url` is the address that was
    configured then, so that a change of configuration starts afresh.
    """

    url: str
    configured_url: str
    state: SourceState = "ok"
    since: datetime | None = None
    reason: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    last_item_at: datetime | None = None
    failures: int = 0
    items_seen: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """The outcome of asking one source once: what came, what was wrong, and what to remember."""

    source_key: str
    harvest: Harvest
    polling: Polling
    seconds: float = 0.0
    asked: bool = True


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
    faults: tuple[Fault, ...] = field(default=())
