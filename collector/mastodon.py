"""Mastodon: what is posted under a tag or on one server's own timeline, as anyone may read it without an account.

Documented at docs.joinmastodon.org: methods/timelines, entities/Status, entities/V2_Instance (`timelines_access` from
4.5), api/guidelines (paging). From the server's own source: an id is the time in milliseconds, shifted by 16 bits
(Mastodon::Snowflake), and `min_id` begins at the oldest post after it where `since_id` leaves a gap (Paginable).
Seen, not documented: a closed server answers 401, 422 or an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from pydantic import AfterValidator, BeforeValidator, model_validator

from collector.base import Base, Fetch, NoParameters, Page, parameters
from collector.paging import follow, with_query
from collector.reading import (
    ADDRESS_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    as_json,
    counted,
    cut,
    first_sign,
    language,
    moment,
    path_of,
    plausible,
    record,
    text_of,
    web_address,
)
from collector.text import plain
from collector.timeline import Walk
from wijkblik.errors import BlockedError, CollectError, ParseError, RateLimitedError, StatusError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import PUBLISHER, Config, Source

kind = "mastodon"

PAGE = 40
"""How many posts a server gives at most in one answer."""
_TAGS_PAGE = re.compile(r"^(?P<base>.*)/tags/(?P<tag>[^/]+?)(?:\.rss)?/?$")
_TIMELINE = re.compile(r"/api/v1/timelines/(?:tag/[^/]+|public)$")
_OWN_NAME = re.compile(rb"mastodon", re.IGNORECASE)
_ONE_ACCOUNT = re.compile(r"/(?:@[^/]*|users|accounts)(?:/|$)")


def _server(value: Any) -> Any:
    if not isinstance(value, str) or value.startswith(("http://", "https://", PUBLISHER)):
        return value
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?", value):
        raise ValueError(f"'{value[:80]}' is no server; write its name, such as social.example")
    return f"https://{value}"


Instance = Annotated[Base, BeforeValidator(_server)]
"""A server by its name, such as social.example, or its whole address."""


def _tag(value: str) -> str:
    tag = value.removeprefix("#")
    if not re.fullmatch(r"[\w·]{1,100}", tag) or tag.isdigit():
        raise ValueError(f"'{value[:80]}' is no tag; write one word without spaces or @, such as deweverij")
    return tag


Tag = Annotated[str, AfterValidator(_tag)]


class Parameters(Config):
    """A server, and either a tag (with `any` of some more) or its own timeline; `local` leaves other servers' posts out."""

    instance: Instance
    tag: Tag | None = None
    timeline: Literal["local"] | None = None
    any: tuple[Tag, ...] = ()
    local: bool = False

    @model_validator(mode="after")
    def _names_one_timeline(self) -> Parameters:
        if (self.tag is None) == (self.timeline is None):
            raise ValueError("a tag or a timeline is read, not both; write 'tag: NAME' or 'timeline: local'")
        if self.any and self.tag is None:
            raise ValueError("'any' adds tags to a tag; write 'tag: NAME' too")
        return self


def address(source: Source) -> str:
    """The timeline's address. Raises ValueError for one that follows a single account."""
    if source.url is None:
        return _timeline(parameters(source, Parameters))
    parameters(source, NoParameters)
    parts = urlsplit(source.url)
    if _ONE_ACCOUNT.search(parts.path):
        raise ValueError("this address follows one account; use a tag (https://.../tags/NAME) or the local timeline")
    if page := _TAGS_PAGE.match(parts.path):
        return parts._replace(path=f"{page['base']}/api/v1/timelines/tag/{page['tag']}", fragment="").geturl()
    return source.url


def _timeline(asked: Parameters) -> str:
    if asked.tag is None:
        return f"{asked.instance}/api/v1/timelines/public?local=true"
    query = urlencode([*(("any[]", tag) for tag in asked.any), *([("local", "true")] if asked.local else [])])
    return f"{asked.instance}/api/v1/timelines/tag/{quote(asked.tag)}{'?' if query else ''}{query}"


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a timeline, or the page or feed that a server has of a tag."""
    if first_sign(body) == b"[":
        return bool(_TIMELINE.search(path_of(url))) or (b'"spoiler_text"' in body and b'"account"' in body)
    return bool(_TAGS_PAGE.match(path_of(url)) and _OWN_NAME.search(body))


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What was posted since the last visit. Raises a CollectError; BlockedError where only members may read."""
    listing, walk = with_query(address(source), limit=PAGE), Walk.of(fetch)
    pages = _Pages(source, walk)
    first = with_query(listing, min_id=_id_at(walk.since)) if walk.forward else listing
    try:
        harvest = await follow(fetch, first, pages.read, pages.following)
    except StatusError as error:
        if error.status not in {401, 422}:
            raise
        says = await _is_open(fetch, listing)
        if says is False or (says is None and error.status == 422):
            raise _members_only(error.status) from error
        raise
    if harvest.unchanged:
        return harvest
    if pages.empty and await _is_open(fetch, listing) is False:
        raise _members_only(200)
    return walk.ended(harvest, can_ask_after=pages.ids_are_times)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The posts of a page that may be taken, newest first. Raises ParseError if it is no list of statuses."""
    faults: list[Fault] = []
    return Harvest(_items(_statuses(body), source, faults), counted(faults))


@dataclass
class _Pages:
    """The pages of one visit, as they are read."""

    source: Source
    walk: Walk
    ids_are_times: bool = True
    empty: bool = True

    def read(self, page: Page) -> Harvest:
        """What a page gives; how far it reaches counts with what may not be taken."""
        statuses = _statuses(page.body)
        by_id = [_time_of(text_of(status.get("id"))) for status in statuses]
        self.ids_are_times = self.ids_are_times and None not in by_id
        self.empty = self.empty and not statuses
        self.walk.note(by_id if self.ids_are_times else map(_posted_at, statuses))
        faults: list[Fault] = []
        return Harvest(_items(statuses, self.source, faults), tuple(faults))

    def following(self, page: Page, _harvest: Harvest) -> str | None:
        """The next page in this visit's direction."""
        return page.links.get("prev" if self.walk.forward else "next") if self.walk.goes_on else None


