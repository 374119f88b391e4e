"""RSS, Atom and JSON Feed.

fastfeedparser reads most feeds at a fraction of feedparser's cost; feedparser, which forgives
more, reads whatever the first can't or finds nothing in.
Specifications: RSS 2.0 (rssboard.org), Atom (RFC 4287), JSON Feed 1.1 (jsonfeed.org).
"""

from __future__ import annotations

import asyncio
import codecs
import io
import re
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import fastfeedparser
import feedparser
from pydantic import field_validator

from collector.base import Fetch
from collector.reading import (
    ADDRESS_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    counted,
    cut,
    digest,
    language,
    plausible,
    require_data,
    text_of,
    web_address,
)
from collector.text import plain
from collector.websub import advertised
from collector.wishes import wishes
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source

kind = "feed"

LARGE = 256 * 1024
"""A body from this size on is read beside the event loop, so that the other sources don't wait for it."""
_ENTITY_DECLARATION = re.compile(rb"<!ENTITY\b", re.IGNORECASE)
_MARKED_UP_TITLE = re.compile(
    rb"<title\b(?:[^<>]{0,300}\b(?:mode\s*=|type\s*=\s*.(?!text['\"]|html['\"]|text/plain|text/html))"
    rb"|[^<>]{0,300}>\s*<(?!/|!\[CDATA\[))"
)
_ITEM_START = re.compile(rb"<item\b")
_DATES = re.compile(
    rb"<(?:pubDate|published|updated|modified|issued|created|(?:dc|dcterms):(?:date|created|issued|modified))\b[^>]{0,200}>([^<]{0,200})"
)
_FULL_DATE = re.compile(
    rb"(?:(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} (?:19|20)\d\d \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|Z)"
    rb"|(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))$"
)
# A zone by another name (CEST) counts as none: the wijk's own zone is a better guess than UTC.
_ZONE = re.compile(r"(?:[+-]\d{2}:?\d{2}|\b(?:UTC?|GMT|[AECMP][SD]T|MES?T)|Z)\s*(?:\([^()]*\))?$", re.IGNORECASE)
_FAR_YEAR = re.compile(r"\s*\d{5,}-\d\d-")
_HUB = re.compile(r"(?:https://[^\s/@]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?)(?:/\S*)?")

MOST_MARKS = 500
"""A longer feed is read whole each time."""

Entry = Mapping[str, Any]


