"""What a host's robots.txt allows us (RFC 9309). Pure: it is handed the file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from wijkblik.models.items import Host

PRODUCT = "Wijkblik"
KEPT = timedelta(hours=24)
"""How long the file may be relied on (RFC 9309, 2.4)."""
AGAIN_AFTER = timedelta(hours=1)
"""When a file that could not be read is asked for again."""
MOST_BYTES = 500 * 1024
"""How much of the file is read (RFC 9309, 2.5)."""
LONGEST_DELAY = 60.0
_LINE = re.compile(r"\s*(user[- ]?agent|allow|dis+al+ow|crawl[- ]?delay)\s*:([^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]+|\*")


def robots_address(url: str) -> str:
    """Where the host of `url` keeps its robots.txt."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def is_current(host: Host, now: datetime) -> bool:
    """Whether what is remembered of a host's robots.txt still counts."""
    return host.robots_at is not None and now - host.robots_at < KEPT


def allows(robots: str, url: str) -> bool:
    """Whether the file lets us ask `url`. No file allows everything."""
    return not robots or _read(robots).can_fetch(url, PRODUCT)


def delay(robots: str) -> float:
    """The seconds between two requests that the file asks for (Crawl-delay, not in the RFC); 0 if none, at most a minute."""
    asked = _read(robots).crawl_delay(PRODUCT) if robots else None
    return min(float(asked or 0), LONGEST_DELAY)


def text(body: bytes) -> str:
    """What the file says to us, as a file of one group; a web page instead of the file, or an empty one, is none.

    Nothing else is kept: remarks name people, and other crawlers' groups can be made to grow without bound.
    """
    content = body[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff").strip()
    if not content or content.startswith("<"):
        return ""
    return "\n".join(["User-agent: *", *_own_rules(content)])


def _own_rules(content: str) -> list[str]:
    """The rules of all groups that name us; of those for everyone if none does (RFC 9309, 2.2.1)."""
    groups: dict[str, list[str]] = {}
    current: set[str] = set()
    in_rules = True
    for line in filter(None, map(_LINE.match, content.splitlines())):
        field, value = line[1].lower(), line[2].strip()
        if field.startswith("user"):
            named = _TOKEN.match(value.lower())
            current = (set() if in_rules else current) | ({named[0]} if named else set())
            current &= {PRODUCT.lower(), "*"}
            for name in current:
                groups.setdefault(name, [])
        else:
            for name in current:
                groups[name].append(f"{field}: {value}")
        in_rules = not field.startswith("user")
    return groups.get(PRODUCT.lower(), groups.get("*", []))


@lru_cache(maxsize=128)
def _read(robots: str) -> Protego:
    return Protego.parse(robots)
