"""The place register: what is asked, what is held against it, and the publisher's own register read by the collector."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from collector import locatieserver
from collector.locatieserver import address, parse
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source


def source(url=None, **query):
    return Source(
        key="s", name="S", collector="locatieserver", type="service", organisation="Kadaster", url=url, query=query
    )


def read(*documents, **query):
    body = json.dumps({"response": {"numFound": len(documents), "start": 0, "docs": documents}})
    return parse(body.encode(), source("https://x.example/", **query))


def street(**changed):
    own = {"id": "weg-1", "type": "weg", "straatnaam": "Spoelstraat", "gemeentenaam": "Lindevoort"}
    return own | {"gemeentecode": "9901"} | changed


# What is asked


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ({"municipality": "Lindevoort"}, ["type:(weg)", 'gemeentenaam:"Lindevoort"']),
        ({"municipality": "GM0344"}, ["type:(weg)", "gemeentecode:0344"]),
        ({"municipality": "0344", "types": ["wijk", "buurt"]}, ["type:(wijk OR buurt)", "gemeentecode:0344"]),
        (
            {"municipality": "Bergen (NH.)", "types": ["postcode"], "postcodes": ["7491", "7491 ab"]},
            ["type:(postcode)", 'gemeentenaam:"Bergen (NH.)"', "postcode:(7491* OR 7491AB)"],
        ),
        (
            {"municipality": "Lindevoort", "types": ["buurt"], "wijken": ["WK0363AD"]},
            ["type:(buurt)", 'gemeentenaam:"Lindevoort"', "wijkcode:(WK0363AD)"],
        ),
        (
            {"municipality": "Lindevoort", "streets": ['De "Klos"', "Vlaslaan"]},
            ["type:(weg)", 'gemeentenaam:"Lindevoort"', 'straatnaam:("De \\"Klos\\"" OR "Vlaslaan")'],
        ),
    ],
)
def test_the_address_follows_from_the_configuration(query, filters):
    asked = urlsplit(address(source(**query)))
    assert f"https://{asked.netloc}{asked.path}" == "https://api.pdok.nl/bzk/locatieserver/search/v3_1/free"
    values = parse_qs(asked.query)
    assert values.keys() == {"fq", "fl", "rows", "start"}, "the service refuses what it does not know"
    assert (values["fq"], values["rows"], values["start"]) == (filters, ["100"], ["0"])


def test_a_municipality_is_needed_where_the_address_does_not_say_it():
    assert address(source("https://x.example/straten")) == "https://x.example/straten"
    with pytest.raises(ValueError, match="municipality is missing; add"):
        address(source(types=["weg"]))


@pytest.mark.parametrize(
    "query",
    [
        {"types": ["adres"]},
        {"types": []},
        {"postcodes": ["0491 AB"]},
        {"postcodes": ["7491 A"]},
        {"wijken": ["BU990101AA"]},
        {"base": "api.pdok.nl"},
        {"rows": 1000},
    ],
)
def test_a_wrong_parameter_is_refused(query):
    with pytest.raises(ValidationError):
        address(source(municipality="Lindevoort", **query))


# What is kept


@pytest.mark.parametrize(
    ("document", "query", "fault"),
    [
        (street(), {"municipality": "Lindevoort"}, None),
        (street(gemeentenaam="LINDEVOORT"), {"municipality": "Lindevoort"}, None),
        (street(gemeentenaam="Fryslân-West"), {"municipality": "Fryslan West"}, None),
        (street(), {"municipality": "9901"}, None),
        (street(), {"municipality": "9902"}, "other_municipality"),
        (street(gemeentenaam="Lindevoorden"), {"municipality": "Lindevoort"}, "other_municipality"),
        (street(gemeentenaam=None, gemeentecode=None), {"municipality": "Lindevoort"}, "other_municipality"),
        (street(), {"streets": ["spoelstraat"]}, None),
        (street(), {"streets": ["Spoelstraatje"]}, "not_asked"),
        (street(type="adres", huisnummer=12), {}, "not_asked"),
        (street(type=["weg"]), {}, "not_asked"),
        (street(type="buurt", buurtnaam="Spoelbuurt", wijkcode="WK9901AB"), {"types": ["buurt"]}, None),
        (street(wijkcode="WK9901AB"), {"wijken": ["WK9901AA"]}, "not_asked"),
        (street(wijkcode="WK9901AA"), {"wijken": ["WK9901AA"]}, None),
        (street(postcode="7491SA"), {"postcodes": ["7492"]}, "not_asked"),
        (street(postcode="7491SA"), {"postcodes": ["7491 SA"]}, None),
        (street(id=None), {}, "bad_item"),
        (street(straatnaam={"naam": "Spoelstraat"}), {}, "bad_item"),
        (None, {}, "bad_item"),
    ],
)
def test_each_document_is_held_against_what_was_asked(document, query, fault):
    harvest = read(document, **query)
    assert [one.code for one in harvest.faults] == ([fault] if fault else [])
    assert len(harvest.background) == (0 if fault else 1)


@pytest.mark.parametrize(
    ("written", "point", "faults"),
    [
        ("POINT(5.4012 52.7512)", (52.7512, 5.4012), []),
        ("POINT (-68.25 12.15)", (12.15, -68.25), []),
        (None, (None, None), []),
        ("POINT(133587.182 455921.594)", (None, None), ["bad_position"]),
        ("POINT(5.4 5.4 5.4)", (None, None), ["bad_position"]),
        ("POINT(1.2.3 -)", (None, None), ["bad_position"]),
        (["POINT(5.4 52.7)"], (None, None), ["bad_position"]),
    ],
)
def test_a_point_has_its_longitude_first(written, point, faults):
    harvest = read(street(centroide_ll=written))
    [place] = harvest.background
    assert (place.lat, place.lon) == point
    assert [fault.code for fault in harvest.faults] == faults


def test_a_long_name_is_cut():
    harvest = read(street(straatnaam="x" * 10_000))
    assert len(harvest.background[0].name) == 500
    assert [fault.code for fault in harvest.faults] == ["title_cut"]


def test_another_answer_is_another_format():
    with pytest.raises(ParseError) as raised:
        parse(b'{"error": {"code": 400, "msg": "undefined field"}}', source("https://x.example/"))
    assert raised.value.code == "other_format"


@pytest.mark.parametrize(
    ("start", "many", "found", "following"),
    [
        (0, 100, 250, "https://x.example/free?fq=a&fq=b&start=100"),
        (100, 100, 250, "https://x.example/free?fq=a&fq=b&start=200"),
        (200, 50, 250, None),
        (0, 0, 250, None),
        (0, 1, "250", None),
        (None, 1, 250, None),
    ],
)
def test_pages_go_on_to_the_last_document(start, many, found, following):
    response = {"numFound": found, "start": start, "docs": [street()] * many}
    page = Answer(json.dumps({"response": response}).encode())
    assert locatieserver._following(page, None) == following


class Answer:
    url = "https://x.example/free?fq=a&fq=b&start=0"

    def __init__(self, body):
        self.body = body


def test_a_recorded_answer_is_read(shared):
    body = (shared / "payloads/pdok/locatieserver_v3_1_free_gemeente.json").read_bytes()
    harvest = parse(body, source("https://x.example/", municipality="0344", types=["gemeente"]))
    [place] = harvest.background
    assert (place.kind, place.name, place.municipality) == ("gemeente", "Utrecht", "Utrecht")
    assert (place.lat, place.lon) == (52.09113798, 5.0747543)
    assert harvest.faults == ()


def test_a_recorded_refusal_is_no_answer(shared):
    body = (shared / "payloads/pdok/locatieserver_error_400.json").read_bytes()
    with pytest.raises(ParseError):
        parse(body, source("https://x.example/"))
