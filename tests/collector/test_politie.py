import json
from datetime import datetime

import pytest
from exchange import Exchange
from helping import NOW, answer, make_source
from hypothesis import given
from hypothesis import strategies as st

from collector.politie import MOST, PAGE, address, fallback_of, parse
from wijkblik.models.wijk import Source

SOURCE = make_source(collector="politie")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("uid", "url", "titel", "publicatiedatum", "introductie", "gebied", "alineas", "locaties", "tags")


def asking(url=None, **query):
    return Source(key="s", name="S", collector="politie", type="official", organisation="Politie", url=url, query=query)


def body(*items, last=True):
    return json.dumps({"iterator": {"last": last, "offset": 0}, "nieuwsberichten": items}).encode()


def test_a_recorded_answer_gives_its_items(shared):
    harvest = parse((shared / "payloads/politie/nieuws_captured_2022.json").read_bytes(), SOURCE)
    assert (len(harvest.items), harvest.faults) == (10, ())
    first = harvest.items[0]
    assert (first.entry_id, first.published_at) == (
        "b580a45e-226b-4841-8a61-7a8401352158",
        datetime(2022, 4, 2, 20, 46),
    )
    assert first.text.startswith("Rotterdam\n- Een 20-jarige Rotterdammer raakt")
    assert "<" not in "".join(item.text for item in harvest.items)
    # Six are about one place; two about several, two about none.
    assert sum(item.point is not None for item in harvest.items) == 6
    assert first.point == (51.91864357, 4.48574276)


def test_the_documents_own_example_is_read(shared):
    harvest = parse((shared / "payloads/politie/v4_nieuws_lokaal.example.json").read_bytes(), SOURCE)
    [item] = harvest.items
    assert (item.entry_id, item.title, item.point) == ("string", "string", (0.0, 0.0))
    assert [fault.code for fault in harvest.faults] == ["bad_date"]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (asking(lat=52.1, lon=6.5), "https://api.politie.nl/v4/nieuws/lokaal?lat=52.1&lon=6.5&radius=5"),
        (asking(lat=0, lon=0, radius=0.5), "https://api.politie.nl/v4/nieuws/lokaal?lat=0.0&lon=0.0&radius=0.5"),
        (asking(province="overijssel"), "https://api.politie.nl/v4/nieuws"),
        (asking(base="https://proef.example/"), "https://proef.example/v4/nieuws"),
        (asking("https://proef.example/een/pad", province="utrecht"), "https://proef.example/een/pad"),
        (asking("https://proef.example/nieuws?pad=/gezocht/"), "https://proef.example/nieuws?pad=/gezocht/"),
    ],
)
def test_the_address_comes_from_the_configuration(source, made):
    assert address(source) == made


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        (asking(lat=52.1), "add the other one"),
        (asking(lat=52.1, lon=6.5, radius=3), r"use one of 0\.5, 2, 5, 10, 25"),
        (asking(lat=952.1, lon=6.5), "less than or equal to 90"),
        (asking(province="brabant"), "noord-brabant"),
        (asking("https://api.politie.nl/v4/nieuws", lat=52.1, lon=6.5), "leave out 'url'"),
        (asking("https://api.politie.nl/v4/gezocht/dossiers"), "are persons"),
        (asking("https://api.politie.nl/v4/vermist"), "are persons"),
        (asking("https://api.politie.nl/v4/%76ermist/vermistekinderen?lat=1"), "are persons"),
        (asking("https://api.politie.nl/v4/Wijkagenten?lat=52.1&lon=6.5"), "are persons"),
        (asking(base="https://api.politie.nl/v4/gezocht"), "are persons"),
        (asking(fallback="https://rss.politie.nl/rss/vermist.xml"), "are persons"),
        (asking(radius=5, apikey="x"), "Extra inputs"),
    ],
)
def test_a_wrong_configuration_says_what_would_be_right(source, wrong):
    with pytest.raises(ValueError, match=wrong):
        address(source)


def test_a_province_names_its_feed():
    assert fallback_of(asking(province="noord-holland")) == "https://rss.politie.nl/rss/ab/provincies/noord-holland.xml"
    assert fallback_of(asking(province="utrecht", fallback="https://a.example/b")) == "https://a.example/b"
    assert fallback_of(asking("https://a.example/b")) is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/nieuws/2026/juli/vermiste-kat-terecht.html", True),
        ("/nieuws/2026/juli/getuigen-gezocht.html", True),
        ("/gezocht/2026/iemand.html", False),
        ("/gezocht-en-vermist/vermiste-kinderen/iemand.html", False),
        ("/Vermist/iemand.html", False),
        ("/%67ezocht/iemand.html", False),
    ],
)
def test_an_item_in_a_folder_of_persons_is_dropped(path, kept):
    harvest = parse(body({"uid": "1", "titel": "T", "publicatiedatum": "2026-07-15 09:30:00", "url": path}), SOURCE)
    assert bool(harvest.items) is kept
    assert [fault.code for fault in harvest.faults] == ([] if kept else ["wanted_or_missing"])


async def test_no_more_is_asked_than_the_service_gives(server):
    server.otherwise = answer(
        200, body({"uid": "1", "titel": "T", "publicatiedatum": "2026-07-15 09:30:00"}, last=False)
    )
    seen = await Exchange("politie", asking(f"{server.url}/nieuws"), {}).run(server)
    assert len(server.asked) == MOST // PAGE
    assert server.paths[-1].endswith("offset=175")
    assert seen.harvest.complete
    assert seen.harvest.faults == ()


async def test_an_api_that_refused_us_yesterday_is_tried_again_today(server):
    server.otherwise = answer(200, body({"uid": "1", "titel": "T", "publicatiedatum": "2026-07-15 09:30:00"}))
    source = asking(base=server.url, fallback=f"{server.url}/feed")
    seen = await Exchange("politie", source, {}, now=NOW, cursor={"refused": "2026-07-14"}).run(server)
    assert [path.partition("?")[0] for path in server.paths] == ["/v4/nieuws"]
    assert [item.entry_id for item in seen.harvest.items] == ["1"]


async def test_a_feed_that_has_not_changed_still_says_that_it_stands_in(server):
    feed = answer(200, b"<rss version='2.0'><channel><title>Politie</title></channel></rss>", 'ETag: "1"')
    exchange = Exchange(
        "politie",
        asking(base=server.url, fallback=f"{server.url}/feed"),
        {"/feed": [feed, answer(304)]},
        cursor={"refused": "2026-07-15"},
    )
    first = await exchange.run(server)
    second = await exchange.run(server, first.polling)
    assert second.harvest.unchanged
    assert [fault.code for fault in second.harvest.faults] == ["fallback"]


async def test_an_api_that_is_out_of_order_is_waited_for(server):
    server.otherwise = answer(500)
    seen = await Exchange("politie", asking(base=server.url, province="utrecht"), {}).run(server)
    assert (seen.polling.state, len(server.asked)) == ("failing", 1)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)) | JSON, max_size=3))
def test_fields_of_any_type_give_items_that_can_be_stored(entries):
    harvest = parse(body(*entries), SOURCE)
    assert len({item.entry_id for item in harvest.items}) == len(harvest.items)
    for item in harvest.items:
        assert item.entry_id.encode()
        assert (item.title or item.text).encode()
