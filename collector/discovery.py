"""What a web page says of its feeds and terms, and which kind of source an answer is. All pure.

Feed autodiscovery: the `link` element with rel="alternate" (HTML Living Standard, 4.6.7.1; RSS Advisory Board).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from collector.base import Collector
from collector.registry import collectors
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}
MOST_CHARACTERS = 1_000_000
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)
_TERMS = re.compile(
    r"gebruiks?voorwaarden|voorwaarden|terms|disclaimer|copyright|auteursrecht|open data|licen[cs]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that a page offers."""

    url: str
    title: str = ""


@dataclass(slots=True)
class WebPage:
    """What we look for in a web page: its title, the feeds it offers in its own order, and where its terms stand."""

    title: str = ""
    feeds: list[Offer] = field(default_factory=list)
    terms: str | None = None


def is_web_page(body: bytes, content_type: str) -> bool:
    """Whether an answer is a page for people, and no listing."""
    return "html" in content_type.lower().partition(";")[0] or bool(_HTML.search(body[:2048]))


def read_page(body: bytes, url: str) -> WebPage:
    """The page at `url`. Whatever is broken in it is passed over."""
    reader = _Reader(url)
    try:
        reader.feed(body.decode("utf-8", "replace")[:MOST_CHARACTERS])
        reader.close()
    except AssertionError:
        # The parser gives up on some broken declarations; what came before them stands.
        pass
    reader.page.title = " ".join(reader.page.title.split())
    return reader.page


def recognise(url: str, body: bytes, content_type: str) -> str | None:
    """The kind of collector that reads this answer: one that knows it by its own marks, else the feed's; None if nobody does."""
    installed = collectors()
    for kind in sorted(installed.keys() - {"feed"}):
        if _knows(installed[kind], url, body):
            return kind
    try:
        source = Source(key="s", name="s", collector="feed", type="news", organisation="s", url=url)
        installed["feed"].parse(body, source, content_type)
    except (ParseError, ValueError):
        return None
    return "feed"


def _knows(collector: Collector, url: str, body: bytes) -> bool:
    own = getattr(collector, "recognises", None)
    return own is not None and bool(own(url, body))


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = WebPage()
        self._base, self._in_title, self._anchor, self._words = url, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "base" and (base := self._absolute(values.get("href", ""))):
            self._base = base
        elif tag == "link":
            self._link(values)
        elif tag == "a":
            self._anchor, self._words = values.get("href", ""), ""
            if "license" in values.get("rel", "").lower().split():
                self._found_terms(self._anchor)
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag == "a" and self._anchor:
            if _TERMS.search(f"{self._words} {urlsplit(self._anchor).path}"):
                self._found_terms(self._anchor)
            self._anchor = ""

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data
        if self._anchor:
            self._words += data

    def _link(self, values: dict[str, str]) -> None:
        relations = values.get("rel", "").lower().split()
        target = self._absolute(values.get("href", ""))
        if target is None:
            return
        if "alternate" in relations and values.get("type", "").lower().partition(";")[0].strip() in FEED_TYPES:
            if target not in {offer.url for offer in self.page.feeds}:
                self.page.feeds.append(Offer(target, " ".join(values.get("title", "").split())))
        elif {"license", "terms-of-service"} & set(relations):
            self._found_terms(target)

    def _found_terms(self, link: str) -> None:
        if self.page.terms is None:
            self.page.terms = self._absolute(link)

    def _absolute(self, link: str) -> str | None:
        try:
            target = urljoin(self._base, link.strip())
            return target if link.strip() and urlsplit(target).scheme in {"http", "https"} else None
        except ValueError:
            return None
