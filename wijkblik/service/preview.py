"""Looking at an address before it becomes a source: what it is, what it holds, and what asking it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from collector.base import Page
from collector.cadence import next_check
from collector.changes import starting_point
from collector.discovery import Offer, WebPage, feed_title, is_web_page, read_page, recognise
from collector.fetch import Fetcher
from collector.network import named_private
from collector.reading import asks_for_password
from collector.visit import ACCEPT
from wijkblik.collecting import fetcher_for, run
from wijkblik.errors import CollectError, NotFoundError, ParseError
from wijkblik.guard.mask import mask
from wijkblik.models.cadence import Hints
from wijkblik.models.items import Fault, Harvest, Host
from wijkblik.models.wijk import Source
from wijkblik.service.looking import Look, Robots, look
from wijkblik.service.proposal import Given, already_there, follows_one_account, propose
from wijkblik.settings import Settings

SHOWN, SHOWN_CHARACTERS = 5, 280
READ_ON = {"bluesky", "mastodon"}
"""These read on from where they were: one page mostly, however many the first visit took."""
TERMS_PAGES = {"mastodon": "/about"}
"""Where every server of a kind keeps its rules."""
NO_SUCH_SOURCE = {"http_error", "html", "not_json", "other_format", "not_a_feed", "no_claimreview", "empty"}
"""What a page's own listing says if the page only looked like one that has a listing."""


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """An item as it would come in: texts masked, the author left out."""

    title: str
    text: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an address would bring as a source. `offers` are the feeds of a web page that was given instead of a feed.

    Either `source` or `fault`, which says why there is none. `known` is the key of the wijk's source that asks this
    address already; `found` and `background` count items and records, `requests_a_day` is what asking it would cost (0:
    less than one), `terms_url` is where its terms seem to stand.
    """

    offers: tuple[Offer, ...] = ()
    source: Source | None = None
    fault: Fault | None = None
    known: str | None = None
    robots: Robots = "unread"
    terms_url: str | None = None
    items: tuple[PreviewItem, ...] = ()
    found: int = 0
    background: int = 0
    faults: tuple[Fault, ...] = ()
    requests_a_day: int = 0


def preview(
    settings: Settings,
    url: str,
    given: Given,
    *,
    choice: int | None = None,
    hosts: Mapping[str, Host] | None = None,
    base: str | None = None,
) -> Preview:
    """Ask an address as a person would: recognise it, or find the feed that its page offers, and read that once.

    `choice` says which of the offered feeds (from 1); by default the first, if the page itself is no source. `hosts` is
    what is remembered of hosts, `base` a scenario's publisher. Nothing is stored. What goes wrong is in `fault`.
    Raises NotFoundError if the page offers no such choice.
    """
    return run(_preview(settings, url.strip(), given, choice, hosts, base))


async def _preview(
    settings: Settings, url: str, given: Given, choice: int | None, hosts: Mapping[str, Host] | None, base: str | None
) -> Preview:
    url = url if "://" in url else f"https://{url}"
    # Who types a private address can see what it is, as who writes it into the file.
    named = frozenset(filter(None, [named_private(url)]))
    ours = base if base is not None and url.startswith(base) else None
    async with fetcher_for(settings, ours, named, hosts) as fetcher:
        visitor = _Visitor(settings, given, fetcher, named, base)
        try:
            return await visitor.visit(url, choice)
        except CollectError as error:
            return visitor.failed(Fault(error.code, str(error)))


class _Visitor:
    """Finds out what is at an address. `web` is the page for people that was given, if it was one."""

    def __init__(
        self, settings: Settings, given: Given, fetcher: Fetcher, named: frozenset[str], base: str | None
    ) -> None:
        self._settings, self._given, self._fetcher = settings, given, fetcher
        self._named, self._base = named, base
        self.web = WebPage()

    def failed(self, fault: Fault) -> Preview:
        """That there is no source here, and why."""
        robots: Robots = "refused" if fault.code == "robots" else "unread"
        return Preview(self.web.feeds, fault=fault, robots=robots, terms_url=self.web.terms)

    async def visit(self, url: str, choice: int | None) -> Preview:
        """The page's own listing if it has one, else a feed that it offers. Raises a CollectError, or NotFoundError."""
        page = await self._get(url)
        is_page = is_web_page(page.body, page.content_type)
        if is_page:
            self.web = read_page(page.body, page.url, page.content_type)
        if choice is not None and (self.web.feeds or choice != 1):
            return await self._offered(choice)
        kind = recognise(page.moved_to or url, page.body, page.content_type)
        if kind is not None:
            seen = await self._read(kind, url, page)
            if not (is_page and seen.fault and seen.fault.code in NO_SUCH_SOURCE):
                return seen
        if self.web.feeds:
            return await self._offered(1)
        if not is_page:
            raise ParseError(code="not_recognised")
        raise ParseError(code="login" if asks_for_password(page.body) else "no_feed_found")

    async def _offered(self, choice: int) -> Preview:
        feeds = self.web.feeds
        if not 1 <= choice <= len(feeds):
            raise NotFoundError("feed", str(choice), map(str, range(1, len(feeds) + 1)))
        url = feeds[choice - 1].url
        page = await self._get(url)
        kind = recognise(page.moved_to or url, page.body, page.content_type)
        if kind is None:
            raise ParseError(code="not_recognised")
        return await self._read(kind, url, page)

    async def _get(self, url: str) -> Page:
        return await self._fetcher.get(url, accept=ACCEPT, named=self._named)

    async def _read(self, kind: str, url: str, page: Page) -> Preview:
        """Read the listing as a round would; the answer that showed its kind is not asked for again."""
        address = page.moved_to or url
        if kind == "feed" and self._given.organisation is None and follows_one_account(address):
            return self.failed(Fault("one_person"))
        try:
            source = propose(self._settings, kind, address, feed_title(page.body) or self.web.title, self._given)
        except ValueError as error:
            return self.failed(Fault("source_unclear", str(error).splitlines()[0]))
        start = starting_point(source, None)
        had = {address: page}
        looked = await look(self._settings, source, start, self._fetcher, self._base, self._named, had)
        if looked.failure is not None:
            return self.failed(looked.failure)
        known, harvest = already_there(self._settings, source, self._base), looked.harvest
        return Preview(
            offers=self.web.feeds,
            source=source,
            known=known.key if known else None,
            robots=looked.robots,
            terms_url=await self._terms(kind, page.url),
            items=tuple(_shown(harvest)),
            found=len(harvest.items),
            background=len(harvest.background),
            faults=harvest.faults,
            requests_a_day=requests_a_day(self._settings, source, looked),
        )

    async def _terms(self, kind: str, url: str) -> str | None:
        """Where the terms stand: on the page that was given, at a place of the kind's own, or by the site's front page."""
        if self.web.terms is not None or kind in TERMS_PAGES:
            return self.web.terms or urljoin(url, TERMS_PAGES[kind])
        try:
            front = await self._get(urljoin(url, "/"))
        except CollectError:
            return None
        is_page = is_web_page(front.body, front.content_type)
        return read_page(front.body, front.url, front.content_type).terms if is_page else None


