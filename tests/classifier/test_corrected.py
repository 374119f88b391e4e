"""What a person put right stands: place, themes and status, in the assessment and in what is learned by."""

from dataclasses import replace

import pytest
from demo_readings import DEMO, NOW, SOURCES, read

from classifier.assessing import Yardstick, assess
from classifier.corrected import decided_status
from classifier.sketching import sketch
from wijkblik.models.stories import Correction, Evidence, Verification

BY = Yardstick(DEMO.wijk, DEMO.themes, DEMO.defaults.relevance, NOW)
READINGS = [read("Brand in de Garenflat, rook in het trappenhuis", "buurtpraat", item_id="i-1")]


def said(kind, **value):
    return {kind: Correction(1, "s-1", kind, value, "officer", NOW)}


def assessed(readings=READINGS, **corrections):
    return assess("s-1", readings, BY, corrections)


def codes(assessment):
    return {one.code: one.value for one in assessment.reasons}


def test_a_place_by_hand_is_the_place_and_counts_in_full():
    found = assessed(**said("place", name="Spoelplein"))
    assert [(one.name, one.confidence, one.reason) for one in found.places] == [("Spoelplein", 1.0, "by_hand")]
    assert codes(found)["place_by_hand"] == DEMO.defaults.relevance.place
    assert "place" not in codes(found)


def test_not_here_by_hand_lowers_relevance_and_is_never_urgent():
    readings = [read("Kind vermist bij de Garenflat", item_id="i-2")]
    assert assessed(readings).urgent == "missing_child"
    found = assessed(readings, **said("place", name=None))
    assert (found.places, found.urgent) == ((), None)
    assert codes(found)["elsewhere_by_hand"] == DEMO.defaults.relevance.elsewhere
    assert found.relevance < assessed(readings).relevance


def test_themes_by_hand_are_exactly_those_at_full_strength():
    found = assessed(**said("themes", themes=["jeugd", "overlast"]))
    assert found.themes == ("jeugd", "overlast")
    by_hand = {one.params["theme"]: one.code for one in found.reasons if "theme" in one.params}
    assert by_hand == {"overlast": "theme_by_hand", "jeugd": "second_theme_by_hand"}
    traits = sketch(READINGS, found, SOURCES).traits
    assert {name: value for name, value in traits.items() if name.startswith("theme:")} == {
        "theme:jeugd": 1.0,
        "theme:overlast": 1.0,
    }
    assert assessed(**said("themes", themes=[])).themes == ()


def test_a_place_or_theme_that_is_not_configured_any_more_says_nothing():
    assert assessed(**said("place", name="Afgebroken straat")) == assessed()
    assert assessed(**said("themes", themes=["weg"])).themes == ()


@pytest.mark.parametrize(
    ("status", "chance"),
    [
        ("known_false", 1.0),
        ("satire", 1.0),
        ("officially_confirmed", 0.0),
        ("contradicted", None),
        ("unverified", None),
    ],
)
def test_a_status_by_hand_is_the_persons(status, chance):
    found = assessed(**said("status", status=status, link=None)).verification
    assert (found.status, found.fake_probability, found.decided_by) == (status, chance, "officer")
    assert found.band == (None if chance is None else (chance, chance))


def test_a_decided_status_keeps_the_evidence_and_is_the_same_when_decided_twice():
    proposed = Verification("unverified", None, None, (Evidence("single_source", ("i-1",), {"names": ["x"]}),))
    decided = decided_status(proposed, said("status", status="satire", link="https://x.example/"))
    assert [one.code for one in decided.evidence] == ["by_hand", "single_source"]
    assert decided.evidence[0].params == {"link": "https://x.example/"}
    assert decided_status(decided, said("status", status="satire", link="https://x.example/")) == decided
    assert decided_status(proposed, {}) == replace(proposed)
