"""What was found at an address, as a source that a person may add."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from urllib.parse import urlsplit

from collector.base import address_of
from collector.registry import collectors
from wijkblik.collecting import resolved
from wijkblik.guard.mask import mask
from wijkblik.models.wijk import Config, Key, Language, Source, SourceType, Text
from wijkblik.settings import Settings

USUAL_TYPES: dict[str, SourceType] = {
    "bekendmakingen": "official",
    "boundaries": "service",
    "burgernet": "official",
    "claimreview": "news",
    "crime": "service",
    "factcheck": "news",
    "lemmy": "social",
    "locatieserver": "service",
    "mastodon": "social",
    "meteoalarm": "official",
    "nlalert": "official",
    "open311": "reports",
    "politie": "official",
    "raad": "official",
    "signalen": "reports",
}
"""Who speaks there, by kind of source; anything else is taken to be a club's until a person says what it is."""
NAME_LIMIT, KEY_LIMIT = 200, 50
_ONE_ACCOUNT = re.compile(r"/(?:@[^/]+|users?/[^/]+|u/[^/]+)(?:/|\.(?:rss|atom|xml|json)|$)", re.IGNORECASE)


class Given(Config):
    """What a person filled in of a source; the rest is made of what is found."""

    key: Key | None = None
    name: Text | None = None
    type: SourceType | None = None
    organisation: Text | None = None
    language: Language | None = None
    terms_checked_at: date | None = None


def propose(settings: Settings, kind: str, url: str, title: str, given: Given) -> Source:
    """The source that an address would be. Raises ValueError ("what is wrong; what would be right") if it can't be one."""
    type_ = given.type or USUAL_TYPES.get(kind, "community")
    name = _line(given.name or mask(title))[:NAME_LIMIT] or urlsplit(url).netloc.removeprefix("www.")
    source = Source(
        key=given.key or new_key(name, {source.key for source in settings.wijk.sources}),
        name=name,
        collector=kind,
        url=url,
        type=type_,
        organisation=None if type_ == "social" else _line(given.organisation or "") or name,
        language=given.language,
        terms_checked_at=given.terms_checked_at,
    )
    address_of(collectors()[kind], source)
    return source


def filled_in(settings: Settings, source: Source, given: Given) -> Source:
    """A proposed source with what a person changed of it. Raises ValueError if it can't be so."""
    assert source.url is not None, "what was found has an address"
    return propose(settings, source.collector, source.url, source.name, given)


def follows_one_account(url: str) -> bool:
    """Whether an address has the form of what one account posts, as common servers write it."""
    return _ONE_ACCOUNT.search(urlsplit(url).path) is not None


def already_there(settings: Settings, source: Source, base: str | None) -> Source | None:
    """The wijk's own source that asks the same address, however that is written or made; None if there is none."""
    asked = asked_address(source)
    sources = zip(settings.wijk.sources, (resolved(one, base) for one in settings.wijk.sources), strict=True)
    return next((own for own, whole in sources if asked_address(whole) == asked), None)


def asked_address(source: Source) -> str:
    """What a source asks first, in a form to compare: http and https, and letters of the host, make no difference."""
    try:
        address = address_of(collectors()[source.collector], source)
        parts = urlsplit(address)
    except (KeyError, ValueError):
        return source.url or source.key
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _line(text: str) -> str:
    return " ".join(text.split())


def new_key(name: str, taken: Collection[str]) -> str:
    """A key for a source made of its name, unlike those that are taken.

    >>> new_key("Gemeente Één!", ["gemeente-een"])
    'gemeente-een-2'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:KEY_LIMIT].rstrip("-") or "bron"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
