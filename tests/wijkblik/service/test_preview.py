"""Looking at an address before it becomes a source: on real servers, and nothing kept."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from configured import configure
from pydantic import ValidationError
from sites import HTML, TAG_PAGE, moved, page, rss, timeline

from collector.discovery import Offer
from wijkblik.errors import NotFoundError
from wijkblik.models.items import Host
from wijkblik.service.preview import preview
from wijkblik.service.proposal import Given, new_key

SAMPLES = Path(__file__).parents[2] / "collector" / "samples"
TAG_API = "/api/v1/timelines/tag/deweverij?limit=40"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A wijk with one source, whose address nothing answers."""
    return configure(tmp_path, monkeypatch, {"key": "gemeente", "collector": "feed", "url": "http://127.0.0.1:9/feed"})


@pytest.fixture
def look(settings):
    def at(url, *, choice=None, hosts=None, **given):
        return preview(settings, url, Given(**given), choice=choice, hosts=hosts)

    return at


def test_a_feed_is_shown_as_it_would_come_in_and_nothing_is_kept(look, settings, site):
    site.routes["/nieuws.rss"] = rss(
        "Mail @jan_de_wever", "twee", "drie", "vier", "vijf", "zes", name="Lindebode &amp; co"
    )
    seen = look(site.url + "/nieuws.rss")
    assert (seen.source.collector, seen.source.url) == ("feed", site.url + "/nieuws.rss")
    assert (seen.source.key, seen.source.name, seen.source.organisation) == ("lindebode-co",) + ("Lindebode & co",) * 2
    assert (seen.source.type, seen.source.terms_checked_at) == ("community", None)
    assert (seen.found, len(seen.items), seen.fault, seen.known) == (6, 5, None, None)
    assert [item.title for item in seen.items][1:] == ["twee", "drie", "vier", "vijf"]
    assert "jan_de_wever" not in seen.items[0].title
    assert datetime.now(UTC) - seen.items[0].published_at < timedelta(minutes=1)
    assert not settings.folder.exists()


def test_the_listing_is_asked_once_and_the_front_page_for_its_terms(look, site):
    site.routes |= {"/a.rss": rss("een"), "/": page(body='<a href="/gebruik">Gebruiksvoorwaarden</a>')}
    seen = look(site.url + "/a.rss")
    assert site.asked == ["/robots.txt", "/a.rss", "/"]
    assert (seen.terms_url, seen.robots) == (site.url + "/gebruik", "none")


def test_a_page_offers_its_feeds_and_the_first_is_read(look, site):
    site.routes |= {
        "/": page(("/a.rss", "Nieuws"), ("b.rss", "Agenda"), body='<a href="/v">Voorwaarden</a>'),
        "/a.rss": rss("een", name="Nieuws uit de wijk"),
        "/b.rss": rss("markt", "feest", name="Agenda"),
        "/robots.txt": b"User-agent: *\nDisallow: /geheim\n",
    }
    seen = look(site.url)
    assert seen.offers == (Offer(site.url + "/a.rss", "Nieuws"), Offer(site.url + "/b.rss", "Agenda"))
    assert (seen.source.url, seen.source.name, seen.found) == (site.url + "/a.rss", "Nieuws uit de wijk", 1)
    assert (seen.terms_url, seen.robots) == (site.url + "/v", "allowed")
    second = look(site.url, choice=2)
    assert (second.source.url, second.offers, second.found) == (site.url + "/b.rss", seen.offers, 2)
    with pytest.raises(NotFoundError, match="1, 2"):
        look(site.url, choice=3)


def test_a_feed_without_a_title_is_called_after_its_page_else_after_its_host(look, site):
    site.routes |= {
        "/": page(("/a.rss", ""), head="<title>Buurthuis De Draad</title>"),
        "/a.rss": rss("een", name=""),
    }
    assert look(site.url).source.name == "Buurthuis De Draad"
    assert look(site.url + "/a.rss").source.name == site.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page(), "no_feed_found"),
        (page(body='<form><input type="password"></form>'), "login"),
        (moved("/users/sign_in?next=/x"), "login"),
        ((401, {}, b""), "blocked"),
        ((403, {}, b""), "blocked"),
        ((404, {}, b""), "http_error"),
        ((410, {}, b""), "gone"),
        ((429, {"Retry-After": "3600"}, b""), "rate_limited"),
        ((200, {}, b"%PDF-1.7"), "not_recognised"),
        ((200, {}, b'{"hallo": 1}'), "not_recognised"),
        ((200, {}, b""), "not_recognised"),
        (moved("http://127.0.0.1:1/binnen"), "address_refused"),
        (moved("http://169.254.169.254/latest"), "address_refused"),
        (moved("/x"), "redirects"),
        (page(("http://10.0.0.1/feed", "binnen")), "address_refused"),
        (page(("/nergens", "weg")), "http_error"),
        (page(("/pdf", "geen feed")), "not_recognised"),
    ],
)
def test_what_can_be_no_source_says_why(look, site, answer, code):
    site.routes |= {"/x": answer, "/pdf": b"%PDF-1.7"}
    seen = look(site.url + "/x")
    assert (seen.fault.code, seen.source, seen.items) == (code, None, ())