class Parameters(Config):
    """`hub` is the one that may push this feed (WebSub), if the feed itself names it too."""

    hub: str | None = None

    @field_validator("hub")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        # The hub is sent a secret.
        if value is None or _HUB.fullmatch(value):
            return value
        raise ValueError("this is no address of a hub; it starts with https://")


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What the feed has now. Raises a CollectError."""
    assert source.url is not None, "a feed has an address"
    page = await fetch(source.url)
    if page.unchanged:
        return Harvest(unchanged=True)
    # Where persons write, no mark of a post may be kept that could be made again from the post.
    known = None if source.type == "social" else frozenset(fetch.cursor.get("known", "").split())
    if len(page.body) < LARGE:
        harvest = parse(page.body, source, page.content_type, known)
    else:
        harvest = await asyncio.to_thread(parse, page.body, source, page.content_type, known)
    # What the header says goes before what the feed says (WebSub, 4).
    return replace(harvest, hub=page.links.get("hub", harvest.hub), topic=page.links.get("self", harvest.topic))


def parse(body: bytes, source: Source, content_type: str = "", known: frozenset[str] | None = None) -> Harvest:
    """The entries of a feed, in its order. Raises ParseError if the body is no feed at all.

    Given the marks of `known` entries, those that are as they were are left out, and the marks of all entries that
    could be read without a fault are in the harvest's cursor.
    """
    require_data(body)
    charset, body = _charset(content_type), body.removeprefix(codecs.BOM_UTF8)
    faults: list[Fault] = []
    document = None if _needs_forgiveness(body) else _read_fast(body, charset)
    if document is None:
        document = _read_forgiving(body, content_type, faults)
    feed, entries = document
    if not entries and not feed:
        raise ParseError("no feed could be recognised in the body")
    items, marks = _read_entries(entries, source, language(feed.get("language")) or source.language, known, faults)
    hubs, topic = advertised(body)
    chosen, asks = source.query.get("hub"), wishes(body)
    return Harvest(
        items=tuple(items.values()),
        faults=counted(faults),
        listed=len(entries),
        cursor=None if known is None else {"known": " ".join(marks) if len(marks) <= MOST_MARKS else ""},
        ttl_minutes=asks.ttl_minutes,
        period_minutes=asks.period_minutes,
        skip_hours=asks.skip_hours,
        skip_days=asks.skip_days,
        hub=chosen if chosen in hubs else next(iter(hubs), None),
        topic=topic,
    )


def _read_entries(
    entries: Sequence[Entry], source: Source, usual: str | None, known: frozenset[str] | None, faults: list[Fault]
) -> tuple[dict[str, FetchedItem], list[str]]:
    base = source.url or ""
    times = Counter(map(_own_id, entries)) if known else {}
    items: dict[str, FetchedItem] = {}
    marks = []
    for entry in entries:
        mark = _mark(entry) if known is not None else ""
        # Of entries with one id, only all together say which is which.
        if known and mark in known and times[_own_id(entry)] == 1:
            marks.append(mark)
            continue
        item, item_faults = _item(entry, base, usual)
        faults += item_faults
        if not item_faults:
            marks.append(mark)
        if item.entry_id in items:
            faults.append(Fault("duplicate_id"))
            if _same(items[item.entry_id], item):
                continue
            item = replace(item, entry_id=f"{item.entry_id}#{digest(item.title, item.text)}")
        items[item.entry_id] = item
    return items, marks


def _mark(entry: Entry) -> str:
    """Sixteen digits that change when anything of an entry does that we take."""
    get = entry.get
    taken = (
        f"{get('id')}\0{get('title')}\0{get('link')}\0{get('author')}\0{get('language')}"
        f"\0{get('published')}\0{get('updated')}\0{_body(entry)}"
    )
    return blake2b(taken.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _needs_forgiveness(body: bytes) -> bool:
    """Whether the fast parser would guess.

    It drops declared entities and markup in titles, fills in what a date lacks, and takes a guid
    such as "12" for the date of an item without one. JSON only the fast one reads.
    """
    if _is_json(body):
        return False
    if _ENTITY_DECLARATION.search(body, 0, 4096) or _MARKED_UP_TITLE.search(body):
        return True
    dates = list(_DATES.finditer(body))
    if any(not _FULL_DATE.match(found.group(1).strip()) for found in dates):
        return True
    at = [found.start() for found in dates]
    starts = [found.start() for found in _ITEM_START.finditer(body)]
    return any(
        bisect_left(at, start) == bisect_left(at, end) and body.find(b"<guid", start, end) >= 0
        for start, end in pairwise([*starts, len(body)])
    )


def _is_json(body: bytes) -> bool:
    return body.lstrip().startswith(b"{")


def _read_fast(body: bytes, charset: str | None) -> tuple[Entry, Sequence[Entry]] | None:
    try:
        document = fastfeedparser.parse(body if charset is None else body.decode(charset))
        # A promise of dictionaries that hostile JSON does not keep.
        if not isinstance(document.get("feed"), Mapping) or not all(
            isinstance(entry, Mapping) for entry in document["entries"]
        ):
            return None
    except Exception:  # noqa: BLE001 - whatever it could not read, the forgiving parser gets
        return None
    entries = document["entries"]
    if _is_json(body):
        return document["feed"], entries
    if not entries or any(
        (not entry.get("title") and not _body(entry)) or "\ufffd" in text_of(entry.get("title")) for entry in entries
    ):
        return None
    return document["feed"], entries


def _read_forgiving(body: bytes, content_type: str, faults: list[Fault]) -> tuple[Entry, Sequence[Entry]]:
    headers = {"content-type": content_type} if content_type else {}
    try:
        document = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:
        raise ParseError(f"no parser could read it ({type(error).__name__})") from error
    if not document.version and not document.entries:
        return {}, []
    if document.bozo:
        faults.append(Fault("malformed", type(document.get("bozo_exception")).__name__))
    return document.feed or {"version": document.version}, [dict(entry) for entry in document.entries]


def _item(entry: Entry, base: str, usual: str | None) -> tuple[FetchedItem, list[Fault]]:
    faults: list[Fault] = []
    title = cut(plain(text_of(entry.get("title"))), TITLE_LIMIT, "title_cut", faults)
    text = cut(plain(_body(entry)), TEXT_LIMIT, "text_cut", faults)
    published = _when(entry, "published", faults)
    updated = _when(entry, "updated", faults)
    own_id = _own_id(entry)
    link = text_of(entry.get("link")).strip()
    if not own_id:
        faults.append(Fault("no_id"))
    # feedparser takes a guid for a link, also one that is no address.
    url = None if link == own_id and "://" not in link else web_address(link, base, faults)
    item = FetchedItem(
        entry_id=_entry_id(own_id or url or digest(title, text), base),
        title=title,
        text=text,
        url=url,
        author=cut(text_of(entry.get("author")).strip(), TITLE_LIMIT, "author_cut", faults) or None,
        lang=language(entry.get("language") or _content_language(entry)) or usual,
        published_at=published or updated,
        updated_at=updated,
    )
    return item, faults


def _own_id(entry: Entry) -> str:
    raw_id = entry.get("id")
    return str(raw_id) if isinstance(raw_id, int) else text_of(raw_id).strip()


def _body(entry: Entry) -> str:
    contents = entry.get("content")
    if isinstance(contents, Sequence) and contents and isinstance(contents[0], Mapping):
        value = text_of(contents[0].get("value"))
        if value:
            return value
    return text_of(entry.get("description")) or text_of(entry.get("summary"))


def _content_language(entry: Entry) -> Any:
    detail = entry.get("title_detail")
    return detail.get("language") if isinstance(detail, Mapping) else None


def _entry_id(own_id: str, base: str) -> str:
    """What names the entry within its source: an address on the source's own host counts without scheme, host and port."""
    if "://" in own_id:
        try:
            parts, home = urlsplit(own_id), urlsplit(base)
            if parts.scheme in {"http", "https"} and parts.hostname == home.hostname:
                own_id = own_id.partition(parts.netloc)[2] or "/"
        except ValueError:
            pass
    return own_id if len(own_id) <= ADDRESS_LIMIT else digest(own_id)


def _when(entry: Entry, key: str, faults: list[Fault]) -> datetime | None:
    """The entry's time: aware, or naive where the source names no zone, or None where it can't be right."""
    raw = text_of(entry.get(key))
    if not raw:
        return None
    at = _parse_time(raw, entry.get(f"{key}_parsed"))
    at = plausible(at) if at else None
    if at is None:
        faults.append(Fault("bad_date"))
    return at


def _parse_time(raw: str, parsed: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        pass
    try:
        if _FAR_YEAR.match(raw):
            return None
        if not isinstance(parsed, time.struct_time):
            return parsedate_to_datetime(raw)
        at = datetime(*parsed[:6])  # noqa: DTZ001 - its zone is decided below
    except (ValueError, OverflowError):
        return None
    # feedparser gives UTC where the text names a zone, and the bare clock where it does not.
    return at.replace(tzinfo=UTC) if _ZONE.search(raw) else at


def _charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type
    name = message.get_param("charset")
    try:
        return codecs.lookup(name).name if isinstance(name, str) else None
    except (LookupError, ValueError):
        return None


def _same(one: FetchedItem, other: FetchedItem) -> bool:
    return (one.title, one.text, one.url) == (other.title, other.text, other.url)
