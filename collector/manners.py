"""Manners toward hosts: requests kept apart, robots.txt heeded, and a host that wants no request left alone."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from collector import robots
from wijkblik.errors import RateLimitedError, RobotsError
from wijkblik.models.items import Host

Clock = Callable[[], datetime]
ReadRobots = Callable[[], Awaitable[str | None]]


def host_of(url: str) -> str:
    """The host of an address with its port, as hosts are remembered."""
    return urlsplit(url).netloc.lower()


class Manners:
    """What is known of each host, and what it asks of us. `hosts` is by name and port, and grows."""

    def __init__(self, spacing_seconds: float, hosts: Mapping[str, Host], clock: Clock) -> None:
        self.hosts: dict[str, Host] = dict(hosts)
        self._spacing, self._clock = spacing_seconds, clock
        self._last_turn: dict[str, float] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def known(self, url: str) -> Host:
        """What is known of an address's host."""
        return self.hosts.get(host_of(url), Host())

    async def ask_leave(self, url: str, read: ReadRobots) -> None:
        """Return if the host's robots.txt lets us ask `url`; `read` gets the file, once for all who wait for it.

        Raises RobotsError. A file that can't be read now stays as it was known, and is asked for again in an hour.
        """
        if not robots.is_current(self.known(url), self._clock()):
            async with self._asking[host_of(url)]:
                if not robots.is_current(self.known(url), self._clock()):
                    self._learned(url, await read())
        if not robots.allows(self.known(url).robots, url):
            raise RobotsError("robots.txt refuses this address")

    def _learned(self, url: str, content: str | None) -> None:
        known, now = self.known(url), self._clock()
        if content is None:
            known = replace(known, robots_at=now - robots.KEPT + robots.AGAIN_AFTER)
        else:
            known = replace(known, robots=content, robots_at=now)
        self.hosts[host_of(url)] = known

    async def wait_for_turn(self, url: str) -> None:
        """Keep requests to one host apart; the turn is taken before waiting, so that many waiters queue up.

        Raises RateLimitedError if the host wants no request yet.
        """
        self._check_open(url)
        host, now = host_of(url), time.monotonic()
        pause = max(self._spacing, robots.delay(self.known(url).robots))
        turn = max(self._last_turn.get(host, now - pause) + pause, now)
        self._last_turn[host] = turn
        if turn > now:
            await asyncio.sleep(turn - now)
            self._check_open(url)

    def _check_open(self, url: str) -> None:
        closed_until = self.known(url).closed_until
        if closed_until is not None and closed_until > self._clock():
            raise RateLimitedError(429, "this host wants no request yet", retry_at=closed_until)

    def close(self, url: str, until: datetime) -> None:
        """The host wants no request before that moment."""
        self.hosts[host_of(url)] = replace(self.known(url), closed_until=until)