def requests_a_day(settings: Settings, source: Source, looked: Look) -> int:
    """About how many requests the source would cost in the next day, by the same decision that plans real visits."""
    visits = _visits(settings, looked)
    return visits if source.collector in READ_ON else visits * max(looked.requests, 1)


def _visits(settings: Settings, looked: Look) -> int:
    harvest, page = looked.harvest, looked.page
    if harvest.again_after is not None and harvest.again_after > timedelta(days=1):
        return 0
    now = start = settings.now()
    fresh = page.fresh_until - datetime.now(UTC) if page and page.fresh_until else timedelta()
    fresh = timedelta(minutes=round(fresh / timedelta(minutes=1)))
    wishes = Hints(
        ttl_minutes=harvest.ttl_minutes,
        period_minutes=harvest.period_minutes,
        skip_hours=harvest.skip_hours,
        skip_days=harvest.skip_days,
    )
    visits = 0
    while now < start + timedelta(days=1):
        hints = replace(wishes, fresh_until=now + fresh)
        plan = next_check(now, settings.defaults.cadence, looked.polling.rhythm, zone=settings.wijk.zone, hints=hints)
        now, visits = plan.at, visits + 1
    return visits


def _shown(harvest: Harvest) -> list[PreviewItem]:
    newest = harvest.items[:SHOWN]
    return [PreviewItem(mask(one.title), mask(one.text)[:SHOWN_CHARACTERS], one.published_at) for one in newest]