@pytest.mark.parametrize(
    "url", ["", " ", "ftp://x.example/a", "javascript:alert(1)", "http://", "wat is dit", "http://[", "file:///etc"]
)
def test_what_is_no_address_says_so(look, url):
    seen = look(url)
    assert seen.source is None
    assert seen.fault.code in {"address_refused", "unreachable"}


def test_the_robots_of_the_site_are_heeded_for_page_and_feed(look, site):
    site.routes |= {
        "/robots.txt": b"User-agent: *\nDisallow: /weg\n",
        "/": page(("/weg/a.rss", "")),
        "/weg/a.rss": rss("een"),
    }
    for url in (site.url, site.url + "/weg/a.rss"):
        seen = look(url)
        assert (seen.fault.code, seen.robots) == ("robots", "refused")
    assert "/weg/a.rss" not in site.asked


def test_a_private_machine_is_seen_by_who_types_it_and_by_no_other(look, site, other_site):
    other_site.routes["/a.rss"] = rss("een")
    site.routes |= {"/": page((other_site.url + "/a.rss", "")), "/weg": moved(other_site.url + "/a.rss")}
    assert look(other_site.url + "/a.rss").source is not None
    assert look(site.url).fault.code == look(site.url + "/weg").fault.code == "address_refused"


def test_an_address_that_has_moved_for_good_is_kept_as_it_is_now(look, site):
    site.routes |= {"/oud": moved("/nieuw", 301), "/soms": moved("/nieuw"), "/nieuw": rss("een")}
    assert look(site.url + "/oud").source.url == site.url + "/nieuw"
    assert look(site.url + "/soms").source.url == site.url + "/soms"


def test_a_tag_page_of_a_mastodon_server_is_its_timeline(look, site):
    site.routes |= {"/tags/deweverij": TAG_PAGE, TAG_API: timeline("Water weg @piet@elders.example", "Is er water?")}
    seen = look(site.url + "/tags/deweverij")
    assert (seen.source.collector, seen.source.type, seen.source.organisation) == ("mastodon", "social", None)
    assert (seen.source.url, seen.source.name) == (site.url + "/tags/deweverij", "#deweverij - Weefsel")
    assert [item.text for item in seen.items][1] == "Is er water?"
    assert "piet" not in seen.items[0].text
    assert seen.terms_url == site.url + "/about"


def test_a_tag_page_of_a_server_for_members_says_so(look, site):
    site.routes |= {
        "/tags/deweverij": TAG_PAGE,
        TAG_API: (422, {}, b"{}"),
    }
    assert look(site.url + "/tags/deweverij").fault.code == "members_only"


def test_a_page_of_tags_that_only_speaks_of_mastodon_gives_its_own_feed(look, site):
    site.routes |= {
        "/tags/mastodon": page(("/tags/mastodon/index.xml", ""), body="Weg van Mastodon"),
        "/tags/mastodon/index.xml": rss("een"),
    }
    assert look(site.url + "/tags/mastodon").source.collector == "feed"
    site.routes["/tags/mastodon"] = page(body="Weg van Mastodon")
    assert look(site.url + "/tags/mastodon").fault.code == "no_feed_found"


def test_a_page_with_fact_checks_is_one_itself_unless_its_feed_is_chosen(look, site):
    check = (SAMPLES / "claimreview.html").read_bytes()
    offer = b'<link rel="alternate" type="application/rss+xml" href="/a.rss"></head>'
    site.routes |= {"/": (200, HTML, check.replace(b"</head>", offer)), "/a.rss": rss("een")}
    seen = look(site.url)
    assert (seen.source.collector, len(seen.offers)) == ("claimreview", 1)
    assert look(site.url, choice=1).source.collector == "feed"


