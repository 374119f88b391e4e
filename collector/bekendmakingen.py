"""Official announcements of a municipality (officielebekendmakingen.nl): permits, traffic decisions, events, rules.

The feed is the listing. Where the configuration asks for it, SRU adds where each is about and what the feed left out.
The feed's own form, with the number and the publisher as title and the real title as description, was seen in clients
and in one recorded item, not in a document; so was that its search also finds what neighbours published.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from pydantic import field_validator

from collector import rss, sru
from collector.base import Base, Fetch, parameters
from collector.paging import follow, joined, with_query
from collector.reading import TITLE_LIMIT, counted, cut, each_once, first_sign
from wijkblik.errors import BlockedError, CollectError, ParseError, StatusError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source, Text

kind = "bekendmakingen"

SITE, REPOSITORY = "https://zoek.officielebekendmakingen.nl", "https://repository.overheid.nl/sru"
_TITLE = re.compile(rb"<title>\s*(?:<!\[CDATA\[)?\s*[a-z]{2,6}-\d{4}-\d+ : ")


class Parameters(Config):
    """Which announcements: of one municipality, and with `words` only those in which one of them stands.

    `geometry` asks SRU where they are about: by default only if the address is made here.
    """

    municipality: Text | None = None
    words: tuple[Text, ...] = ()
    geometry: bool | None = None
    base: Base = SITE
    sru: Base = REPOSITORY

    @field_validator("municipality", "words")
    @classmethod
    def _can_be_quoted(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if any(sign in word for word in ([value] if isinstance(value, str) else value or ()) for sign in '"\\'):
            raise ValueError('a word to search for has a " or \\ in it; leave that out')
        return value


def address(source: Source) -> str:
    """Where the feed stands. Raises ValueError."""
    asked = parameters(source, Parameters)
    if source.url is not None:
        if asked.model_fields_set & {"words", "base"}:
            raise ValueError("the address says already what is asked; leave out 'url', or 'words' and 'base'")
        if asked.geometry and asked.municipality is None:
            raise ValueError("places are looked up per municipality; add 'municipality: ...'")
        return source.url
    if asked.municipality is None:
        raise ValueError(
            "nothing says whose announcements to ask for; add 'municipality: ...' under 'query:', or a 'url'"
        )
    return with_query(f"{asked.base}/rss", q=_query(asked))


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is this feed."""
    return first_sign(body) == b"<" and _TITLE.search(body) is not None


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What the feed lists now, placed. Raises a CollectError; if only SRU fails, the announcements come without places."""
    page = await fetch(address(source))
    if page.unchanged:
        return Harvest(unchanged=True)
    listed = parse(page.body, source, page.content_type)
    asked = parameters(source, Parameters)
    wants_places = source.url is None if asked.geometry is None else asked.geometry
    return await _placed(listed, source, asked, fetch) if wants_places else listed


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The announcements of a feed, without those of other municipalities. Raises ParseError if it is another thing."""
    municipality = parameters(source, Parameters).municipality
    feed = rss.parse(body, source, content_type)
    ours = [entry for entry in feed.items if municipality is None or _may_be_of(entry, municipality)]
    # Its entries are known by their numbers.
    faults = [fault for fault in feed.faults if fault.code != "no_id"]
    faults += [Fault("other_municipality")] * (len(feed.items) - len(ours))
    items = each_once((_item(entry, faults) for entry in ours), faults)
    if ours and not items:
        raise ParseError("none of the feed's entries is an official announcement")
    return replace(feed, items=items, faults=counted(faults))


async def _placed(listed: Harvest, source: Source, asked: Parameters, fetch: Fetch) -> Harvest:
    """The listed items with the points that SRU knows, and what it knows besides."""
    first = sru.first_page(asked.sru, _query(asked, fetch.since))
    try:
        found = await follow(fetch, first, lambda page: sru.parse(page.body, source, asked.municipality), sru.next_page)
    except BlockedError:
        raise
    except CollectError as error:
        until = error.retry_at if isinstance(error, StatusError) else None
        faults = (*listed.faults, Fault("no_geometry", error.code))
        return replace(listed, faults=faults, complete=False, retry_at=until)
    points = {item.entry_id: item.point for item in found.items}
    placed = tuple(replace(item, point=points.get(item.entry_id)) for item in listed.items)
    return joined(replace(listed, items=placed), found)


def _may_be_of(entry: FetchedItem, municipality: str) -> bool:
    publisher = entry.title.partition(" : ")[2]
    return not publisher or sru.is_of(publisher, municipality)


def _item(entry: FetchedItem, faults: list[Fault]) -> FetchedItem | None:
    number = sru.publication_number(entry.title) or sru.publication_number(entry.url or "")
    if number is None:
        return None
    title, _, rest = entry.text.partition("\n")
    title = cut(title or entry.title, TITLE_LIMIT, "title_cut", faults)
    return replace(entry, entry_id=number, title=title, text=rest, author=None, lang=entry.lang or "nl")


def _query(asked: Parameters, since: datetime | None = None) -> str:
    """What is asked, in the CQL that feed and SRU share."""
    terms = ['c.product-area=="officielepublicaties"', f'dt.creator=="{asked.municipality}"']
    if asked.words:
        terms.append(" or ".join(f'cql.textAndIndexes="{word}"' for word in asked.words))
    if since is not None:
        terms.append(f"dt.modified>={since:%Y-%m-%d}")
    return " and ".join(f"({term})" for term in terms)
