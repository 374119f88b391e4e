"""Looking at an address before it becomes a source: what it is, what it holds, and what asking it would cost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from collector.base import Page
from collector.cadence import next_check
from collector.changes import starting_point
from collector.discovery import Offer, WebPage, is_web_page, read_page, recognise
from collector.fetch import Fetcher
from collector.network import named_private
from collector.registry import collectors
from collector.robots import robots_address
from collector.visit import Bounds, visit
from wijkblik.collecting import fetcher_for, run
from wijkblik.errors import CollectError, ParseError
from wijkblik.guard.mask import mask
from wijkblik.models.cadence import Hints
from wijkblik.models.items import Fault, Harvest, Polling
from wijkblik.models.wijk import Source, SourceType
from wijkblik.settings import Settings

SHOWN = 5
PAGES = 3
"""A preview asks no more of a listing in pages than this."""
BY_PERSONS = {"mastodon", "lemmy"}


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """An item as it would come in: texts masked, the author left out."""

    title: str
    text: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an address would bring as a source. `offers` are the feeds of a web page that was given instead of a feed.

    `robots` is `allowed`, `refused` or `none`; `requests_a_day` is what asking it would cost; `terms_url` is where
    its terms seem to stand. `fault` says why nothing could be shown; then `source` is not fit to be kept.
    """

    source: Source
    offers: tuple[Offer, ...] = ()
    robots: str = "none"
    terms_url: str | None = None
    items: tuple[PreviewItem, ...] = ()
    found: int = 0
    background: int = 0
    faults: tuple[Fault, ...] = ()
    fault: Fault | None = None
    requests_a_day: int = 0


def preview(settings: Settings, url: str, *, choice: int = 0, base: str | None = None, **given: Any) -> Preview:
    """Ask an address as a person would: find its feed (the `choice`-th that a page offers), recognise it, read it once.

    `given` are fields of the source that a person has filled in. Nothing is stored. What goes wrong is in `fault`.
    """
    return run(_preview(settings, url.strip(), choice, base, given))


async def _preview(settings: Settings, url: str, choice: int, base: str | None, given: dict[str, Any]) -> Preview:
    url = url if "://" in url else f"https://{url}"
    # Who types a private address can see what it is, as who writes it into the file.
    named = frozenset(filter(None, [named_private(url)]))
    page_of_it, offers = WebPage(), tuple[Offer, ...]()
    async with fetcher_for(settings, base, named) as fetcher:
        try:
            page = await fetcher.get(url, named=named)
            if is_web_page(page.body, page.content_type):
                page_of_it = read_page(page.body, page.url)
                offers = tuple(page_of_it.feeds)
            kind = recognise(page.url, page.body, page.content_type)
            if kind is None and offers:
                url = offers[min(max(choice, 0), len(offers) - 1)].url
                page = await fetcher.get(url, named=named)
                kind = recognise(page.url, page.body, page.content_type)
            if kind is None:
                code = "no_feed_found" if is_web_page(page.body, page.content_type) else "not_recognised"
                raise ParseError(code=code)
            source = _source(settings, page.moved_to or url, kind, page, page_of_it, given)
            polling, harvest = await _read(settings, source, fetcher, named)
            terms = page_of_it.terms or await _terms(fetcher, page.url, named)
        except (CollectError, ValueError) as error:
            code = error.code if isinstance(error, CollectError) else "source_unclear"
            robots = "refused" if code == "robots" else "none"
            source = _source(settings, url, "feed", None, page_of_it, given)
            return Preview(source, offers, robots, page_of_it.terms, fault=Fault(code, str(error)))
        host = urlsplit(page.url).netloc.lower()
        robots = "allowed" if fetcher.manners.hosts.get(host) and fetcher.manners.hosts[host].robots else "none"
    stopped = next(iter(harvest.faults), None) if polling.state in {"blocked", "gone", "failing"} else None
    return Preview(
        source=source,
        offers=offers,
        robots=robots,
        terms_url=terms,
        items=tuple(_shown(harvest)),
        found=len(harvest.items),
        background=len(harvest.background),
        faults=harvest.faults,
        fault=stopped,
        requests_a_day=requests_a_day(settings, polling, harvest),
    )


def requests_a_day(settings: Settings, polling: Polling, harvest: Harvest) -> int:
    """How often the source would be asked in the next day, by the same decision that plans real visits."""
    now = start = settings.now()
    hints = Hints(ttl_minutes=harvest.ttl_minutes, period_minutes=harvest.period_minutes, skip_hours=harvest.skip_hours, skip_days=harvest.skip_days)
    count = 0
    while now < start + timedelta(days=1):
        now = next_check(now, settings.defaults.cadence, polling.rhythm, zone=settings.wijk.zone, hints=hints).at
        count += 1
    return count


def new_key(name: str, taken: Sequence[str]) -> str:
    """A key for a source made of its name, unlike those that are taken.

    >>> new_key("Gemeente Één!", ["gemeente-een"])
    'gemeente-een-2'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "bron"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


async def _read(settings: Settings, source: Source, fetcher: Fetcher, named: frozenset[str]) -> tuple[Polling, Harvest]:
    limits = settings.defaults.fetch.model_copy(update={"pages_per_visit": PAGES})
    bounds = Bounds(settings.now(), settings.wijk.zone, limits, named)
    module = collectors()[source.collector]
    seen = await visit(source, module, starting_point(source, None), fetcher, settings.defaults.cadence, bounds)
    faults = tuple(fault for fault in seen.harvest.faults if fault.code != "too_many_pages")
    return seen.polling, replace(seen.harvest, faults=faults)


async def _terms(fetcher: Fetcher, url: str, named: frozenset[str]) -> str | None:
    """Where the host's own front page says that its terms are; a person reads them."""
    try:
        front = await fetcher.get(robots_address(url).removesuffix("robots.txt"), named=named)
    except CollectError:
        return None
    return read_page(front.body, front.url).terms if is_web_page(front.body, front.content_type) else None


def _source(settings: Settings, url: str, kind: str, page: Page | None, web: WebPage, given: dict[str, Any]) -> Source:
    host = (urlsplit(url).hostname or url).removeprefix("www.")
    title = web.title or (_feed_title(page.body) if page else "") or host
    name = str(given.get("name") or title)[:200]
    type_: SourceType = given.get("type") or ("social" if kind in BY_PERSONS else "community")
    organisation = None if type_ == "social" else str(given.get("organisation") or name)
    return Source(
        key=str(given.get("key") or new_key(name, [source.key for source in settings.wijk.sources])),
        name=name,
        collector=kind,
        url=url,
        type=type_,
        organisation=organisation,
        language=given.get("language"),
        terms_checked_at=given.get("terms_checked_at"),
    )


def _feed_title(body: bytes) -> str:
    found = re.search(rb"<title\b[^<>]{0,200}>\s*(?:<!\[CDATA\[)?([^<>\]]{1,200})", body[:20_000]) or re.search(
        rb'"title"\s*:\s*"([^"\\]{1,200})"', body[:20_000]
    )
    return mask(" ".join(found.group(1).decode("utf-8", "replace").split())) if found else ""


def _shown(harvest: Harvest) -> list[PreviewItem]:
    return [PreviewItem(mask(one.title), mask(one.text[:280]), one.published_at) for one in harvest.items[:SHOWN]]