async def _is_open(fetch: Fetch, listing: str) -> bool | None:
    """Whether the server says that anyone may read the timeline; None if it does not say, as before version 4.5."""
    try:
        page = await fetch(urljoin(listing, "/api/v2/instance"))
        return opens(as_json(page.body), listing)
    except RateLimitedError:
        raise
    except CollectError:
        return None


def opens(instance: Any, listing: str) -> bool | None:
    """What an instance's own description says of a timeline: open to all (True), not (False), or nothing (None).

    Each kind of timeline has its setting for the server's own posts and for those of others (V2_Instance,
    `configuration.timelines_access`): public, authenticated or disabled. One that is public is enough.
    """
    parts = urlsplit(listing)
    access = record(record(record(instance).get("configuration")).get("timelines_access"))
    settings = record(access.get("hashtag_feeds" if "/tag/" in parts.path else "live_feeds"))
    local = parse_qs(parts.query).get("local", [""])[-1] in {"true", "1"}
    said = [settings.get(name) for name in (("local",) if local else ("local", "remote")) if name in settings]
    return any(value == "public" for value in said) if said else None


def _members_only(status: int) -> BlockedError:
    return BlockedError(status, "only members may read this timeline", code="members_only")


def _statuses(body: bytes) -> Sequence[Mapping[str, Any]]:
    content = as_json(body)
    if not isinstance(content, list):
        raise ParseError("this is no list of statuses")
    return [record(status) for status in content]


def _items(statuses: Sequence[Mapping[str, Any]], source: Source, faults: list[Fault]) -> tuple[FetchedItem, ...]:
    items = (_item(status, source, faults) for status in statuses)
    return tuple({item.entry_id: item for item in items if item is not None}.values())


def _item(status: Mapping[str, Any], source: Source, faults: list[Fault]) -> FetchedItem | None:
    """The item, unless it is someone else's post passed on, not public, or by one who does not want to be found."""
    account, own_id = record(status.get("account")), text_of(status.get("id"))
    if not account or not 0 < len(own_id) <= ADDRESS_LIMIT:
        faults.append(Fault("bad_item"))
        return None
    if status.get("reblog") is not None or status.get("visibility") != "public":
        return None
    if account.get("indexable") is False or account.get("discoverable") is False or account.get("noindex") is True:
        faults.append(Fault("not_indexable"))
        return None
    published = moment(status.get("created_at"))
    if published is None:
        faults.append(Fault("bad_date"))
    return FetchedItem(
        entry_id=own_id,
        title=cut(plain(text_of(status.get("spoiler_text"))), TITLE_LIMIT, "title_cut", faults),
        text=cut(plain(text_of(status.get("content"))), TEXT_LIMIT, "text_cut", faults),
        url=web_address(text_of(status.get("url")), "", faults),
        author=_author(account),
        lang=language(status.get("language")) or source.language,
        published_at=published,
        updated_at=moment(status.get("edited_at")),
    )


def _author(account: Mapping[str, Any]) -> str | None:
    """Who wrote it, in full: on their own server the name alone, which others have elsewhere."""
    name = text_of(account.get("acct"))
    try:
        host = urlsplit(text_of(account.get("url"))).hostname
    except ValueError:
        host = None
    return (name if "@" in name or not host else f"{name}@{host}")[:TITLE_LIMIT] or None


def _posted_at(status: Mapping[str, Any]) -> datetime | None:
    at = moment(status.get("created_at"))
    return at if at and at.tzinfo else None


def _time_of(own_id: str) -> datetime | None:
    """The moment that an id holds, if it is of the kind that holds one (Mastodon::Snowflake)."""
    if not re.fullmatch(r"\d{12,19}", own_id, re.ASCII):
        return None
    return plausible(datetime.fromtimestamp((int(own_id) >> 16) / 1000, UTC))


def _id_at(at: datetime) -> int:
    """What lies before every id of that moment."""
    return int(at.timestamp() * 1000) << 16
