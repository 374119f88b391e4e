"""What the council of a municipality discusses (openbesluitvorming.nl): meetings, documents and motions.

Its search was seen in the maintainers' published description and in clients, and never answered us: whatever is missing
or of another type is passed over. The service also exports all there is of a municipality; only what the configured
words find is asked here. Speeches and votes by name are not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from collector.base import Base, Fetch, Page, parameters
from collector.paging import follow_all, offset_of, with_query
from collector.reading import (
    ADDRESS_LIMIT,
    TITLE_LIMIT,
    as_json,
    counted,
    cut,
    each_once,
    first_sign,
    moment,
    record,
    text_of,
    web_address,
    written,
)
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source, Text

kind = "raad"

SITE = "https://openbesluitvorming.nl"
PAGE = 24
"""The largest page that counts as one request in the service's own limit."""
MOST_TEXT = 2_000
SPOKEN = "Recording"


class Parameters(Config):
    """What is searched: the municipality by its key in /api/sources, and with `words` only where one of them stands."""

    municipality: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)] | None = None
    words: tuple[Text, ...] = ()
    base: Base = SITE


def address(source: Source) -> str:
    """Where the first search stands. Raises ValueError."""
    return _searches(source)[0]


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is this search's."""
    return first_sign(body) == b"{" and b'"results"' in body and b'"entityId"' in body


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What was found since the limit on looking back. Raises a CollectError."""
    since = f"{fetch.since:%Y-%m-%d}"
    firsts = [with_query(search, dateFrom=since, limit=PAGE, offset=0) for search in _searches(source)]
    found = await follow_all(fetch, firsts, lambda page: parse(page.body, source), _following)
    return replace(found, items=tuple(_published(item, fetch.now) for item in found.items))


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The finds of one answer. Raises ParseError if it is another thing."""
    faults: list[Fault] = []
    finds = [find for find in map(record, _results(as_json(body))) if find.get("entityType") != SPOKEN]
    items = each_once((_item(find, source, faults) for find in finds), faults)
    return Harvest(items, counted(faults))


def _searches(source: Source) -> list[str]:
    """One search for each word: the service itself finds only what has all words of a search."""
    asked = parameters(source, Parameters)
    if source.url is not None:
        if source.query:
            raise ValueError("the address says already what is asked; leave out 'url', or what stands under 'query'")
        return [source.url]
    if asked.municipality is None:
        raise ValueError("nothing says which council is meant; add 'municipality: ...' under 'query:', or a 'url'")
    search = with_query(f"{asked.base}/api/search", organization=asked.municipality, sort="date_desc")
    return [with_query(search, query=word) for word in asked.words] or [search]


def _results(answer: Any) -> list[Any]:
    results = record(answer).get("results")
    if not isinstance(results, list):
        raise ParseError("the answer has no 'results'")
    return results


def _following(page: Page, _harvest: Harvest) -> str | None:
    answer = as_json(page.body)
    more = _results(answer) and answer.get("hasMore") is True
    return with_query(page.url, offset=offset_of(page.url) + PAGE) if more else None


def _item(find: Mapping[str, Any], source: Source, faults: list[Fault]) -> FetchedItem | None:
    entry_id = written(find.get("entityId"))[:ADDRESS_LIMIT]
    title = cut(plain(text_of(find.get("title"))), TITLE_LIMIT, "title_cut", faults)
    if not entry_id or not title:
        return None
    # The day of the meeting stands in the text, for a coming one is no moment of publication.
    lines = (plain(text_of(find.get(name))) for name in ("date", "summary"))
    page = f"{SITE}/?{urlencode({'view': entry_id})}"
    return FetchedItem(
        entry_id=entry_id,
        title=title,
        text="\n".join(filter(None, lines))[:MOST_TEXT],
        url=web_address(text_of(find.get("downloadUrl")).strip() or page, source.url or SITE, faults),
        lang=source.language or "nl",
        published_at=moment(find.get("sortDate")),
    )


def _published(item: FetchedItem, now: datetime) -> FetchedItem:
    """The item, without the date of a meeting that is still to come."""
    at = item.published_at
    ahead = at is not None and (at if at.tzinfo else at.replace(tzinfo=UTC)) > now + timedelta(hours=2)
    return replace(item, published_at=None) if ahead else item
