"""Bluesky: what one organisation posts, from its author feed or from a feed that it keeps. Persons are not read here.

Documented in the lexicons app.bsky.feed.getAuthorFeed, getFeed and defs (github.com/bluesky-social/atproto); both are
answered without an account by public.api.bsky.app. The label !no-unauthenticated is a custom of the network: its
bearer wants to be read by those who are logged in alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import AfterValidator, model_validator

from collector.base import Base, Fetch, NoParameters, Page, parameters
from collector.paging import follow, with_query
from collector.reading import (
    ADDRESS_LIMIT,
    TEXT_LIMIT,
    as_json,
    counted,
    cut,
    first_sign,
    language,
    moment,
    path_of,
    record,
    text_of,
)
from collector.text import plain
from collector.timeline import Walk
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source

kind = "bluesky"

BASE = "https://public.api.bsky.app"
PAGE = 100
"""How many posts are given at most in one answer."""
_ACTOR = re.compile(r"did:[a-z]+:[\w.:%-]{1,200}|[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_FEED = re.compile(rf"at://(?P<owner>{_ACTOR.pattern})/app\.bsky\.feed\.generator/[\w.:~-]{{1,512}}", re.ASCII)
_POST = re.compile(r"at://[^/]+/app\.bsky\.feed\.post/(?P<rkey>[\w.:~-]{1,512})", re.ASCII)


def _actor(value: str) -> str:
    actor = value.removeprefix("@").lower()
    if not _ACTOR.fullmatch(actor):
        raise ValueError(f"'{value[:80]}' is no account; write a handle such as lindevoort.example, or a did")
    return actor


def _feed(value: str) -> str:
    if not _FEED.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is no feed; write at://OWNER/app.bsky.feed.generator/NAME")
    return value


class Parameters(Config):
    """An organisation's account (handle or did), or a feed that it keeps; `base` is another server of the same API."""

    actor: Annotated[str, AfterValidator(_actor)] | None = None
    feed: Annotated[str, AfterValidator(_feed)] | None = None
    base: Base = BASE

    @model_validator(mode="after")
    def _names_one(self) -> Parameters:
        if (self.actor is None) == (self.feed is None):
            raise ValueError("an account or a feed is read, not both; write 'actor: HANDLE' or 'feed: at://...'")
        return self


def address(source: Source) -> str:
    """The listing's address. Raises ValueError where persons write, and for one that names no organisation's account."""
    if source.type == "social":
        raise ValueError("Bluesky is read of organisations only; name the organisation and use its type")
    if source.url is not None:
        parameters(source, NoParameters)
        if _owner(source.url) is None:
            raise ValueError("the address names no account; add '?actor=HANDLE' or '?feed=at://...'")
        return source.url
    asked = parameters(source, Parameters)
    if asked.feed is not None:
        return f"{asked.base}/xrpc/app.bsky.feed.getFeed?{urlencode({'feed': asked.feed})}"
    query = urlencode({"actor": asked.actor, "filter": "posts_and_author_threads"})
    return f"{asked.base}/xrpc/app.bsky.feed.getAuthorFeed?{query}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a page of one of these feeds."""
    own = path_of(url).endswith(("/app.bsky.feed.getAuthorFeed", "/app.bsky.feed.getFeed"))
    return first_sign(body) == b"{" and b'"feed"' in body and (own or b"app.bsky.feed.post" in body)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What the organisation posted since the last visit. Raises a CollectError."""
    pages = _Pages(address(source), source, Walk.of(fetch))
    harvest = await follow(fetch, pages.listing, pages.read, pages.following)
    return harvest if harvest.unchanged else pages.walk.ended(harvest)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The organisation's own posts on a page. Raises ParseError if it is no feed of Bluesky's."""
    faults: list[Fault] = []
    return Harvest(_items(_page(body)[0], source, faults), counted(faults))


