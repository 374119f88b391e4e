"""Places in texts, with what weighs for and against them. Municipality Lindevoort, wijk De Weverij; the Kerkstraat is in Berkelo too."""

import pytest
from demo_readings import DEMO, READER, read
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.names import find_names
from classifier.places import Gazetteer
from wijkblik.models.background import GazetteerPlace

REGISTER = [
    GazetteerPlace("1", "Spoelstraat", "weg", "Lindevoort", wijk_code="WK1"),
    GazetteerPlace("2", "Twijnhof", "weg", "Lindevoort", wijk_code="WK1"),
    GazetteerPlace("3", "Garenlaan", "weg", "Lindevoort", wijk_code="WK1"),
    GazetteerPlace("4", "Havendreef", "weg", "Lindevoort", wijk_code="WK2"),
]


def match(text, source="streekflits", name="Kerkstraat", **more):
    return next((one for one in read(text, source, **more).places.matches if one.name == name), None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Brand in de Kerkstraat in Lindevoort", "municipality"),
        ("Brand in de Kerkstraat, ook rook op de Spoelstraat", "context"),
        ("Brand in de Spoelstraat", "name"),
    ],
)
def test_a_match_says_what_weighed_most(text, reason):
    found = match(text, name="Kerkstraat" if "Kerk" in text else "Spoelstraat")
    assert (found.reason, found.confidence > 0.8) == (reason, True)


def test_a_name_that_other_towns_have_is_less_sure_alone_and_surer_from_a_source_of_here():
    assert match("Brand in de Kerkstraat").confidence < 0.7
    assert match("Brand in de Kerkstraat", "weverijvandaag").confidence > 0.8


@pytest.mark.parametrize(
    "text",
    [
        "Brand in de Kerkstraat in Berkelo",
        "Berkelose Kerkstraat vol boeken",
        "Kerkstraat (Berkelo) afgesloten",
        "Boekenmarkt in de Kerkstraat in Zonnedorp",
        "Ongeval Kerkstraat, Oosthem",
    ],
)
def test_not_here_is_an_answer(text):
    assert match(text) is None


def test_coordinates_speak_for_and_against():
    near, far = (52.7528, 5.4034), (51.0, 4.0)
    assert match("Brand in de Kerkstraat", point=near).confidence > match("Brand in de Kerkstraat").confidence
    assert match("Brand in de Kerkstraat", point=far) is None
    assert read("Grofvuil", point=near).places.matches[0].reason == "coordinates"


@pytest.mark.parametrize("text", ["spoelstrat staat blank", "de schietspoelwg is dicht", "Schietspoelwegg"])
def test_a_long_name_with_one_letter_wrong_is_found(text):
    assert read(text).places.matches


def test_a_register_adds_the_streets_of_our_wijk_and_tells_the_others_apart():
    gazetteer = Gazetteer.of(DEMO.wijk, REGISTER)
    assert [one.name for one in gazetteer.find("inbraak aan de Garenlaan").matches] == ["Garenlaan"]
    there = gazetteer.find("inbraak aan de Havendreef")
    assert (there.matches, there.elsewhere) == ((), ("Havendreef",))


def test_without_places_nothing_is_found():
    assert Gazetteer().find("Brand in de Kerkstraat in Berkelo").matches == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_any_text_has_places_with_a_confidence(text):
    assert all(0 < one.confidence <= 1 for one in READER._gazetteer.find(text).matches)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("brand kerkstraat!!", {"kerkstraat"}),
        ("hoek Molenstr en Havenweg", {"molenstraat", "havenweg"}),
        ("op de snelweg en het schoolplein", set()),
        ("Kerkstraat'ta yangın", {"kerkstraat"}),
        ("حريق في Kerkstraat", {"kerkstraat"}),
    ],
)
def test_streets_are_known_by_their_endings(text, places):
    assert find_names("", text).places == places


def test_names_and_numbers_but_not_the_first_word_of_a_sentence():
    found = find_names("", "Gisteren was er brand bij Jansen in Zonnedorp. Morgen om 14.30 uur meer, lijn 4.")
    assert found.others == {"jansen", "zonnedorp"}
    assert found.numbers == {"14.30", "4"}
