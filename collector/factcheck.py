"""Fact-checks from Google's Fact Check Tools (claims:search, v1alpha1): what checkers have said of a claim.

Documented by Google (developers.google.com/fact-check/tools/api); it needs an application's key, which goes along as a
header and so stands in no address. A search holds configured words of theme and place only, never an item's text. Who
made the claim is dropped; the checker is an organisation and stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr

from collector.base import Base, Fetch, Page, parameters
from collector.paging import follow_all, with_query
from collector.reading import as_json, first_sign, path_of, text_of
from collector.reviews import Review, harvest
from wijkblik.errors import ParseError
from wijkblik.models.items import Harvest
from wijkblik.models.wijk import KEY_NAMED, Config, Language, Source, Text

kind = "factcheck"

BASE = "https://factchecktools.googleapis.com"
PATH = "/v1alpha1/claims:search"
PAGE_SIZE = 50
EXAMPLE = 'key: "${WIJKBLIK_KEY_FACTCHECK}"'
MOST_WORDS = 10
"""Each word is a search of its own, in every visit."""


class Parameters(Config):
    """What is searched for: `words` of theme and place, each by itself, in one language, of one `publisher` (a site) or all.

    `key` is the application's key, in wijk.yaml the name of the variable that holds it; `base` stands in for Google's
    address.
    """

    words: Annotated[tuple[Text, ...], Field(max_length=MOST_WORDS)] = ()
    key: SecretStr | None = None
    language: Language = "nl"
    publisher: Text | None = None
    base: Base = BASE


def address(source: Source) -> str:
    """The first word's search. Raises ValueError without words or a key, and for a key that is written down."""
    key = parameters(source, Parameters).key
    in_address = "key" in parse_qs(urlsplit(source.url or "").query)
    if in_address or (key is not None and not re.match(KEY_NAMED, key.get_secret_value())):
        raise ValueError(f"a key stands here in clear; use '{EXAMPLE}' and set that variable")
    return _searches(source)[0]


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is that of a claim search; without claims it says nothing, so the address counts too."""
    return first_sign(body) == b"{" and (
        path_of(url).endswith(PATH) or (b'"claims"' in body and b'"claimReview"' in body)
    )


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What was checked within the period that may be looked back on. Raises a CollectError."""
    key, searches = parameters(source, Parameters).key, _searches(source)
    headers = {"X-Goog-Api-Key": key.get_secret_value()} if key else None
    recent = [with_query(search, maxAgeDays=(fetch.now - fetch.since).days) for search in searches]

    async def ask(url: str) -> Page:
        # The key is for the configured host, also when an answer came from another.
        meant_for_it = urlsplit(url)[:2] == urlsplit(searches[0])[:2]
        return await fetch(url, headers=headers if meant_for_it else None)

    def following(page: Page, _harvest: Harvest) -> str | None:
        token = text_of(_answer(page.body).get("nextPageToken"))
        return with_query(page.url, pageToken=token) if token else None

    return await follow_all(ask, recent, lambda page: parse(page.body, source, page.content_type), following)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """An item per review. Raises ParseError if the body is no answer to a search."""
    return harvest(_reviews(_answer(body)["claims"]), source)


def _searches(source: Source) -> list[str]:
    asked = parameters(source, Parameters)
    if source.url is not None:
        if asked.words:
            raise ValueError(
                "the address says already what is searched for; leave out 'words', or use them without 'url'"
            )
        return [source.url]
    if not asked.words or asked.key is None:
        raise ValueError(f"a search needs words and a key; add 'words: [...]' and '{EXAMPLE}' under query")
    fixed = {"languageCode": asked.language, "reviewPublisherSiteFilter": asked.publisher, "pageSize": PAGE_SIZE}
    return [with_query(asked.base + PATH, query=word, **fixed) for word in asked.words]


def _answer(body: bytes) -> dict[str, Any]:
    answer = as_json(body)
    claims = answer.get("claims", []) if isinstance(answer, dict) else None
    if not isinstance(claims, list):
        raise ParseError("this is no answer to a claim search", code="other_format")
    return {**answer, "claims": claims}


def _reviews(claims: Iterable[Any]) -> Iterator[Review]:
    for claim in (one for one in claims if isinstance(one, dict)):
        reviews = claim.get("claimReview")
        for review in reviews if isinstance(reviews, list) else []:
            if isinstance(review, dict):
                publisher = review.get("publisher")
                yield Review(
                    claim=claim.get("text"),
                    checker=publisher.get("name") if isinstance(publisher, dict) else None,
                    verdict=review.get("textualRating"),
                    link=review.get("url"),
                    at=review.get("reviewDate"),
                    lang=review.get("languageCode"),
                )
