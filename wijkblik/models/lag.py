"""How late things reach a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Step = Literal["fetched", "scored", "shown", "opened"]
STEPS: tuple[Step, ...] = ("fetched", "scored", "shown", "opened")


@dataclass(frozen=True, slots=True)
class Lag:
    """One item's way in time (aware UTC). `was_there`: it was published before its source was first asked."""

    source_key: str
    published_at: datetime | None
    fetched_at: datetime
    scored_at: datetime | None
    shown_at: datetime | None
    opened_at: datetime | None
    was_there: bool


@dataclass(frozen=True, slots=True)
class LagSummary:
    """A source's delays since publication, in seconds: median and 90th percentile of each step, and of how many items.

    `backlog` counts the items that stood there before the source was first asked; `only_backlog` says that there are no
    others, so that the delays are of those.
    """

    source_key: str
    items: int
    backlog: int
    only_backlog: bool
    median: dict[Step, float]
    p90: dict[Step, float]
