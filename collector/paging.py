"""Listings of more than one page: followed to their end, and no further than a visit may go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from collector.base import Page
from wijkblik.errors import BlockedError, BudgetSpentError, CollectError, RobotsError, StatusError
from wijkblik.models.items import Fault, Harvest

Ask = Callable[[str], Awaitable[Page]]
"""How a page is asked for: collector.base.Fetch, or one that sends headers along."""
Read = Callable[[Page], Harvest]
Next = Callable[[Page, Harvest], str | None]


async def follow(fetch: Ask, first: str, read: Read, following: Next) -> Harvest:
    """All pages as one harvest. `following` gives the next page's address, relative or not, or None at the end.

    A first page that fails raises its CollectError. What fails further on becomes a fault, and what came
    before it is kept: the harvest is then not `complete`, so that the next visit asks for the whole again,
    or `blocked`, so that the source is stopped.
    A server that leads round in circles, or off to another host, is left.
    """
    page = await fetch(first)
    if page.unchanged:
        return Harvest(unchanged=True)
    harvest = read(page)
    seen, target = {first, page.url}, _target(page, following(page, harvest))
    whole = harvest
    while target is not None and target not in seen:
        seen.add(target)
        if urlsplit(target).netloc != urlsplit(page.url).netloc:
            return replace(whole, faults=(*whole.faults, Fault("foreign_page")), complete=False)
        try:
            page = await fetch(target)
            harvest = read(page)
        except CollectError as error:
            return _cut_short(whole, error)
        whole = joined(whole, harvest)
        target = _target(page, following(page, harvest))
    return whole


async def follow_all(fetch: Ask, firsts: Sequence[str], read: Read, following: Next) -> Harvest:
    """Several listings, each with its pages, as one harvest. All are read, though the first has nothing new.

    The first listing fails like `follow`; what fails after it becomes a fault, and what came before is kept.
    """
    whole = await follow(fetch, firsts[0], read, following)
    for first in firsts[1:]:
        if not whole.complete:
            break
        try:
            harvest = await follow(fetch, first, read, following)
        except CollectError as error:
            return _cut_short(whole, error)
        whole = harvest if whole.unchanged else joined(whole, harvest)
    return whole


def joined(one: Harvest, other: Harvest) -> Harvest:
    """Two pages' harvest as one: items and background of both, each entry id once, faults of both."""
    known = {item.entry_id for item in one.items}
    return replace(
        one,
        items=one.items + tuple(item for item in other.items if item.entry_id not in known),
        background=one.background + other.background,
        faults=one.faults + other.faults,
        complete=one.complete and other.complete,
        blocked=one.blocked or other.blocked,
        retry_at=one.retry_at or other.retry_at,
    )


def recent(harvest: Harvest, since: datetime) -> Harvest:
    """The harvest without items from before. A time without a zone counts as UTC; what has no time stays."""
    kept = tuple(item for item in harvest.items if item.published_at is None or _aware(item.published_at) >= since)
    return replace(harvest, items=kept)


def by_link(page: Page, _harvest: Harvest) -> str | None:
    """The next page as the Link header names it (RFC 8288, rel="next")."""
    return page.links.get("next")


def with_query(url: str, **values: object) -> str:
    """The address with these query values set, in place of the same names; None takes a name out.

    >>> with_query("https://a.example/x?limit=5&b=1", limit=40, b=None)
    'https://a.example/x?limit=40'
    """
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    added = [(name, str(value)) for name, value in values.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(kept + added)))


def offset_of(url: str) -> int:
    """Which entry an address asks to begin with, by its `offset`: 0 for the first and where it names none.

    >>> offset_of("https://a.example/x?offset=25")
    25
    """
    value = dict(parse_qsl(urlsplit(url).query)).get("offset", "")
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _cut_short(whole: Harvest, error: CollectError) -> Harvest:
    if isinstance(error, BudgetSpentError | RobotsError):
        # Asking for the same pages again would never come further. A register is not whole by that.
        code = "robots_page" if isinstance(error, RobotsError) else error.code
        return replace(whole, faults=(*whole.faults, Fault(code)), complete=not whole.background)
    if isinstance(error, BlockedError):
        return replace(whole, faults=(*whole.faults, Fault(error.code)), complete=False, blocked=error.code)
    until = error.retry_at if isinstance(error, StatusError) else None
    return replace(whole, faults=(*whole.faults, Fault("cut_short", error.code)), complete=False, retry_at=until)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _target(page: Page, target: str | None) -> str | None:
    try:
        return None if target is None else urljoin(page.url, target)
    except ValueError:
        # No address at all: as far as following goes, another host's.
        return ""
