"""The formats without items: locatieserver, boundaries and crime."""

import json

import pytest
from published import FIRST_PAGES, ask, get

from wijkblik.demo.places import areas, located, named_place, overlap


def search(publisher, kind="free", **query):
    status, _, answer = get(publisher, f"search/v3_1/{kind}", **query)
    assert status == 200, answer
    return answer["response"]


def test_an_address_search_knows_the_wijks_own_places(publisher):
    found = search(publisher, q="Kade", fq="type:weg")
    assert (found["numFound"], found["numFoundExact"], found["start"]) == (2, True, 0)
    first = found["docs"][0]
    assert (first["weergavenaam"], first["straatnaam"], first["type"]) == ("Kade, Proefstad", "Kade", "weg")
    assert first["centroide_ll"] == "POINT(5.41 52.71)"
    assert (first["gemeentecode"], first["gemeentenaam"]) == ("9999", "Proefstad")
    assert (first["wijkcode"], first["wijknaam"]) == ("WK999901", "De Proef")
    assert first["buurtcode"].startswith("BU999901")
    assert first["buurtnaam"]
    address = search(publisher, q="De Hal", fq=["type:adres", 'gemeentenaam:"Proefstad"'])["docs"][0]
    assert (address["postcode"], address["weergavenaam"]) == ("7491SD", "De Hal 1, 7491SD Proefstad")
    assert search(publisher, q="Proefstad", fq="type:gemeente")["docs"][0]["identificatie"] == "9999"


def test_an_address_search_is_fuzzy_filtered_and_paged(publisher):
    fuzzy = search(publisher, q="Kade 12 Elders")
    assert fuzzy["docs"][0]["straatnaam"] == "Kade", "one word in three is enough"
    assert fuzzy["maxScore"] == fuzzy["docs"][0]["score"] < search(publisher, q="Kade Proefstad")["maxScore"]
    usual = search(publisher, rows=100)
    assert {doc["type"] for doc in usual["docs"]} == {"gemeente", "weg", "postcode", "adres"}
    assert {doc["type"] for doc in search(publisher, fq="*", rows=100)["docs"]} >= {"wijk", "buurt"}
    assert {doc["type"] for doc in search(publisher, fq="type:(wijk OR gemeente)")["docs"]} == {"wijk", "gemeente"}
    assert search(publisher, fq="gemeentecode:0344")["numFound"] == 0
    either = search(publisher, fq=["type:(postcode)", "postcode:(7491SA OR 7492*)", 'straatnaam:("Kade" OR "De Hal")'])
    assert [doc["weergavenaam"] for doc in either["docs"]] == ["Kade, 7491SA Proefstad"]
    pages = [doc["id"] for start in range(0, 8, 2) for doc in search(publisher, rows=2, start=start)["docs"]]
    assert pages == [doc["id"] for doc in usual["docs"]][:8]
    assert search(publisher, q="Kade", fl="id,weergavenaam", rows=1)["docs"][0].keys() == {"id", "weergavenaam"}


def test_suggest_lookup_and_reverse_stand_beside_it(publisher):
    suggested = search(publisher, "suggest", q="kadep")["docs"][0]
    assert suggested.keys() == {"id", "weergavenaam", "type", "score"}
    full = search(publisher, "lookup", id=suggested["id"])["docs"][0]
    assert full["centroide_ll"] == "POINT(5.42 52.72)"
    near = search(publisher, "reverse", lat=52.7101, lon=5.41)["docs"]
    assert [(doc["weergavenaam"], round(doc["afstand"])) for doc in near] == [("Kade 1, 7491SA Proefstad", 11)]
    assert search(publisher, "reverse", lat=52.7101, lon=5.41, type="weg", distance=5)["docs"] == []
    buurt = search(publisher, "reverse", lat=52.71, lon=5.41, type="buurt", distance=5000, fl="buurtcode")["docs"]
    assert buurt[0]["buurtcode"].startswith("BU9999")


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("free", {"zoek": "x"}),
        ("free", {"q": "x", "rows": 101}),
        ("free", {"q": "x", "start": "een"}),
        ("free", {"fq": "straat:Kade"}),
        ("lookup", {"id": "x", "q": "x"}),
        ("reverse", {"lat": 52.7}),
    ],
)
def test_an_address_search_refuses_what_it_does_not_know(publisher, kind, query):
    status, _, answer = get(publisher, f"search/v3_1/{kind}", **query)
    assert (status, answer["error"]["code"]) == (400, 400)


@pytest.mark.parametrize(("name", "count"), [("gemeenten", 1), ("wijken", 2), ("buurten", 5)])
def test_boundaries_are_features_in_pages(publisher, name, count):
    address, features = f"{publisher.base}/cbs/ogc/v1/collections/{name}/items?limit=2&f=json", []
    while address:
        _, headers, body = ask(address)
        page = json.loads(body)
        assert headers["Content-Type"].startswith("application/geo+json")
        assert (page["numberMatched"], page["numberReturned"]) == (count, len(page["features"]))
        features += page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len({one["id"] for one in features}) == count
    for one in features:
        ring = one["geometry"]["coordinates"][0][0]
        assert (one["geometry"]["type"], ring[0]) == ("MultiPolygon", ring[-1])
        assert one["properties"]["gemeentecode"] == "GM9999"


