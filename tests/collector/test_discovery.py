"""What a web page says of its feeds and terms, and which kind of source an answer is."""

import time
from pathlib import Path

import pytest
from helping import rss_feed
from hypothesis import given, settings
from hypothesis import strategies as st
from test_every_collector import KINDS, samples

from collector.discovery import Offer, WebPage, feed_title, is_web_page, read_page, recognise
from collector.registry import collectors

HOME = "https://www.lindevoort.example/wijken/weverij"
SAMPLES = Path(__file__).parent / "samples"
OWN = [kind for kind in KINDS if hasattr(collectors()[kind], "recognises")]
TAG_PAGE = (
    b"<!DOCTYPE html><html lang='nl'><head><title>#deweverij - Weefsel</title>"
    b"<link href='https://weefsel.example/tags/deweverij.rss' rel='alternate' type='application/rss+xml'>"
    b"</head><body><div class='app-holder' id='mastodon'></div></body></html>"
)


def page(head="", body="", charset="utf-8"):
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(charset)


def link(href, type_="application/rss+xml", title="", rel="alternate"):
    return f'<link rel="{rel}" type="{type_}" href="{href}" title="{title}">'


def test_every_kind_but_the_feed_knows_its_own():
    assert set(KINDS) - set(OWN) == {"feed"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_recognised_as_its_own_kind_wherever_it_stands(kind):
    for body in samples(kind):
        assert recognise("https://voorbeeld.nl/x", body, "") == kind


@pytest.mark.parametrize("kind", OWN)
def test_a_sample_is_taken_by_no_neighbour(kind):
    for body in samples(kind):
        claimed = [other for other in OWN if collectors()[other].recognises("https://voorbeeld.nl/x", body)]
        assert claimed == [kind]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.name)
def test_a_feed_with_its_faults_is_a_feed(path):
    if path.stem not in KINDS:
        assert recognise("https://voorbeeld.nl/x", path.read_bytes(), "") == "feed"


@pytest.mark.parametrize("kind", OWN)
@settings(max_examples=80, deadline=None)
@given(url=st.text() | st.just("http://["), data=st.data())
def test_recognising_never_raises(kind, url, data):
    body = data.draw(st.binary() | st.sampled_from(samples(kind)))
    assert collectors()[kind].recognises(url, body) in {True, False}


@pytest.mark.parametrize(
    ("url", "body", "kind"),
    [
        # Nothing in it says what it is, and nearly always there is nothing in it.
        ("https://services.burgernet.nl/landactiehost/api/v1/alerts", b"[]", "burgernet"),
        ("https://api.public-warning.app/api/v1/providers/nl-alert/alerts", b'{"data": []}', "nlalert"),
        ("https://x.nl/signals/v1/public/signals/geography/?bbox=1,2,3,4", b'{"features": null}', "signalen"),
        ("https://api.politie.nl/v4/nieuws", b"", "politie"),
        ("https://x.nl/open311/v2/requests.json", b"[]", "open311"),
        ("https://x.nl/open311/v2/requests.xml", b"<?xml version='1.0'?><service_requests/>", "open311"),
        ("https://weefsel.example/api/v1/timelines/tag/deweverij", b"[]", "mastodon"),
        ("https://weefsel.example/api/v1/timelines/public?local=true", b"[]", "mastodon"),
        ("https://x.nl/xrpc/app.bsky.feed.getAuthorFeed?actor=a.nl", b'{"feed": []}', "bluesky"),
        ("https://x.nl/v1alpha1/claims:search", b"{}", "factcheck"),
        ("https://api.pdok.nl/bzk/locatieserver/search/v3_1/free?q=x", b'{"response": {"docs": []}}', "locatieserver"),
        # The same without such an address is nothing.
        ("https://voorbeeld.nl/", b"[]", None),
        ("https://voorbeeld.nl/", b"{}", None),
        ("https://voorbeeld.nl/", b"", None),
        # A tag's page and feed at a Mastodon server, and a page of tags of anyone else.
        ("https://weefsel.example/tags/deweverij", TAG_PAGE, "mastodon"),
        ("https://weefsel.example/tags/deweverij.rss", rss_feed(channel="<generator>Mastodon v4.5</generator>"), "mastodon"),
        ("https://weefsel.example/@sjoukje", TAG_PAGE, None),
        ("https://blog.example/tags/wandelen", page("<title>Wandelen</title>"), None),
        # What speaks of a format is not in it.
        ("https://voorbeeld.nl/", page(body="<pre>service_request_id, nieuwsberichten, AlertLevel</pre>"), None),
        ("https://voorbeeld.nl/", rss_feed('<item><title>"ClaimReview"</title></item>'), "feed"),
    ],
)  # fmt: skip
def test_what_says_little_is_known_by_its_address(url, body, kind):
    assert recognise(url, body, "") == kind