class _Pages:
    """The pages of one visit, as they are read."""

    def __init__(self, listing: str, source: Source, walk: Walk) -> None:
        self.listing, self.walk = with_query(listing, limit=PAGE), walk
        self._source, self._cursor = source, ""

    def read(self, page: Page) -> Harvest:
        """What a page gives; notes where the next one is."""
        feed, self._cursor = _page(page.body)
        self.walk.note(map(_sorted_at, feed))
        faults: list[Fault] = []
        return Harvest(_items(feed, self._source, faults), tuple(faults))

    def following(self, page: Page, _harvest: Harvest) -> str | None:
        """The next page, as the last one's cursor names it."""
        return with_query(self.listing, cursor=self._cursor) if self._cursor and self.walk.goes_on else None


def _page(body: bytes) -> tuple[Sequence[Mapping[str, Any]], str]:
    content = as_json(body)
    feed = record(content).get("feed")
    if not isinstance(feed, list):
        raise ParseError("this is no feed of Bluesky's")
    return [record(entry) for entry in feed], text_of(content.get("cursor"))


def _items(feed: Sequence[Mapping[str, Any]], source: Source, faults: list[Fault]) -> tuple[FetchedItem, ...]:
    owner = _owner(source.url or address(source))
    items = (_item(entry, owner, source, faults) for entry in feed)
    return tuple({item.entry_id: item for item in items if item is not None}.values())


def _item(entry: Mapping[str, Any], owner: str | None, source: Source, faults: list[Fault]) -> FetchedItem | None:
    """The item, unless it is passed on, an answer to someone else, or written by another than the organisation."""
    post = record(entry.get("post"))
    author, content, uri = record(post.get("author")), record(post.get("record")), text_of(post.get("uri"))
    did, handle = text_of(author.get("did")), text_of(author.get("handle")).lower()
    if not did or not isinstance(content.get("text"), str) or not 0 < len(uri) <= ADDRESS_LIMIT:
        faults.append(Fault("bad_item"))
        return None
    if "by" in record(entry.get("reason")) or _answers_another(entry, did):
        return None
    if owner not in {None, did, handle}:
        faults.append(Fault("other_author"))
        return None
    if any(record(label).get("val") == "!no-unauthenticated" for label in _listed(author.get("labels"))):
        faults.append(Fault("not_indexable"))
        return None
    published = _sorted_at(entry)
    if published is None:
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=uri,
        title="",
        text=cut(plain(html.escape(text_of(content["text"]), quote=False)), TEXT_LIMIT, "text_cut", faults),
        url=_web_page(handle if _ACTOR.fullmatch(handle) else did, uri),
        lang=language(next(iter(_listed(content.get("langs"))), None)) or source.language,
        published_at=published,
    )


def _answers_another(entry: Mapping[str, Any], did: str) -> bool:
    """Whether it answers a post that is not the author's own; one that is gone or hidden counts as another's."""
    if "reply" not in record(record(entry.get("post")).get("record")):
        return False
    ends = (record(record(entry.get("reply")).get(end)) for end in ("root", "parent"))
    return any(record(end.get("author")).get("did") != did for end in ends)


def _sorted_at(entry: Mapping[str, Any]) -> datetime | None:
    """The time by which the network sorts: the author's own word, unless it lies after the moment that the post was seen."""
    post = record(entry.get("post"))
    times = (moment(record(post.get("record")).get("createdAt")), moment(post.get("indexedAt")))
    return min((at for at in times if at and at.tzinfo), default=None)


def _web_page(actor: str, uri: str) -> str | None:
    post = _POST.fullmatch(uri)
    return f"https://bsky.app/profile/{actor}/post/{post['rkey']}" if post else None


def _owner(url: str) -> str | None:
    """Whose posts an address asks for: a handle or did, as the parameters of either method name it."""
    query = parse_qs(urlsplit(url).query)
    actor, feed = query.get("actor", [""])[-1].lower(), _FEED.fullmatch(query.get("feed", [""])[-1])
    return actor if _ACTOR.fullmatch(actor) else feed["owner"].lower() if feed else None


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
