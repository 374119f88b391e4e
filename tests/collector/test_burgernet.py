import json
from pathlib import Path

import pytest
from helping import make_source

from collector.burgernet import address, parse, recognises
from wijkblik.errors import ParseError

SAMPLE = (Path(__file__).parent / "samples" / "burgernet.json").read_bytes()


def configured(url=None, **query):
    return make_source(url, collector="burgernet", type="official", query=query)


def alert(own_id="1", level="5", **more):
    area = {"Description": "Lindevoort", "Circle": "52.1034,6.5012 5000"}
    return {"AlertId": own_id, "Sent": "1784109600", "Type": "Alert", "AlertLevel": level, "Area": area} | more


def read(*alerts, **query):
    return parse(json.dumps(alerts).encode(), configured("https://x.example", **query))


def test_the_address_is_the_services_own_unless_another_is_named():
    assert address(configured(km=5)) == "https://services.burgernet.nl/landactiehost/api/v1/alerts"
    assert address(configured("https://x.example/alerts")) == "https://x.example/alerts"
    with pytest.raises(ValueError, match="given twice"):
        address(configured("https://x.example", base="https://y.example"))
    with pytest.raises(ValueError, match="add the other one"):
        address(configured(lon=6.5))


def test_nothing_about_the_child_is_left_anywhere():
    harvest = parse(SAMPLE, configured("https://x.example"))
    assert [item.title for item in harvest.items] == ["AMBER Alert", "Vermist Kind Alert: Lindevoort", "Burgernet"]
    personal = ("roos", "daan", "wever", "kim", "rode jas", "blond", "step", "foto", "ontvoerd", "(8)")
    assert not [word for word in personal if word in repr(harvest).lower()]


@pytest.mark.parametrize(
    ("title", "link", "kept"),
    [
        ("Roos (8)", "https://www.politie.example/amberalert", True),
        ("Roos (8)", "https://www.politie.example/vermist/Roos.html", False),
        ("Zoë (8)", "https://www.politie.example/vermist/zoe-8-jaar", False),
        ("Daan de Wever", "https://www.politie.example/vermist/daandewever", False),
        ("Zo\u00eb", "https://www.politie.example/vermist/Zo%C3%AB", False),
        ("", "https://www.politie.example/amberalert", True),
        (None, "https://www.politie.example/amberalert", True),
        ("Roos", "javascript:alert(1)", False),
    ],
)
def test_a_link_that_tells_who_the_child_is_is_left_out(title, link, kept):
    [item] = read(alert(Message={"Title": title, "Readmore_URL": link})).items
    assert item.url == (link if kept else None)


@pytest.mark.parametrize(
    ("lat", "km", "kept"), [(52.1034, 0, True), (52.16, 0, False), (52.16, 2, True), (52.9, 5, False)]
)
def test_a_regional_alert_counts_where_its_circle_comes_near(lat, km, kept):
    assert bool(read(alert(), lat=lat, lon=6.5012, km=km).items) is kept


def test_a_national_alert_counts_everywhere_and_one_without_a_circle_too():
    assert len(read(alert(level="10"), alert("2", Area=None), lat=51.0, lon=4.0).items) == 2


def test_an_alert_that_was_taken_back_is_over():
    assert read(alert("1"), alert("2"), alert("1", Type="Cancel")).items[0].entry_id == "2"


def test_an_update_takes_the_place_of_what_it_updates():
    [item] = read(alert("1"), alert("1", Type="Update", Sent="1784113200")).items
    assert f"{item.published_at:%H:%M}" == "11:00"


@pytest.mark.parametrize("body", [b"{}", b"null", b'"alert"'])
def test_what_is_no_list_says_so(body):
    with pytest.raises(ParseError) as caught:
        parse(body, configured("https://x.example"))
    assert caught.value.code == "other_format"


def test_its_answers_are_recognised():
    assert recognises("https://services.burgernet.example/landactiehost/api/v1/alerts", b"[]")
    assert recognises("https://x.example", SAMPLE)
    assert not recognises("https://x.example/alerts", b"[]")
