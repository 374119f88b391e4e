"""What is remembered of a hub that pushes a feed (WebSub)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SubscriptionState = Literal["asked", "active", "denied"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at one hub. Moments are aware UTC, by the wall clock.

    `path` is the last part of our callback's address and nobody's but the hub's; with `secret` the hub signs what it
    pushes. `asked_at` is when the hub was last asked, `lease_until` until when it promised to push.
    """

    source_key: str
    path: str
    hub: str
    topic: str
    secret: str
    state: SubscriptionState
    asked_at: datetime
    lease_until: datetime | None = None
