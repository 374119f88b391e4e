import json
from datetime import timedelta

import pytest
from exchange import read
from helping import NOW, answer, fresh, make_source
from hypothesis import given
from hypothesis import strategies as st

from collector.signalen import address, parse, recognises
from wijkblik.errors import ParseError

BASE = "https://api.meldingen.lindevoort.example"
BOX = [6.48, 52.08, 6.53, 52.12]


def configured(url=None, **query):
    return make_source(url, collector="signalen", type="reports", query=query)


def feature(created_at="2026-07-15T08:00:00Z", lon=6.5, lat=52.1, name="Boom", slug="boom", parent="Groen"):
    category = {"name": name, "slug": slug, "parent": {"name": parent}}
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"geometry": point, "properties": {"category": category, "created_at": created_at}}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_the_address_names_the_area_and_every_category():
    query = {"base": f"{BASE}/", "bbox": BOX, "maincategory_slug": ["afval"], "category_slug": ["boom", "grofvuil"]}
    assert address(configured(**query)) == (
        f"{BASE}/signals/v1/public/signals/geography/?bbox=6.48,52.08,6.53,52.12"
        "&maincategory_slug=afval&category_slug=boom&category_slug=grofvuil"
    )
    assert address(configured(f"{BASE}/elders?x=1")) == f"{BASE}/elders?x=1"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"base": BASE}, "bbox"),
        ({"bbox": BOX}, "base"),
        ({"base": BASE, "bbox": [52.08, 6.48, 52.12]}, "bbox"),
        ({"base": BASE, "bbox": [6.53, 52.08, 6.48, 52.12]}, "longitude first"),
        ({"base": BASE, "bbox": [6.48, 52.12, 6.53, 52.08]}, "longitude first"),
        ({"base": BASE, "bbox": [6.48, 52.08, 6.69, 52.12]}, "at most 0.2"),
        ({"base": BASE, "bbox": [6.48, 52.08, 6.53, 52.29]}, "at most 0.2"),
        ({"base": BASE, "bbox": [6.48, 52.08, float("nan"), 52.1]}, "longitude first"),
        ({"base": BASE, "bbox": BOX, "category_slug": ["a b"]}, "category_slug"),
        ({"base": "ftp://x.example", "bbox": BOX}, "https"),
        ({"base": BASE, "bbox": BOX, "wijk": "x"}, "wijk"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(query, complaint):
    with pytest.raises(ValueError, match=complaint):
        address(configured(**query))


def test_an_address_and_an_area_are_one_too_many():
    with pytest.raises(ValueError, match="leave out 'url'"):
        address(configured(f"{BASE}/kaart", bbox=BOX))


def test_a_report_is_named_after_its_category_time_and_spot():
    def entry_id(**changed):
        [item] = parse(collection(feature(**changed)), configured(BASE)).items
        return item.entry_id

    first = entry_id()
    assert entry_id(created_at="2026-07-15T10:00:00+02:00", lon=6.500001, name="Bomen", parent="") == first
    others = {entry_id(created_at="2026-07-15T08:00:01Z"), entry_id(lat=52.1001), entry_id(slug="struik")}
    assert len(others | {first}) == 4


@pytest.mark.parametrize("body", [b'{"type": "FeatureCollection"}', b'{"features": 5}', b'{"features": "x"}', b"[]"])
def test_what_is_no_map_says_so(body):
    with pytest.raises(ParseError) as caught:
        parse(body, configured(BASE))
    assert caught.value.code == "other_format"


def test_its_answers_are_recognised_by_their_address():
    assert recognises(f"{BASE}/signals/v1/public/signals/geography/?bbox=1,2,3,4", b"{}")
    assert not recognises(f"{BASE}/signals/v1/public/terms/categories", b"{}")


async def test_a_change_on_a_later_page_is_seen_though_the_first_page_stays_the_same(server):
    exchange = read("signalen_pages", server)
    first = await exchange.run(server)
    [third] = [target for target in exchange.answers if "geopage=3" in target]
    exchange.answers[third] = [answer(200, collection(feature((NOW - timedelta(hours=1)).isoformat())))]
    second = await exchange.run(server, first.polling)
    assert len(second.harvest.items) == 3
    assert {item.entry_id for item in second.harvest.items} != {item.entry_id for item in first.harvest.items}


async def test_one_page_that_stays_the_same_is_unchanged(server):
    exchange = read("signalen_nothing", server)
    [target] = exchange.answers
    exchange.answers[target] = [answer(200, collection(feature()))]
    first = await exchange.run(server)
    assert len(first.harvest.items) == 1
    assert (await exchange.run(server, first.polling)).harvest.unchanged


async def test_a_total_that_is_never_reached_does_not_keep_us_asking(server):
    exchange = read("signalen_nothing", server)
    [target] = exchange.answers
    exchange.answers[target] = [answer(200, collection(feature()), "X-Total-Count: 4000")]
    server.otherwise = answer(200, collection(), "X-Total-Count: 4000")
    seen = await exchange.run(server, fresh(exchange.source))
    assert (len(server.asked), len(seen.harvest.items)) == (2, 1)


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "geometry", "coordinates", "properties", "category", "name", "slug", "parent", "created_at"]), inner, max_size=4), max_leaves=20))  # fmt: skip
def test_whatever_a_feature_holds_the_rest_is_kept(odd):
    harvest = parse(collection(feature(), odd), configured(BASE))
    assert harvest.items[0].title == "Groen: Boom"
    assert all(item.point and item.published_at for item in harvest.items)


def test_its_category_terms_are_those_of_the_official_schema(shared):
    schema = json.loads((shared / "payloads/signalen/public_terms_categories.schema.json").read_text(encoding="utf-8"))
    main = schema["properties"]["results"]["items"][0]["properties"]
    sub = main["sub_categories"]["items"][0]["properties"]
    assert {"name", "slug"} <= main.keys() & sub.keys()