def test_boundaries_nest_and_hold_every_place(settings, publisher):
    people = {
        name: {
            one["id"]: one["properties"]
            for one in get(publisher, f"cbs/ogc/v1/collections/{name}/items", limit=1000)[2]["features"]
        }
        for name in ("gemeenten", "wijken", "buurten")
    }
    totals = [sum(one["aantal_inwoners"] for one in level.values()) for level in people.values()]
    assert totals[0] == totals[1] == totals[2] > 0
    own = [one for one in people["buurten"].values() if one["wijkcode"] == "WK999901"]
    assert {one["wijknaam"] for one in own} == {"De Proef"}
    assert all(one["oppervlakte_totaal_in_ha"] > 100 for one in own)
    assert people["wijken"]["WK999901"]["aantal_inwoners"] == sum(one["aantal_inwoners"] for one in own)
    levels = areas(settings.wijk)
    for spot in located(settings.wijk):
        assert levels.buurt_at(spot.lat, spot.lon).wijk_code == "WK999901"
    assert areas(settings.wijk.model_copy(update={"places": settings.wijk.places[-1:]})) == type(levels)()


def test_boundaries_are_found_by_place_and_property(publisher):
    path = "cbs/ogc/v1/collections/buurten/items"
    found = get(publisher, path, bbox="5.4099,52.7099,5.4101,52.7101")[2]["features"]
    assert [one["properties"]["wijkcode"] for one in found] == ["WK999901"]
    assert get(publisher, path, bbox="1,1,2,2")[2]["numberMatched"] == 0
    assert get(publisher, path, wijkcode="WK999900")[2]["numberMatched"] == 1
    assert get(publisher, path, startindex=4)[2]["numberReturned"] == 1
    for wrong in ({"limit": 0}, {"bbox": "1,2"}, {"offset": "x"}, {"startindex": "x"}, {"zoek": "x"}):
        assert get(publisher, path, **wrong)[0] == 400


def test_crime_figures_come_in_pages_and_add_up(publisher):
    address, rows = f"{publisher.base}/{FIRST_PAGES['misdrijven']}", []
    while address:
        page = json.loads(ask(address)[2])
        assert len(page["value"]) <= 100
        rows += page["value"]
        address = page.get("odata.nextLink")
    assert len({row["ID"] for row in rows}) == len(rows) == 5 * 7 * 13
    assert set(rows[0]) == {"ID", "SoortMisdrijf", "WijkenEnBuurten", "Perioden", "GeregistreerdeMisdrijven_1"}
    assert rows[0]["SoortMisdrijf"] == "0.0.0 "
    month = "2026MM10"
    assert max(row["Perioden"] for row in rows) == month
    wanted = f"WijkenEnBuurten eq 'WK999901' and Perioden eq '{month}' and SoortMisdrijf eq '0.0.0'"
    (own,) = get(publisher, "odata/47022NED/TypedDataSet", __filter=wanted)[2]["value"]
    assert own["WijkenEnBuurten"] == "WK999901  "
    parts = [row for row in rows if row["WijkenEnBuurten"].startswith("BU999901") and row["Perioden"] == month]
    for kinds in (lambda row: row["SoortMisdrijf"] == "0.0.0 ", lambda row: row["SoortMisdrijf"] != "0.0.0 "):
        assert own["GeregistreerdeMisdrijven_1"] == sum(
            row["GeregistreerdeMisdrijven_1"] for row in parts if kinds(row)
        )


def test_crime_figures_need_a_filter_that_can_be_read(publisher):
    path = "odata/47022NED/TypedDataSet"
    assert get(publisher, path)[0] == 500
    for wrong in ("Perioden", "Jaar eq '2026'", "Perioden eq '2026MM10' and", "startswith(Perioden)"):
        assert get(publisher, path, __filter=wrong)[0] == 400
    either = "startswith(WijkenEnBuurten,'GM9999') and (Perioden eq '2026MM10' or Perioden eq '2026MM09')"
    assert len(get(publisher, path, __filter=either)[2]["value"]) == 2 * 7
    some = get(publisher, path, __filter="substringof('BU9999',WijkenEnBuurten)", __top=120, __select="Perioden")[2]
    assert (len(some["value"]), set(some["value"][0])) == (100, {"Perioden"})
    assert len(json.loads(ask(some["odata.nextLink"])[2])["value"]) == 20


def test_places_are_found_where_they_are_named_first(settings):
    wijk = settings.wijk
    assert named_place(wijk, "Kadeplein en Kade").place.name == "Kadeplein"
    assert named_place(wijk, "niets", "langs DE WAL").place.name == "Kade"
    assert named_place(wijk, "Kaden en Nergenspad") is None
    assert overlap((0, 0, 1, 1), (1, 1, 2, 2))
    assert not overlap((0, 0, 1, 1), (1.1, 0, 2, 2))
