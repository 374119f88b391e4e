"""What a fact-checker said of a claim, as an item. Google's fact-checks and ClaimReview pages hold the same facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from collector.reading import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    counted,
    cut,
    digest,
    language,
    moment,
    text_of,
    web_address,
)
from collector.text import plain
from wijkblik.models.items import Fault, FetchedItem, Harvest
from wijkblik.models.wijk import Source


@dataclass(frozen=True, slots=True)
class Review:
    """A review as its source wrote it, nothing checked yet. `checker` is an organisation; who made the claim is not here."""

    claim: Any
    checker: Any
    verdict: Any
    link: Any
    at: Any
    lang: Any


def harvest(reviews: Iterable[Review], source: Source) -> Harvest:
    """An item per review: the claim as title, checker and verdict as text. One without a claim or an address is left out."""
    faults: list[Fault] = []
    items: dict[str, FetchedItem] = {}
    for review in reviews:
        item = _item(review, source, faults)
        if item is None:
            faults.append(Fault("bad_item"))
            continue
        if item.entry_id in items and items[item.entry_id].title != item.title:
            # One article may review several claims.
            item = replace(item, entry_id=f"{item.entry_id}#{digest(item.title)}")
        items.setdefault(item.entry_id, item)
    return Harvest(tuple(items.values()), counted(faults))


def _item(review: Review, source: Source, faults: list[Fault]) -> FetchedItem | None:
    title = cut(plain(text_of(review.claim)), TITLE_LIMIT, "title_cut", faults)
    url = web_address(text_of(review.link).strip(), source.url or "", faults)
    if not title or url is None:
        return None
    at = moment(review.at)
    if review.at and at is None:
        faults.append(Fault("bad_date"))
    text = ": ".join(filter(None, (plain(text_of(part)) for part in (review.checker, review.verdict))))
    return FetchedItem(
        entry_id=url,
        title=title,
        text=cut(text, TEXT_LIMIT, "text_cut", faults),
        url=url,
        lang=language(review.lang) or source.language,
        published_at=at,
    )
