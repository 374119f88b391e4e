"""What a web page says of its feeds and terms, and which kind of source an answer is. All pure.

Feed autodiscovery: the `link` element with rel="alternate" (HTML Living Standard, 4.6.7.1; RSS Advisory Board).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urljoin, urlsplit

from lxml import etree

from collector.base import Collector
from collector.reading import ADDRESS_LIMIT, first_sign, path_of
from collector.registry import collectors
from collector.text import plain
from collector.xml import local
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}
MOST_BYTES = 2_000_000
"""How much of a page is read."""
HEAD_BYTES = 65_536
"""Where a feed's own title stands."""
TITLE_LIMIT, LINK_WORDS = 200, 80
"""Characters of a title that are kept, and of a link that can be the name of some terms."""
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|opml)\b")
# From what says most surely that these are the terms, to what only may.
_TERMS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"gebruiks?-?voorwaarden|terms[ -]of[ -](?:use|service)",
        r"\b(?:open[ -]?data|licen[cs]e?s?|licentie)\b",
        r"\b(?:algemene[ -])?voorwaarden\b|\bterms\b",
        r"\b(?:pro|dis)claimer\b|\bcopyright\b|\bauteursrecht\b",
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that a page offers."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class WebPage:
    """What we look for in a web page: its title, the feeds it offers in its own order, and where its terms stand."""

    title: str = ""
    feeds: tuple[Offer, ...] = ()
    terms: str | None = None


def is_web_page(body: bytes, content_type: str) -> bool:
    """Whether an answer is a page for people, and no listing."""
    start = body[:2048]
    if first_sign(body) not in {b"<", b""} or (_FEED.search(start) and not _HTML.match(start.lstrip())):
        return False
    return "html" in content_type.lower().partition(";")[0] or _HTML.search(start) is not None


def read_page(body: bytes, url: str, content_type: str = "") -> WebPage:
    """The page at `url`. Whatever is broken in it is passed over."""
    root = _document(body[:MOST_BYTES], _charset(content_type) or _declared(body))
    if root is None:
        return WebPage()
    # Only the first one counts (HTML, 4.2.3).
    base = next(filter(None, (_absolute(one.get("href"), url) for one in root.iter("base"))), url)
    titles = (_line("".join(one.itertext())) for one in root.iter("title"))
    return WebPage(next(filter(None, titles), ""), tuple(_feeds(root, base)), _terms(root, base))


def feed_title(body: bytes) -> str:
    """What a feed calls itself, in a line; nothing if it does not say or is no feed."""
    if first_sign(body) == b"{":
        try:
            title = json.loads(body).get("title")
        except (ValueError, RecursionError):
            return ""
        return _line(title) if isinstance(title, str) else ""
    root = _document(body[:HEAD_BYTES], None, html=False)
    found = () if root is None else (one for one in root.iter(etree.Element) if local(one) == "title")
    return next((_line("".join(one.itertext())) for one in found), "")


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


def _document(body: bytes, charset: str | None, *, html: bool = True) -> etree._Element | None:
    """The root of what can be read of a body. Nothing is fetched, and no entity grows."""
    try:
        parser = (
            etree.HTMLParser(encoding=charset, no_network=True, remove_comments=True, remove_pis=True)
            if html
            else etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
        )
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        return None


def _feeds(root: etree._Element, base: str) -> Iterator[Offer]:
    seen = set()
    for link in root.iter("link"):
        type_ = (link.get("type") or "").lower().partition(";")[0].strip()
        target = _absolute(link.get("href"), base)
        # A blog's own programming interface is JSON too.
        if (
            "alternate" not in _relations(link)
            or type_ not in FEED_TYPES
            or not target
            or "/wp-json/" in path_of(target)
        ):
            continue
        if target not in seen:
            seen.add(target)
            yield Offer(target, _line(link.get("title") or ""))


def _terms(root: etree._Element, base: str) -> str | None:
    named: list[tuple[int, str]] = []
    for link in root.iter("a", "link", "area"):
        target = _absolute(link.get("href"), base)
        if target is None:
            continue
        if {"license", "terms-of-service"} & _relations(link):
            return target
        words = _line("".join(link.itertext())) if link.tag == "a" else ""
        if len(words) <= LINK_WORDS:
            said = f"{words} {path_of(target)}"
            named += [(rank, target) for rank, pattern in enumerate(_TERMS) if pattern.search(said)][:1]
    return min(named, key=lambda found: found[0])[1] if named else None


def _relations(link: etree._Element) -> set[str]:
    return set((link.get("rel") or "").lower().split())


def _absolute(link: str | None, base: str) -> str | None:
    """A link as a web address that can be shown and asked; None if it is another thing."""
    if not link or not link.strip():
        return None
    try:
        target = urljoin(base, link.strip())
        whole = urlsplit(target).scheme in {"http", "https"} and urlsplit(target).hostname
    except ValueError:
        return None
    return target if whole and target.isprintable() and " " not in target and len(target) <= ADDRESS_LIMIT else None


def _line(text: str) -> str:
    return " ".join(plain(text).split())[:TITLE_LIMIT]


def _charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type
    try:
        return codecs.lookup(str(message.get_param("charset"))).name
    except (LookupError, ValueError):
        return None


def _declared(body: bytes) -> str | None:
    """None where the page itself says its encoding; else what most are written in."""
    return None if b"charset" in body[:2048].lower() else "utf-8"