@pytest.mark.parametrize(
    ("body", "content_type", "is_page"),
    [
        (page(), "", True),
        (b"<p>Hoi</p>", "text/html", True),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'></html>", "", True),
        (b"", "text/html", True),
        (rss_feed(), "text/html", False),
        (rss_feed("<item><description><![CDATA[<body>]]></description></item>"), "", False),
        (b'{"a": "<html>"}', "text/html", False),
        (b"tekst", "text/plain", False),
    ],
)
def test_a_page_for_people_is_told_from_a_listing(body, content_type, is_page):
    assert is_web_page(body, content_type) is is_page


def test_a_page_names_its_feeds_in_its_own_order_each_once():
    body = page(
        "<title>\n De  Weverij &amp; omgeving </title><base href='/nieuws/'>"
        + link("feed.xml", title="Nieuws\n uit de wijk")
        + link("https://omroep.example/a.atom", "application/atom+xml; charset=utf-8", "Omroep")
        + link("/nieuws/feed.xml", title="nog eens")
        + link("agenda.json", "Application/Feed+JSON", rel="ALTERNATE home")
    )
    assert read_page(body, HOME) == WebPage(
        "De Weverij & omgeving",
        (
            Offer("https://www.lindevoort.example/nieuws/feed.xml", "Nieuws uit de wijk"),
            Offer("https://omroep.example/a.atom", "Omroep"),
            Offer("https://www.lindevoort.example/nieuws/agenda.json"),
        ),
    )


@pytest.mark.parametrize(
    "head",
    [
        link("javascript:alert(1)"),
        link("data:text/xml,x"),
        link(""),
        link("http://[x/"),
        link("https://x.nl/\x1b[31m"),
        link("/de", "text/html"),
        link("/feed.xml", rel="stylesheet"),
        # A blog's own programming interface.
        link("https://x.nl/wp-json/wp/v2/pages/7", "application/json"),
        "<!-- " + link("/feed.xml") + " -->",
    ],
)
def test_what_is_no_feed_is_not_offered(head):
    assert read_page(page(head), HOME).feeds == ()


@pytest.mark.parametrize(
    ("links", "terms"),
    [
        ('<a href="/disclaimer">Disclaimer</a> <a href="/v">Gebruiksvoorwaarden</a>', "/v"),
        ('<a href="/algemene-voorwaarden">Lees meer</a>', "/algemene-voorwaarden"),
        ('<a href="/c">Copyright</a> <a href="/l" rel="license">CC0</a>', "/l"),
        ('<a href="/o"><b>Open</b> data</a>', "/o"),
        ('<a href="/x">Terms of use</a>', "/x"),
        ('<a href="/bericht">' + "Een heel bericht over voorwaarden en nog veel meer. " * 4 + "</a>", None),
        ('<a href="mailto:terms@x.nl">Terms</a> <a name="terms">Terms</a>', None),
        ('<a href="/determs">Determinisme</a>', None),
    ],
)
def test_the_terms_are_the_link_that_says_so_most_surely(links, terms):
    expected = terms and f"https://www.lindevoort.example{terms}"
    assert read_page(page(body=links), HOME).terms == expected


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page("<title>Café Één</title>"), "text/html; charset=utf-8"),
        (page("<title>Café Één</title>"), ""),
        (page("<title>Café Één</title>", charset="latin-1"), "text/html; charset=ISO-8859-1"),
        (page("<meta charset=latin-1><title>Café Één</title>", charset="latin-1"), "text/html"),
        (page("<title>Café Één</title>"), "text/html; charset=geen"),
    ],
)
def test_a_page_is_read_in_its_own_encoding(body, content_type):
    assert read_page(body, HOME, content_type).title == "Café Één"


@settings(max_examples=200, deadline=None)
@given(st.binary() | st.text().map(lambda text: page(text, text)), st.text())
def test_no_page_crashes_the_reader(body, content_type):
    assert isinstance(read_page(body, HOME, content_type), WebPage)
    assert isinstance(feed_title(body), str)
    assert is_web_page(body, content_type) in {True, False}


@pytest.mark.parametrize("piece", [b"<a ", b"<!--", b"<div>", b"<a href=x>", b"<title>", b"<", b"&", b'<link rel="'])
def test_a_hostile_page_takes_no_more_than_a_moment(piece):
    started = time.monotonic()
    read_page(piece * 500_000, HOME)
    feed_title(piece * 500_000)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (rss_feed().replace(b"Nieuws", b"<![CDATA[Lindebode & co]]>"), "Lindebode & co"),
        (rss_feed().replace(b"Nieuws", "Café &amp; meer".encode()), "Café & meer"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><title>Één'.encode("latin-1"), "Één"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Omroep</title></feed>', "Omroep"),
        (b'{"items": [{"title": "bericht"}], "title": "Markt"}', "Markt"),
        (b'{"title": 3}', ""),
        (b'[{"card": {"title": "wat iemand deelde"}}]', ""),
        (b"<rss><channel></channel></rss>", ""),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><title>a&x;b</title></rss>', "a&x;b"),
        (b"\x1b[31m", ""),
    ],
)
def test_a_feed_is_called_what_it_calls_itself(body, title):
    assert feed_title(body) == title
