import json

import pytest
from helping import make_source

from collector.nlalert import address, parse, recognises
from collector.reading import TITLE_LIMIT
from wijkblik.errors import ParseError

AREA = "52.0900,6.4900 52.1200,6.4900 52.1200,6.5200 52.0900,6.5200 52.0900,6.4900"
HERE = {"lat": 52.1034, "lon": 6.5012}


def configured(url=None, **query):
    return make_source(url, collector="nlalert", type="official", query=query)


def alert(message="NL-Alert. Rook. Blijf binnen.", area=(AREA,), **more):
    return {"id": "a", "message": message, "start_at": "2026-07-15T10:00:00Z", "area": list(area)} | more


def read(*alerts, **query):
    return parse(json.dumps({"data": alerts}).encode(), configured("https://x.example", **query))


def test_the_address_is_the_services_own_unless_another_is_named():
    assert address(configured(**HERE)) == "https://api.public-warning.app/api/v1/providers/nl-alert/alerts"
    assert address(configured("https://x.example/alerts")) == "https://x.example/alerts"


@pytest.mark.parametrize(
    ("url", "query", "complaint"),
    [
        (None, {"km": 5}, "where the wijk lies"),
        (None, {"lat": 52.1}, "add the other one"),
        (None, {**HERE, "km": 101}, "km"),
        ("https://x.example", {"base": "https://y.example"}, "given twice"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(url, query, complaint):
    with pytest.raises(ValueError, match=complaint):
        address(configured(url, **query))


@pytest.mark.parametrize(
    ("lat", "km", "kept"),
    [(52.1, 0, True), (52.13, 0, False), (52.13, 1, False), (52.13, 1.2, True), (52.2, 5, False)],
)
def test_only_what_reaches_the_wijk_or_comes_near_is_kept(lat, km, kept):
    assert bool(read(alert(), lat=lat, lon=6.5, km=km).items) is kept


def test_of_several_areas_the_nearest_counts_and_gives_the_point():
    far = "51.87,4.3 51.94,4.3 51.94,4.6 51.87,4.6"
    [item] = read(alert(area=(far, AREA)), **HERE).items
    assert item.point == (52.105, 6.505)


@pytest.mark.parametrize("area", [None, [], "", ["52.1,6.5"], [7], {"lat": 52}])
def test_an_alert_without_a_readable_area_is_kept_with_a_fault(area):
    harvest = read(alert() | {"area": area}, **HERE)
    assert [fault.code for fault in harvest.faults] == ["no_area"]
    assert harvest.items[0].point is None


@pytest.mark.parametrize(
    ("message", "title", "text"),
    [
        ("NL-Alert. Rook. Blijf binnen.***NL-Alert. Smoke.", "NL-Alert. Rook.", "Blijf binnen."),
        ("NL-Alert 15-07-2026 12:05: Rook! Blijf binnen.", "NL-Alert 15-07-2026 12:05: Rook!", "Blijf binnen."),
        ("NL-ALERT: Rook", "NL-ALERT: Rook", ""),
        (
            "Zie www.lindevoort.example voor meer. Blijf binnen.",
            "Zie www.lindevoort.example voor meer.",
            "Blijf binnen.",
        ),
    ],
)
def test_the_title_is_the_first_dutch_sentence_and_english_stays_out(message, title, text):
    [item] = read(alert(message)).items
    assert (item.title, item.text, item.lang) == (title, text, "nl")


def test_a_message_without_sentences_loses_nothing():
    [item] = read(alert("x" * 1200)).items
    assert item.title.removesuffix("…") + item.text == "x" * 1200
    assert len(item.title) == TITLE_LIMIT


def test_an_end_that_can_not_be_read_is_a_fault_and_no_end():
    harvest = read(alert(stop_at="straks"))
    assert (harvest.items[0].expires_at, [fault.code for fault in harvest.faults]) == (None, ["bad_date"])


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"data": null}', b'{"data": "x"}'])
def test_what_is_no_list_says_so(body):
    with pytest.raises(ParseError) as caught:
        parse(body, configured("https://x.example"))
    assert caught.value.code == "other_format"


def test_the_recorded_alert_is_read(shared):
    body = (shared / "payloads/nlalert/nlalert_example.json").read_bytes()
    assert recognises("https://x.example", body)
    [item] = parse(body, configured(lat=51.9, lon=4.45)).items
    assert item.title == "NL-Alert. Brand in industriegebied Europoort te Rotterdam."
    assert item.text == "Rook kan gevaarlijk zijn. Blijf binnen, sluit ramen en deuren."
    assert (item.entry_id, item.point) == ("i1", (51.905, 4.45))
    assert f"{item.published_at:%H:%M} {item.expires_at:%H:%M}" == "11:00 15:00"
    assert parse(body, configured(**HERE)).items == ()
