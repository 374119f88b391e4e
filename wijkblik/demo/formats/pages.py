"""The one mechanism for pages, Link headers and rate limits that all formats use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from wijkblik.demo.formats.base import Answer, Channel, Handler, Request, as_json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window(Generic[T]):
    """A part of a listing: where it starts (from 0), what is in it, and of how many."""

    start: int
    entries: Sequence[T]
    total: int

    @property
    def next_start(self) -> int | None:
        """Where the next part starts; None after the last."""
        after = self.start + len(self.entries)
        return after if self.entries and after < self.total else None


def window(entries: Sequence[T], start: int, size: int) -> Window[T]:
    """At most `size` entries from `start` on."""
    return Window(start, entries[start : start + size], len(entries))


def link_header(**targets: str | None) -> dict[str, str]:
    """A Link header (RFC 8288) of addresses by relation; none at all without an address."""
    links = [f'<{address}>; rel="{relation}"' for relation, address in targets.items() if address]
    return {"Link": ", ".join(links)} if links else {}


class Meter:
    """Counts the requests of fixed stretches of time, says so in X-RateLimit headers, and answers 429 beyond the limit.

    As Mastodon does (docs.joinmastodon.org/api/rate-limits): Reset is an ISO time. By the wall clock, for all clients together.
    """

    def __init__(self, limit: int, seconds: int, clock: Callable[[], float] = time.time) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._lock = threading.Lock()
        self._stretch, self._count = -1, 0

    def __call__(self, handler: Handler) -> Handler:
        """The handler, counted."""

        def counted(channel: Channel, request: Request) -> Answer:
            left, reset = self._one_more()
            answer = as_json({"error": "Too many requests"}, 429) if left < 0 else handler(channel, request)
            headers = {
                "X-RateLimit-Limit": str(self._limit),
                "X-RateLimit-Remaining": str(max(left, 0)),
                "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            }
            return replace(answer, headers={**answer.headers, **headers})

        return counted

    def _one_more(self) -> tuple[int, datetime]:
        with self._lock:
            stretch = int(self._clock() // self._seconds)
            self._count = self._count + 1 if stretch == self._stretch else 1
            self._stretch = stretch
            return self._limit - self._count, datetime.fromtimestamp((stretch + 1) * self._seconds, UTC)
