"""The only place with queries. `Store` holds one table group each.

sources    what is remembered of each source, and its faults
hosts      robots.txt and closed hours of hosts
items      items and their full-text index
lag        when items were published, fetched, scored, shown and opened
background places, boundaries and figures
stories    which item belongs to which story, and assessments
feeds      the daily lists as shown
decisions  what people said
corrections    what people put right
learned    versions of the relevance model, and outlooks with how they came out
log        the raw rows of the audit log (wijkblik.audit writes them)
subscriptions  feeds that a hub pushes
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from wijkblik.store.background import Backgrounds
from wijkblik.store.corrections import Corrections
from wijkblik.store.database import open_database
from wijkblik.store.decisions import Decisions
from wijkblik.store.feeds import Feeds
from wijkblik.store.hosts import Hosts
from wijkblik.store.items import Items
from wijkblik.store.lag import Lags
from wijkblik.store.learned import Learned
from wijkblik.store.log import Log
from wijkblik.store.sources import Sources
from wijkblik.store.stories import Stories
from wijkblik.store.subscriptions import Subscriptions

__all__ = ["Store"]


class Store:
    """An open database on the newest schema; `kind` says what data it may hold."""

    def __init__(self, url: str, kind: str) -> None:
        self.engine = open_database(url, kind)
        self.sources = Sources(self.engine)
        self.hosts = Hosts(self.engine)
        self.items = Items(self.engine)
        self.lag = Lags(self.engine)
        self.background = Backgrounds(self.engine)
        self.stories = Stories(self.engine)
        self.feeds = Feeds(self.engine)
        self.decisions = Decisions(self.engine)
        self.corrections = Corrections(self.engine)
        self.learned = Learned(self.engine)
        self.log = Log(self.engine)
        self.subscriptions = Subscriptions(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()
