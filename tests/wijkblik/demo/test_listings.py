"""The formats bekendmakingen, politie, signalen and meteoalarm against their descriptions."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from published import EVERYWHERE, NOW, ask, follow, get, links

from wijkblik.demo.formats.base import Channel
from wijkblik.demo.formats.meteoalarm import holds
from wijkblik.demo.formats.signalen import category_of
from wijkblik.demo.scenario import Scenario

NS = {
    "sru": "http://docs.oasis-open.org/ns/search-ws/sruResponse",
    "gzd": "http://standaarden.overheid.nl/sru",
    "dcterms": "http://purl.org/dc/terms/",
    "w": "http://standaarden.overheid.nl/wetgeving/",
    "diag": "http://docs.oasis-open.org/ns/search-ws/diagnostic",
}


def test_the_notices_feed_is_as_the_service_gives_it(publisher):
    items = ET.fromstring(get(publisher, "zoek/rss", q="x")[2]).findall("channel/item")
    assert len(items) == 12
    first = {element.tag: element.text for element in items[0]}
    assert list(first) == ["link", "category", "title", "description", "pubDate"]
    number = re.fullmatch(r"(gmb-2026-\d+) : Proefstad", first["title"])[1]
    assert first["link"] == f"{publisher.base}/zoek/{number}.html"
    assert (first["category"], first["description"]) == ("Gemeenteblad", "Besluit 1: bomen aan de Kade")
    assert first["pubDate"] == "Thu, 19 Nov 2026 00:00:00 +0100"
    assert len({item.findtext("title") for item in items}) == 12
    status, headers, body = get(publisher, f"zoek/{number}.html")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"Ter inzage." in body
    assert get(publisher, "bekend/bekend-1")[2] == body


def test_a_withdrawn_notice_is_gone_from_its_address(publisher):
    link = re.search(rb"<link>[^<]*(/zoek/gmb[^<]*)</link>", publisher.listing_of("bekend", "bekend-13")[1])[1].decode()
    assert get(publisher, link[1:])[0] == 410
    publisher.as_of -= timedelta(days=2)
    assert get(publisher, link[1:])[0] == 200
    assert get(publisher, "zoek/gmb-2026-1.html")[0] == 404


def sru(publisher, **query):
    return ET.fromstring(get(publisher, "zoek/sru", operation="searchRetrieve", version="2.0", **query)[2])


def test_sru_pages_are_one_based_and_end(publisher):
    titles, position = [], "1"
    while position:
        answer = sru(publisher, query='dt.creator="Proefstad"', startRecord=position, maximumRecords=5)
        assert answer.findtext("sru:numberOfRecords", None, NS) == "12"
        titles += [record.findtext(".//dcterms:title", None, NS) for record in answer.iterfind(".//sru:record", NS)]
        position = answer.findtext("sru:nextRecordPosition", None, NS)
    assert titles == [f"Besluit {n}: bomen aan de Kade" for n in range(1, 13)]


def test_a_record_has_its_day_its_address_and_its_place(publisher):
    record = sru(publisher, query="dt.available>=2026-11-19", maximumRecords=1).find(".//sru:record", NS)
    identifier = record.findtext(".//dcterms:identifier", None, NS)
    assert record.findtext(".//dcterms:creator", None, NS) == "Proefstad"
    assert record.findtext(".//dcterms:available", None, NS) == "2026-11-19"
    assert (
        record.findtext(".//gzd:enrichedData/gzd:preferredUrl", None, NS) == f"{publisher.base}/zoek/{identifier}.html"
    )
    assert record.findtext(".//w:gebiedsmarkering/w:Punt/w:locatiepunt", None, NS) == "52.71 5.41"


def test_sru_narrows_by_day_and_municipality_and_says_what_is_wrong(publisher):
    counts = {
        query: sru(publisher, query=query).findtext("sru:numberOfRecords", None, NS)
        for query in (
            "dt.date>=2026-11-16",
            'dt.modified > "2026-11-16" and dt.date<2026-11-19',
            'dt.creator=="Elders"',
            "(dt.creator=Proefstad) and dt.date<=2026-11-10",
            'c.product-area==officielepublicaties and w.gemeentenaam=="Proefstad"',
        )
    }
    assert list(counts.values()) == ["4", "2", "0", "3", "12"]
    for wrong, code in (
        ({}, "7"),
        ({"query": "x", "startRecord": 0}, "6"),
        ({"query": "x", "maximumRecords": "veel"}, "6"),
        ({"query": "x", "startRecord": 13}, "61"),
    ):
        assert sru(publisher, **wrong).findtext(".//diag:uri", None, NS) == f"info:srw/diagnostic/1/{code}"


def test_police_news_is_as_the_service_gives_it(publisher, shared):
    status, _, answer = get(publisher, "v4/nieuws")
    captured = json.loads((shared / "payloads/politie/nieuws_captured_2022.json").read_text())
    assert (status, answer["iterator"]) == (200, {"last": False, "offset": 0})
    first = answer["nieuwsberichten"][0]
    assert set(first) == set(captured["nieuwsberichten"][0])
    assert set(first["alineas"][0]) == set(captured["nieuwsberichten"][0]["alineas"][0])
    assert (first["titel"], first["publicatiedatum"]) == ("Onderzoek 1", "2026-11-20 07:00:00")
    assert first["introductie"] == "Bij de wal is iets gebeurd."
    assert [one["opgemaaktetekst"] for one in first["alineas"]] == ["<p>Meer volgt.</p>", "<p>Bel ons.</p>"]
    assert first["locaties"] == [{"latitude": 52.71, "longitude": 5.41}]
    assert (first["gebied"], first["url"]) == ("Proefstad", f"{publisher.base}/politie/politie-1")
    assert re.fullmatch(r"[0-9a-f-]{36}", first["uid"])


@pytest.mark.parametrize("size", [10, 25])
def test_police_news_pages_end_at_two_hundred(publisher, size):
    titles, offset, last = [], 0, False
    while not last:
        _, _, answer = get(publisher, "v4/nieuws", maxnumberofitems=size, offset=offset)
        titles += [one["titel"] for one in answer["nieuwsberichten"]]
        last, offset = answer["iterator"]["last"], offset + size
    assert titles == [f"Onderzoek {n}" for n in range(1, 201)]
    status, headers, body = get(publisher, "v4/nieuws", maxnumberofitems=size, offset=offset)
    assert (status, body) == (204, b"")
    assert "Content-Length" not in headers
    assert "ETag" not in headers


def test_police_news_keeps_to_days_and_refuses_what_is_wrong(publisher):
    _, _, answer = get(publisher, "v4/nieuws", fromdate="20261119", todate="20261119", maxnumberofitems=25)
    days = {one["publicatiedatum"][:10] for one in answer["nieuwsberichten"]}
    assert (days, len(answer["nieuwsberichten"]), answer["iterator"]["last"]) == ({"2026-11-19"}, 24, True)
    assert get(publisher, "v4/nieuws", fromdate="20270101")[0] == 204
    for wrong in (
        {"maxnumberofitems": 50},
        {"maxnumberofitems": 25, "offset": 10},
        {"offset": "x"},
        {"fromdate": "2026-11-19"},
        {"todate": "20261399"},
        {"radius": 3},
    ):
        assert get(publisher, "v4/nieuws", **wrong)[0] == 400


def test_reports_say_kind_time_and_place_and_nothing_else(publisher):
    features = [
        one
        for page in follow(f"{publisher.base}/signals/v1/public/signals/geography/?bbox={EVERYWHERE}")
        for one in page["features"]
    ]
    assert len(features) == 12, "what can't be put on the map is not listed"
    for one in features:
        assert set(one) == {"type", "geometry", "properties"}
        assert set(one["properties"]) == {"category", "created_at"}
    assert features[0]["properties"]["category"] == {
        "name": "Grofvuil",
        "slug": "grofvuil",
        "parent": {"name": "Afval", "slug": "afval"},
    }
    assert Counter(tuple(one["geometry"]["coordinates"]) for one in features) == {
        (5.41, 52.71): 4,
        (5.42, 52.72): 4,
        (5.40, 52.74): 4,
    }
    times = [one["properties"]["created_at"] for one in features]
    assert times != sorted(times, reverse=True), "they come in the order of their geometry"
    assert "2026-11-20T07:00:00+01:00" in times


def test_report_pages_link_to_each_other(publisher):
    path = "signals/v1/public/signals/geography"
    status, headers, page = get(publisher, path, bbox=EVERYWHERE, geopage=2)
    assert (status, headers["X-Total-Count"], len(page["features"])) == (200, "12", 5)
    around = links(headers)
    assert set(around) == {"self", "next", "prev"}
    assert "geopage=3" in around["next"]
    assert len(json.loads(ask(around["next"])[2])["features"]) == 2
    assert "next" not in links(ask(around["next"])[1])
    assert get(publisher, path, bbox=EVERYWHERE, geopage=4)[0] == 404


def test_reports_need_an_area_and_may_be_none(publisher):
    path = "signals/v1/public/signals/geography"
    assert get(publisher, path)[2] == get(publisher, path, bbox=EVERYWHERE)[2]
    for missing in ({"lat": 5}, {"bbox": "1,2,3"}):
        status, _, body = get(publisher, path, **missing)
        assert (status, body) == (400, {"non_field_errors": ["Either bbox or lon/lat must be filled in"]})
    status, headers, body = get(publisher, path, bbox="4,51,4.1,51.1")
    assert (status, headers["X-Total-Count"], body["features"]) == (200, "0", None)
    assert get(publisher, path, lat=52.71, lon=5.41)[1]["X-Total-Count"] == "4"
    assert get(publisher, path, bbox=EVERYWHERE, maincategory_slug="afval", category_slug="boom")[2]["features"] is None
    assert "category_slug" in get(publisher, path, bbox=EVERYWHERE, category_slug="niets")[2]


def test_the_categories_stand_beside_the_reports(publisher, shared):
    _, _, terms = get(publisher, "signals/v1/public/terms/categories")
    jsonschema.validate(
        terms, json.loads((shared / "payloads/signalen/public_terms_categories.schema.json").read_text())
    )
    assert "grofvuil" in {sub["slug"] for main in terms["results"] for sub in main["sub_categories"]}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Melding: grofvuil naast container, Katoenpad", "Grofvuil"),
        ("Melding: loshangende tak, Weverspark", "Boom"),
        ("Melding: vernield bushokje, De Haspel", "Straatmeubilair"),
        ("Zwerfafval, Spoelplein", "Veeg- / zwerfvuil"),
        ("Melding: iets vreemds, Grofvuilplein", "Overig"),
    ],
)
def test_the_category_is_what_stands_before_the_place(title, name):
    assert category_of(title).name == name


def test_warnings_are_cap_in_atom(publisher):
    atom = {"a": "http://www.w3.org/2005/Atom", "cap": "urn:oasis:names:tc:emergency:cap:1.2"}
    feed = ET.fromstring(get(publisher, "feeds/nederland")[2])
    read = [
        [entry.findtext(name, None, atom) for name in ("cap:severity", "cap:event", "cap:onset", "cap:expires")]
        for entry in feed.iterfind("a:entry", atom)
    ]
    assert read == [
        ["Moderate", "Moderate Wind", "2026-11-20T18:00:00+00:00", "2026-11-21T01:00:00+00:00"],
        ["Severe", "Severe Rain", "2026-11-16T07:00:00+00:00", "2026-11-16T19:00:00+00:00"],
    ]
    first = feed.find("a:entry", atom)
    assert first.findtext("cap:areaDesc", None, atom) == "Proefland"
    assert first.findtext("a:title", None, atom) == "Yellow Wind Warning issued for The Netherlands - Proefland"
    assert first.find("a:link", atom).get("href") == f"{publisher.base}/weer/weer-1"
    assert str(publisher.port) not in first.findtext("a:id", None, atom)
    assert first.findtext("a:updated", None, atom) == "2026-11-20T05:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "onset", "hours"),
    [
        ("Van 19.00 uur tot 23.30 uur.", "2026-11-20T19:00:00+01:00", 4.5),
        ("From 5:00 until 6:00.", "2026-11-21T05:00:00+01:00", 1),
        ("Tot 23.00 uur.", "2026-11-20T06:00:00+01:00", 12),
    ],
)
def test_a_warning_holds_as_long_as_its_text_says(settings, text, onset, hours):
    item = replace(Scenario(settings.scenario).listing("weer", NOW, "")[0], text=text)
    start, end = holds(item, Channel("", "", "", settings.wijk, NOW, NOW))
    assert (start, (end - start) / timedelta(hours=1)) == (datetime.fromisoformat(onset), hours)