def test_a_kind_says_who_usually_speaks_there_and_a_person_says_better(look, site):
    site.routes |= {
        "/feeds/c/deweverij.xml": (SAMPLES / "lemmy.xml").read_bytes(),
        "/p": (SAMPLES / "politie.json").read_bytes(),
    }
    assert look(site.url + "/feeds/c/deweverij.xml").source.type == "social"
    seen = look(site.url + "/feeds/c/deweverij.xml", type="news")
    assert (seen.fault.code, "persons write" in seen.fault.detail) == ("source_unclear", True)
    ours = look(
        site.url + "/p", name="Politie", organisation="Politie Lindestreek", key="politie", language="nl"
    ).source
    assert (ours.type, ours.name, ours.organisation, ours.key) == (
        "official",
        "Politie",
        "Politie Lindestreek",
        "politie",
    )


def test_an_address_that_follows_one_account_is_refused_unless_it_is_an_organisations(look, site):
    site.routes["/@gemeente.rss"] = rss("een")
    assert look(site.url + "/@gemeente.rss").fault.code == "one_person"
    assert look(site.url + "/@gemeente.rss", organisation="Gemeente Lindevoort").source is not None


@pytest.mark.parametrize("given", [{"key": "Niet Goed"}, {"language": "nederlands"}, {"type": "iets"}, {"name": ""}])
def test_what_a_person_fills_in_is_checked_before_anything_is_asked(given):
    with pytest.raises(ValidationError):
        Given(**given)


def test_an_address_that_the_wijk_has_is_known_however_it_is_written(tmp_path, monkeypatch, site):
    tag = {"instance": site.url, "tag": "deweverij"}
    settings = configure(
        tmp_path,
        monkeypatch,
        {"key": "krant", "collector": "feed", "url": site.url + "/a.rss/"},
        {"key": "buurt", "collector": "mastodon", "query": tag, "type": "social", "organisation": None},
    )
    site.routes |= {"/a.rss": rss("een"), "/tags/deweverij": TAG_PAGE, TAG_API: timeline("Hoi")}
    assert preview(settings, site.url + "/a.rss", Given()).known == "krant"
    assert preview(settings, site.url + "/tags/deweverij", Given()).known == "buurt"
    site.routes["/b.rss"] = rss("een")
    assert preview(settings, site.url + "/b.rss", Given()).known is None


def test_a_host_that_asked_to_wait_is_not_asked(look, site):
    host = site.url.removeprefix("http://")
    closed = {host: Host(robots_at=datetime.now(UTC), closed_until=datetime.now(UTC) + timedelta(hours=1))}
    assert look(site.url + "/a.rss", hosts=closed).fault.code == "rate_limited"
    assert site.asked == []


def test_the_cost_is_what_the_source_itself_allows(look, site):
    site.routes |= {
        "/a.rss": rss("een"),
        "/ttl.rss": rss("een", channel="<ttl>720</ttl>"),
        "/vers.rss": (200, {"Cache-Control": "max-age=21600"}, rss("een")),
    }
    costs = [look(f"{site.url}/{name}.rss").requests_a_day for name in ("a", "ttl", "vers")]
    assert costs[0] > 20
    assert costs[1:] == [2, 4]


def test_what_has_pages_costs_them_all_each_time_and_background_next_to_nothing(look, site):
    reports = json.loads((SAMPLES / "signalen.json").read_text())
    path = "/signals/v1/public/signals/geography/?bbox=5.39,52.74,5.42,52.77"
    body = json.dumps(reports).encode()
    site.routes |= {
        path: (200, {"Link": f'<{site.url}/signals/2>; rel="next"'}, body),
        "/signals/2": body,
        "/buurten": (SAMPLES / "boundaries.json").read_bytes(),
    }
    seen = look(site.url + path)
    single = look(site.url + "/signals/2")
    assert seen.source.collector == "signalen"
    assert seen.requests_a_day == 2 * single.requests_a_day > 0
    seen = look(site.url + "/buurten")
    assert (seen.source.collector, seen.source.type, seen.found) == ("boundaries", "service", 0)
    assert (seen.background > 0, seen.requests_a_day) == (True, 0)


def test_keys_are_made_of_names_and_differ():
    assert new_key("Gemeente Één!", []) == "gemeente-een"
    assert new_key("Gemeente Één!", ["gemeente-een", "gemeente-een-2"]) == "gemeente-een-3"
    assert new_key("نسيج الحي", []) == "bron"
    assert new_key("x" * 300, []) == "x" * 50
