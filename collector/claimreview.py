"""Fact-checks from a checker's own page: the ClaimReview data that it holds for search engines, as JSON-LD.

Specifications: ClaimReview (schema.org); JSON-LD 1.1 (W3C), section 7 on its place in HTML, of which only plain nesting
is read and no context. Which Dutch checkers publish it was not verified. No link is followed: only the configured page
counts, or a file of such data. Names of persons who made or checked a claim are dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from collector.base import Fetch
from collector.reading import counted, first_sign, is_page, text_of
from collector.reviews import Review, harvest
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, Harvest
from wijkblik.models.wijk import Source

kind = "claimreview"

# The standard library's HTML parser needs quadratic time for some pages; of a page only its scripts matter here, and
# those end at the first end tag (HTML Living Standard, script data state).
_SCRIPT = re.compile(r"<script\b([^<>]{0,1000})>", re.IGNORECASE)
_JSON_LD = re.compile(r"""\btype\s*=\s*["']?application/ld\+json\b""", re.IGNORECASE)
_END = re.compile(r"</script[\s/>]", re.IGNORECASE)
_NAMED = re.compile(rb'"(?:[^"\s]{0,100}[/:#])?ClaimReview"')
_TYPE = re.compile(r"(?:^|[/:#])ClaimReview$")


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is a page, or a file, with such data; a feed that mentions it is none."""
    if _NAMED.search(body) is None:
        return False
    return first_sign(body) in {b"{", b"["} or is_page(body)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What the page holds now. Raises a CollectError."""
    assert source.url is not None, "a page has an address"
    page = await fetch(source.url)
    return Harvest(unchanged=True) if page.unchanged else parse(page.body, source, page.content_type)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """An item per review, in the page's order. Raises ParseError, code `no_claimreview`, if there is none."""
    text = body.decode("utf-8-sig", "replace").strip()
    if not text:
        raise ParseError("the body is empty", code="empty")
    faults: list[Fault] = []
    blocks = [text] if text.startswith(("{", "[")) else _scripts(text)
    found = [review for block in blocks for review in _claim_reviews(_data(block, faults))]
    if not found:
        raise ParseError("the page holds no ClaimReview", code="no_claimreview")
    read = harvest((_review(one, source) for one in found), source)
    return replace(read, faults=counted([*faults, *read.faults]))


def _scripts(page: str) -> Iterator[str]:
    position = 0
    while (start := _SCRIPT.search(page, position)) and (end := _END.search(page, start.end())):
        if _JSON_LD.search(start.group(1)):
            yield page[start.end() : end.start()]
        position = end.end()


def _data(block: str, faults: list[Fault]) -> Any:
    try:
        return json.loads(block, strict=False)
    except (ValueError, RecursionError):
        faults.append(Fault("malformed"))
        return None


def _claim_reviews(data: Any) -> Iterator[dict[str, Any]]:
    """Every ClaimReview at whatever depth: by itself, in a list, a graph (`@graph`) or a data feed."""
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if any(_TYPE.search(text_of(name)) for name in _each(node.get("@type"))):
                yield node
            waiting += reversed(node.values())
        elif isinstance(node, list):
            waiting += reversed(node)


def _review(node: dict[str, Any], source: Source) -> Review:
    organisations = [
        author.get("name")
        for author in _each(node.get("author"))
        if isinstance(author, dict) and "Organization" in str(author.get("@type"))
    ]
    ratings = [rating for rating in _each(node.get("reviewRating")) if isinstance(rating, dict)]
    return Review(
        claim=node.get("claimReviewed"),
        checker=next(iter(organisations), source.organisation),
        verdict=next((rating.get("alternateName") for rating in ratings), None),
        link=node.get("url"),
        at=node.get("datePublished"),
        lang=node.get("inLanguage"),
    )


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
