"""What all formats share: caching headers, pages, rate limits, and which addresses are served."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from published import BACKGROUND, FIRST_PAGES, NOW, SOURCES, ask, get, write_folder

from wijkblik.demo.formats import FORMATS
from wijkblik.demo.formats.base import Answer, Channel, Request
from wijkblik.demo.formats.pages import Meter, link_header, window
from wijkblik.demo.publisher import Publisher
from wijkblik.demo.scenario import Scenario
from wijkblik.errors import NotFoundError, ScenarioError
from wijkblik.settings import load_settings


def test_the_table_of_formats_is_tested_whole():
    assert {kind for kind, _ in SOURCES.values()} | {"atom", "jsonfeed"} == set(FORMATS)


@pytest.mark.parametrize("key", SOURCES)
def test_every_format_answers_conditional_requests(publisher, key):
    url = f"{publisher.base}/{FIRST_PAGES[key]}"
    status, headers, body = ask(url)
    assert (status, bool(body)) == (200, True)
    assert headers["Cache-Control"] == "public, max-age=60"
    assert parsedate_to_datetime(headers["Last-Modified"]) <= NOW
    for known in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        status, _, body = ask(url, **known)
        assert (status, body) == (304, b"")
    assert ask(url, **{"If-None-Match": '"other"'})[0] == 200


def test_robots_may_come_and_nothing_stands_elsewhere(publisher):
    assert get(publisher, "robots.txt")[2] == b"User-agent: *\nAllow: /\n"
    assert get(publisher, "weefsel/api/v1/timelines/home")[0] == 404


def test_a_window_is_a_part_and_knows_the_next():
    assert (window("abcde", 0, 2).next_start, window("abcde", 2, 2).next_start) == (2, 4)
    assert (window("abcde", 4, 2).entries, window("abcde", 4, 2).next_start) == ("e", None)
    assert window("abcde", 9, 2).next_start is None
    assert link_header(next=None) == {}


def test_a_meter_starts_anew_with_each_stretch(settings):
    clock = [1000.0]
    counted = Meter(2, 300, lambda: clock[0])(lambda channel, request: Answer(b"x"))
    channel = Channel("", "", "", settings.wijk, NOW, NOW)
    answers = [counted(channel, Request("")) for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert answers[0].headers["X-RateLimit-Reset"] == "1970-01-01T00:20:00.000000Z"
    clock[0] = 1200.0
    assert counted(channel, Request("")).headers["X-RateLimit-Remaining"] == "1"


@pytest.mark.parametrize("key", sorted(set(SOURCES) - BACKGROUND))
def test_a_listing_of_one_item_holds_it_alone(publisher, key):
    content_type, body = publisher.listing_of(key, f"{key}-1")
    assert content_type == ask(f"{publisher.base}/{FIRST_PAGES[key]}")[1]["Content-Type"]
    other = publisher.listing_of(key, f"{key}-2")[1] if key != "nieuws" else b""
    assert body != other
    entries = {
        "rss": b"<item>",
        "bekendmakingen": b"<item>",
        "meteoalarm": b"<entry>",
        "mastodon": b'"visibility"',
        "politie": b'"titel": "Onderzoek',
        "signalen": b'"Feature"',
    }
    assert body.count(entries[SOURCES[key][0]]) == 1


def test_a_listing_of_one_needs_an_item_of_that_source(publisher):
    for key, item in (("praat", "weer-1"), ("grenzen", "x"), ("nergens", "x")):
        with pytest.raises(NotFoundError):
            publisher.listing_of(key, item)
    assert b"praat-52" in publisher.listing_of("praat", "praat-52")[1], "a withdrawn item has a listing of its own too"


def test_the_wijk_may_name_a_neighbour_but_nothing_unserved(tmp_path):
    sources = {"praat": SOURCES["praat"], "grenzen": SOURCES["grenzen"]}
    neighbour = {"praat": "weefsel/api/v1/timelines/tag/deproef?limit=40"}
    folder = write_folder(tmp_path, sources, neighbour, items=[])
    with Publisher(load_settings(str(folder), now=NOW)).in_background() as running:
        assert get(running, "weefsel/tags/deproef")[0] == 200
    write_folder(tmp_path, sources, {"praat": "weefsel/api/v1/timelines/home"}, items=[])
    with pytest.raises(ScenarioError, match="serves nothing"):
        Publisher(load_settings(str(folder), now=NOW))
    write_folder(tmp_path, {"praat": ("gopher", "x")}, {"praat": "x"}, items=[])
    with pytest.raises(ScenarioError, match=r"'gopher' is not known\. Use one of: rss, .*, crime"):
        Publisher(load_settings(str(folder), now=NOW))


def test_every_source_of_the_demonstration_published_in_the_last_two_days(tmp_path, monkeypatch):
    monkeypatch.setenv("WIJKBLIK_DATA", str(tmp_path))
    demo = load_settings("demo")
    items = Scenario(demo.scenario)
    for key, source in demo.scenario.file.sources.items():
        if FORMATS[source.format].document is not None:
            newest = items.listing(key, demo.now(), "")[0].published_at
            assert demo.now() - newest < timedelta(days=2), key
