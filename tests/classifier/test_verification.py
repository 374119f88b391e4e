"""What speaks for and against a story, and what can't wait."""

from dataclasses import replace

import pytest
from demo_readings import NOW, SOURCES, read

from classifier.rebuttals import Rebuttals, find_rebuttals, rebuts
from classifier.stories import StoryIndex
from classifier.urgency import is_resolved, urgent
from classifier.verification import verify

RUMOUR = read("Witte bus bij De Klos probeerde kind mee te nemen, DEEL DIT", "buurtpraat", hours=3, item_id="i-rumour")
DENIAL = read(
    "Over de witte bus bij De Klos: er is geen kind meegenomen, het bericht klopt niet",
    "politie",
    hours=1,
    item_id="i-denial",
)


def codes(verification):
    return [one.code for one in verification.evidence]


def test_a_denial_told_in_a_story_of_its_own_counts():
    index = StoryIndex()
    for number, word in enumerate(
        ["markt", "fiets", "optreden", "storm", "huur", "hond", "tram", "feest", "boom", "water"]
    ):
        index.add(f"s-{word}", read(f"Nieuws over {word} in de stad", "omroep", item_id=f"i-{number}"))
    index.add("s-1", RUMOUR)
    rebuttals = find_rebuttals([DENIAL], index, SOURCES)
    found = verify([RUMOUR], SOURCES, rebuttals)
    assert (found.status, "official_denial" in codes(found)) == ("contradicted", True)
    assert verify([RUMOUR], SOURCES).status == "unverified"


def test_nothing_said_elsewhere_counts_where_a_newsroom_tells_it_too():
    told = read("Politie zoekt witte bus bij De Klos", "lindebode", hours=2, item_id="i-news")
    rebuttals = Rebuttals({"i-rumour": (DENIAL,), "i-news": (DENIAL,)})
    assert verify([RUMOUR, told], SOURCES, rebuttals).status == "corroborated"


def test_a_fact_check_of_the_claim_makes_it_known_to_be_false():
    checker = SOURCES["omroep"].model_copy(update={"collector": "claimreview"})
    check = read("Witte bus bij De Klos: onwaar", "omroep", hours=1, item_id="i-check")
    sources = SOURCES | {"omroep": checker}
    assert rebuts(check, checker)
    assert verify([RUMOUR], sources, Rebuttals({"i-rumour": (check,)})).status == "known_false"


def test_signs_of_a_rumour_give_a_chance_only_together_and_never_a_verdict():
    one = verify([RUMOUR], SOURCES)
    assert "spread_call" in codes(one)
    assert (one.status, one.fake_probability) == ("unverified", None)
    wave = [
        read(
            "DEEL DIT filmpje uit 2019 van rellen op het Spoelplein nu meteen",
            "buurtpraat",
            hours=3 - n / 10,
            item_id=f"i-{n}",
        )
        for n in range(3)
    ]
    many = verify(wave, SOURCES)
    assert {"spread_call", "copy_wave", "old_date"} <= set(codes(many))
    assert many.status == "unverified"
    assert many.band[0] < many.fake_probability <= 0.6


def test_a_lone_post_is_not_held_against_itself():
    assert verify([read("Vreemde lucht bij de Spoelstraat", "buurtpraat")], SOURCES).fake_probability is None


@pytest.mark.parametrize(
    ("readings", "seek"),
    [
        ([RUMOUR], "seek_official"),
        ([DENIAL, RUMOUR], "seek_confirmation"),
        ([read("Brand Spoelstraat", "gemeente")], "seek_correction"),
    ],
)
def test_every_status_says_what_would_change_it(readings, seek):
    assert codes(verify(readings, SOURCES))[-1] == seek


UNVERIFIED = verify([RUMOUR], SOURCES)


@pytest.mark.parametrize(
    ("text", "lang", "why"),
    [
        ("Jongetje kwijt bij het Spoelplein, rode jas, 4 jaar", "nl", "missing_child"),
        ("Kayıp çocuk! Spoelplein'de kızım kayboldu", "tr", "missing_child"),
        ("Man met een mes op de Spoelstraat", "nl", "violence"),
        ("gas leak in Spoelstraat, everyone out", "en", "danger"),
        ("Fiets kwijt bij Spoelplein", "nl", None),
        ("Zaginął kot na Spoelstraat", "pl", None),
    ],
)
def test_what_cant_wait_is_known_by_its_words(text, lang, why):
    assert urgent([read(text, "buurtpraat", lang=lang, hours=0.5)], SOURCES, UNVERIFIED, here=True, now=NOW) == why


def test_what_is_old_elsewhere_denied_or_over_can_wait():
    text = "Jongetje kwijt bij het Spoelplein"
    fresh, old = read(text, "buurtpraat", hours=0.5), read(text, "buurtpraat", hours=8)
    found = read("Vermist jongetje is terecht", "politie", hours=0.2)
    flagged = replace(UNVERIFIED, status="contradicted")
    assert urgent([old], SOURCES, UNVERIFIED, here=True, now=NOW) is None
    assert urgent([fresh], SOURCES, UNVERIFIED, here=False, now=NOW) is None
    assert urgent([fresh], SOURCES, flagged, here=True, now=NOW) is None
    assert is_resolved([fresh, found], SOURCES)
    assert urgent([fresh, found], SOURCES, UNVERIFIED, here=True, now=NOW) is None
