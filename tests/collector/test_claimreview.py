"""ClaimReview data in pages."""

import json
import time

import pytest
from helping import make_source
from hypothesis import given
from hypothesis import strategies as st

from collector.claimreview import parse
from wijkblik.errors import ParseError

SOURCE = make_source("https://factcheck.example/", collector="claimreview")
REVIEW = {"@type": "ClaimReview", "claimReviewed": "De brug is weg", "url": "https://factcheck.example/brug"}


def page(data):
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Nieuws</title>",
        page({"@type": "NewsArticle", "headline": "Nieuws"}),
        b'<script type="text/javascript">{"@type": "ClaimReview"}</script>',
        b'<script type="application/ld+json">{"@type": "ClaimReview"}',
        b"{}",
    ],
)
def test_a_page_without_reviews_says_so(body):
    with pytest.raises(ParseError) as caught:
        parse(body, SOURCE)
    assert caught.value.code == "no_claimreview"


@pytest.mark.parametrize(
    "data",
    [
        REVIEW,
        [REVIEW],
        {"@graph": [{"@type": "WebSite"}, REVIEW]},
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}]},
        {"@type": "NewsArticle", "review": REVIEW},
    ],
)
def test_a_review_is_found_wherever_it_is_nested_and_in_a_file_of_its_own(data):
    assert [item.title for item in parse(page(data), SOURCE).items] == ["De brug is weg"]
    assert parse(json.dumps(data).encode(), SOURCE) == parse(page(data), SOURCE)


PERSON = {"@type": "Person", "name": "P. Verzonnen"}


@pytest.mark.parametrize(
    ("author", "checker"),
    [
        ({"@type": "Organization", "name": "Toets"}, "Toets"),
        ([PERSON, {"@type": ["NewsMediaOrganization"], "name": "Toets"}], "Toets"),
        (PERSON, "S"),
        ("P. Verzonnen", "S"),
        (None, "S"),
    ],
)
def test_only_an_organisation_is_named(author, checker):
    claim = {"@type": "Claim", "author": PERSON, "appearance": {"author": PERSON}}
    (item,) = parse(page(REVIEW | {"author": author, "itemReviewed": claim}), SOURCE).items
    assert item.text == checker
    assert item.author is None
    assert "Verzonnen" not in f"{item.title} {item.text}"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("ClaimReview"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*REVIEW, "author", "@graph"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*REVIEW, "author", "reviewRating", "datePublished"]), values))
def test_no_value_of_another_type_breaks_it(changed):
    items = parse(page([REVIEW, REVIEW | changed]), SOURCE).items
    assert items[0].title == "De brug is weg"


@pytest.mark.parametrize(
    "part", [b"<script", b"<script>", b'<script type="application/ld+json">', b"</script", b"[", b"{"]
)
def test_a_hostile_page_takes_no_more_than_its_length(part):
    started = time.perf_counter()
    with pytest.raises(ParseError):
        parse(part * 100_000, SOURCE)
    assert time.perf_counter() - started < 5
