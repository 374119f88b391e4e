"""Lists of feeds brought along from a feed reader, and taken away."""

import contextlib
import string
import time
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wijkblik.errors import ConfigError
from wijkblik.models.wijk import Source, Wijk
from wijkblik.service.opml import MOST_BYTES, MOST_FEEDS, feeds_of, opml, read_opml
from wijkblik.settings import load_settings

A_SOURCE = {"collector": "feed", "type": "news", "organisation": "Krant", "name": "Krant"}


def wijk(*sources):
    return Wijk(
        schema=1,
        name="De Weverij",
        municipality="Lindevoort",
        languages=("nl",),
        contact="x",
        places=({"name": "Spoelstraat"},),
        sources=tuple(Source(**A_SOURCE | {"key": f"k{number}"} | one) for number, one in enumerate(sources)),
    )


OURS = wijk({"url": "https://krant.example/a.rss"})


def document(*outlines, head=""):
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def outline(url, **attributes):
    own = {"xmlUrl": url} | attributes
    return f"<outline {' '.join(f'{name}={quoteattr(value)}' for name, value in own.items())}/>"


def test_feeds_come_out_of_folders_under_their_own_names():
    body = document(
        '<outline text="Buurt"><outline text="Diep">',
        outline("https://draad.example/feed", title="Buurthuis De Draad", text="iets anders"),
        "</outline></outline>",
        outline("https://inslag.example/rss", text=" SV\nDe  Inslag "),
        outline("https://www.markt.example/rss"),
    )
    found = read_opml(body, "lijst.opml", OURS)
    assert [(one.key, one.name, one.organisation) for one in found.sources] == [
        ("buurthuis-de-draad", "Buurthuis De Draad", "Buurthuis De Draad"),
        ("sv-de-inslag", "SV De Inslag", "SV De Inslag"),
        ("www-markt-example", "www.markt.example", "www.markt.example"),
    ]
    assert {(one.type, one.collector, one.terms_checked_at) for one in found.sources} == {("community", "feed", None)}
    assert (found.known, found.refused) == (0, ())


def test_what_is_there_already_or_twice_comes_in_once():
    body = document(
        outline("http://www.krant.example/a.rss/", text="Krant"),
        outline("https://draad.example/feed", text="Draad"),
        outline("https://draad.example/feed", text="Draad, nog eens"),
        outline("https://draad.example/agenda", text="Draad"),
    )
    found = read_opml(body, "lijst.opml", OURS)
    assert ([one.key for one in found.sources], found.known) == (["draad", "draad-2"], 2)


@pytest.mark.parametrize(
    "url",
    [
        "feed://draad.example/rss",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "draad.example/rss",
        "https://",
        "http://[",
        "https://draad.example/met spatie",
        "https://draad.example/\u202e",
        "https://draad.example/" + "x" * 3000,
        # One account is one person, unless someone says otherwise.
        "https://weefsel.example/@sjoukje.rss",
    ],
)
def test_what_can_not_be_asked_is_left_out_and_named(url):
    found = read_opml(document(outline(url, text="Rommel"), outline("https://goed.example/rss")), "l", OURS)
    assert ([one.name for one in found.sources], found.refused) == (["goed.example"], ("Rommel",))


def test_readers_do_not_agree_on_capitals_and_folders_are_no_feeds():
    body = document('<outline text="map" xmlUrl=""/><outline text="leeg"/>', outline("https://a.example/", xmlurl="x"))
    assert [one.url for one in read_opml(body, "l", OURS).sources] == ["https://a.example/"]
    lower = b'<opml><body><outline xmlurl="https://b.example/"/></body></opml>'
    assert [one.url for one in read_opml(lower, "l", OURS).sources] == ["https://b.example/"]


