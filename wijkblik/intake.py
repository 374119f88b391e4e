"""What comes in is made fit to keep: texts masked, authors sealed, times made aware, an id given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from wijkblik.guard.mask import EMAIL, mask
from wijkblik.guard.pseudonyms import KeyRing, week_of
from wijkblik.models.items import FetchedItem, Item, NewItem, Polling
from wijkblik.models.wijk import Retention, Source, Wijk

POINT_DIGITS = 4
"""Decimals of a degree that are kept: about ten metres, a spot in the street and no front door."""


def take_in(
    items: Sequence[FetchedItem],
    source: Source,
    *,
    wijk_key: str,
    wijk: Wijk,
    keys: KeyRing,
    retention: Retention,
    now: datetime,
) -> list[NewItem]:
    """The items of one visit, ready for the store. Where persons write, no address stays readable."""
    week, erase_after = week_of(now), now + timedelta(days=retention.usual_days)
    return [_take_one(item, source, wijk_key, wijk, keys, week, now, erase_after) for item in items]


def item_id(wijk_key: str, source: Source, entry_id: str, keys: KeyRing) -> str:
    """The id of an entry: the same at every visit. Where persons write it is keyed, for an entry's own id may name one."""
    named = f"{wijk_key}\0{source.key}\0{entry_id}"
    if source.type == "social":
        return "i-" + keys.item_identity(wijk_key, named)[:20]
    return "i-" + hashlib.sha256(named.encode()).hexdigest()[:20]


def fit_to_remember(polling: Polling) -> Polling:
    """What is remembered of a source, without what its server would have us remember of a person: where it moved, its hub, its ETag."""
    return replace(
        polling,
        url=polling.url if _names_nobody(polling.url, polling) else polling.asked_url,
        etag=_names_nobody(polling.etag, polling),
        hub=_names_nobody(polling.hub, polling),
        topic=_names_nobody(polling.topic, polling),
    )


def _names_nobody(text: str | None, polling: Polling) -> str | None:
    """The text, unless it holds what is masked. What a person configured themselves stays."""
    return text if not text or text == polling.asked_url or mask(unquote(text)) == unquote(text) else None


def _own_address(url: str | None) -> str | None:
    """An item's address, unless someone's e-mail address stands in it. An account in it is the publisher's own."""
    return url if not url or EMAIL not in mask(unquote(url)) else None


def _take_one(
    fetched: FetchedItem,
    source: Source,
    wijk_key: str,
    wijk: Wijk,
    keys: KeyRing,
    week: str,
    now: datetime,
    erase_after: datetime,
) -> NewItem:
    is_social = source.type == "social"
    title, text = mask(fetched.title), mask(fetched.text)
    item = Item(
        item_id=item_id(wijk_key, source, fetched.entry_id, keys),
        source_key=source.key,
        title=title,
        text=text,
        lang=fetched.lang,
        url=None if is_social else _own_address(fetched.url),
        published_at=_aware(fetched.published_at, wijk),
        fetched_at=now,
        expires_at=_aware(fetched.expires_at, wijk),
        point=fetched.point and (round(fetched.point[0], POINT_DIGITS), round(fetched.point[1], POINT_DIGITS)),
    )
    return NewItem(
        item=item,
        content_hash=_content_hash(item),
        pseudonym=keys.pseudonym(wijk_key, week, fetched.author) if fetched.author else None,
        key_week=week if is_social or fetched.author else None,
        sealed=keys.seal(wijk_key, week, fetched.author, fetched.url) if is_social else None,
        retention_class="usual",
        erase_after=erase_after,
    )


def _content_hash(item: Item) -> str:
    parts = [item.title, item.text, item.url or ""]
    if item.expires_at is not None or item.point is not None:
        parts += [str(item.expires_at), str(item.point)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _aware(moment: datetime | None, wijk: Wijk) -> datetime | None:
    """A time without a zone is the wijk's local time."""
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=wijk.zone)).astimezone(UTC)
    except OverflowError:
        return None
