"""What a collector is: a module with `kind`, a pure `parse` and an `async collect`.

A new kind of source is one such module, one entry-point line (group
`wijkblik.collectors`) and one sample with its expected result.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wijkblik.models.items import Harvest
from wijkblik.models.wijk import Source


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP answer, decompressed and within the limits. Times are aware UTC.

    `moved_to` is where permanent redirects alone led; `unchanged` holds for a 304
    and for a body whose hash is the remembered one.
    """

    url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    fresh_until: datetime | None = None
    moved_to: str | None = None
    unchanged: bool = False


class Fetch(Protocol):
    """How a collector reads an address: limits, manners and conditional requests are taken care of."""

    async def __call__(self, url: str) -> Page:
        """The page at `url`. Raises a CollectError."""
        ...


class Collector(Protocol):
    """The face of a collector module."""

    @property
    def kind(self) -> str:
        """The name that `collector:` has in wijk.yaml."""
        ...

    def parse(self, body: bytes, source: Source, content_type: str = "") -> Harvest:
        """The items in a body, without touching anything. Raises ParseError if it is another format."""
        ...

    async def collect(self, source: Source, fetch: Fetch) -> Harvest:
        """What the source has now. Raises a CollectError."""
        ...