BOMB = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"geen xml",
        b"<rss version='2.0'></rss>",
        b"<opml><body>",
        b"<!doctype html><title>Inloggen</title>",
        document(outline("https://a.example/", text="&b;"), head=BOMB).replace(b"&amp;b;", b"&b;"),
        document(outline("https://a.example/", text="x"), head=OUTSIDE),
        # A document type that no search through the bytes finds.
        document(outline("https://a.example/"), head=OUTSIDE).decode().replace("utf-8", "utf-16").encode("utf-16"),
        b"<opml>" + b"<outline>" * 5_000 + b"</outline>" * 5_000 + b"</opml>",
        b"<opml>" + b" " * MOST_BYTES + b"</opml>",
        document(*(outline(f"https://a.example/{number}") for number in range(MOST_FEEDS + 1))),
    ],
    ids=["empty", "text", "feed", "cut", "html", "bomb", "outside", "utf-16", "deep", "large", "many"],
)
def test_what_is_no_list_for_a_wijk_is_refused(body):
    with pytest.raises(ConfigError, match=r"^lijst\.opml: .*once more$"):
        read_opml(body, "lijst.opml", OURS)


def test_the_largest_list_takes_no_more_than_a_moment():
    body = document(*(outline(f"https://a.example/{number}", text="Zelfde naam") for number in range(MOST_FEEDS)))
    started = time.monotonic()
    found = read_opml(body, "l", OURS)
    assert len({one.key for one in found.sources}) == MOST_FEEDS
    assert time.monotonic() - started < 10


def test_our_own_list_brings_back_who_speaks_where():
    before = wijk(
        {"url": "https://a.example/rss", "name": "Gemeente <&> 'x' \"y\"", "type": "official"},
        {"url": "https://b.example/rss?x=1&y=2", "name": "نسيج الحي", "type": "social", "organisation": None},
        {"url": "https://c.example/rss", "name": "Ook officieel", "type": "official"},
        {"collector": "mastodon", "url": "https://w.example/tags/x", "type": "social", "organisation": None},
    )
    assert len(feeds_of(before)) == 3
    after = read_opml(opml(before), "l", OURS).sources
    assert {(one.url, one.name, one.type) for one in after} == {
        (one.url, one.name, one.type) for one in feeds_of(before)
    }
    # Where persons write nobody is named as the publisher, so that authors stay sealed.
    assert [one.organisation for one in after if one.type == "social"] == [None]
    assert {one.type for one in read_opml(opml(before), "l", OURS, type_="residents").sources} == {"residents"}
    assert read_opml(opml(before), "l", before).known == 3


def test_a_scenarios_feeds_stand_where_its_publisher_is():
    demo = load_settings("demo").wijk
    assert feeds_of(demo) == []
    listed = opml(demo, "http://127.0.0.1:8765")
    assert listed.count(b"xmlUrl") == sum(one.collector == "feed" for one in demo.sources)
    found = read_opml(listed, "l", demo, base="http://127.0.0.1:8765")
    assert (found.sources, found.known) == ((), listed.count(b"xmlUrl"))


NAMES = st.text(string.ascii_letters + string.digits + " éأ'\"&<>=;#", min_size=1, max_size=30).filter(
    lambda text: text == " ".join(text.split()) and not any(f"<{sign}" in text for sign in string.ascii_letters)
)
PATHS = st.text(string.ascii_letters + string.digits + "-._~/?&=%", max_size=30)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.dictionaries(PATHS, st.tuples(NAMES, st.sampled_from(["news", "official", "social", "satire"])), max_size=5))
def test_what_is_taken_away_comes_back(entries):
    sources = [
        {"url": f"https://x.example/a{path}", "name": name, "type": type_}
        | ({"organisation": None} if type_ == "social" else {})
        for path, (name, type_) in entries.items()
    ]
    before = wijk(*sources, {"url": "https://y.example/"})
    found = read_opml(opml(before), "l", OURS)
    assert found.refused == ()
    kept = {one.url: (one.name, one.type) for one in found.sources}
    expected = {one.url: (one.name, one.type) for one in before.sources}
    assert kept.items() <= expected.items()
    assert len(kept) + found.known == len(expected)


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.binary()
    | st.text().map(lambda text: document(text))
    | st.text(string.printable).map(lambda url: document(outline(url)))
)
def test_no_file_crashes_it(body):
    with contextlib.suppress(ConfigError):
        read_opml(body, "l", OURS)
