"""Places, themes, stories, relevance, verification and the day's order, on small made-up cases."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from demo_readings import CONCEPTS, DEMO, NOW, READER, SOURCES, read
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.assessing import Yardstick, assess
from classifier.cues import find_cues
from classifier.patterns import WordIndex, compile_words, tokens
from classifier.ranking import Candidate, rank
from classifier.reading import Reader
from classifier.relevance import relevance
from classifier.repeats import NearDuplicates, jaccard, shingles
from classifier.stories import StoryIndex
from classifier.text import language, normal
from classifier.verification import independent_publishers, verify
from wijkblik.models.items import Item
from wijkblik.models.stories import FLAGGED

LEAK = "Waterleiding gesprongen in de Spoelstraat, tientallen huizen zonder water en de straat staat blank"


def judged(*readings):
    return assess("s-1", readings, Yardstick(DEMO.wijk, DEMO.themes, DEMO.defaults.relevance, NOW), {})


def stories_of(*readings):
    return [one.story_id for one in StoryIndex().place(sorted(readings, key=lambda one: one.item.at))]


@pytest.mark.parametrize(
    ("one", "other"), [("Überlast", "uberlast"), ("YANGIN", "yangın"), ("Łódź", "lodz"), ("إشاعة", "اشاعه")]
)
def test_a_word_has_one_normal_form(one, other):
    assert normal(one) == normal(other)


def test_language_follows_the_hint_and_stays_unknown_when_unsure():
    assert language("whatever", "pl", ("nl", "pl")) == "pl"
    assert language("Er is gisteravond brand geweest in de flat aan de weg", None, ("nl", "en", "tr")) == "nl"
    assert language("ok 👍", None, ("nl", "en")) is None


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("brand", "brandnieuw", False),
        ("brand*", "brandweer", True),
        ("geen water", "er is geen  water", True),
        ("*حريق*", "بالحريق الكبير", True),
        ("lek", "elektra", False),
    ],
)
def test_patterns_find_whole_words_and_open_ends(phrase, text, found):
    assert bool(compile_words([phrase]).search(normal(text))) is found


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("brand*", "de brandweer kwam"),
        ("geen water", "al uren geen water hier"),
        ("lachgas", "lachgas!"),
        ("سرقه", "والسرقة"),
    ],
)
def test_the_index_finds_what_is_there(phrase, text):
    assert WordIndex({"x": [phrase]}).find(tokens(normal(text)))
    assert not WordIndex({"x": [phrase]}).find(["iets", "heel", "anders"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("in de Spoelstraat", "Spoelstraat"),
        ("SPOELSTRAAT staat blank", "Spoelstraat"),
        ("op #spoelstraat", "Spoelstraat"),
        ("Spoelstraat'ta su yok", "Spoelstraat"),
        ("عن Spoelstraat وKerkstraat", "Kerkstraat"),
        ("hoek molenstr", "Molenstraat"),
        ("bij station Zuid", "Station Lindevoort-Zuid"),
        ("adres 7492 SS", None),
    ],
)
def test_a_place_is_found_as_people_write_it(text, name):
    found = {match.name for match in read(text).places.matches}
    assert name in found if name else found


def test_a_common_word_needs_its_capital_to_be_sure():
    sure, unsure = (
        read(text).places.matches[0].confidence for text in ("naar De Draad vanavond", "ik ben de draad kwijt")
    )
    assert sure > 0.9 > 0.6 > unsure


def test_the_same_street_elsewhere_is_not_ours():
    places = read("Brand in de Kerkstraat in Berkelo").places
    assert (places.matches, places.elsewhere) == ((), ("Berkelo",))
    assert read("Stroomstoring in Lindevoort-Noord").places.names_wijk is False


def test_a_rule_that_has_expired_matches_nothing():
    text = read("weer lachgas in het park").item
    assert READER.read([text])[0].rules
    assert not Reader.of(DEMO.wijk, DEMO.themes, CONCEPTS, date(2027, 6, 1)).read([text])[0].rules


@pytest.mark.parametrize(
    "text",
    [
        "Dat klopt niet",
        "geruchten dat ... er is geen sprake van",
        "this is not true",
        "bu doğru değil",
        "to nieprawda",
        "الخبر غير صحيح",
    ],
)
def test_a_denial_is_heard_in_five_languages(text):
    assert find_cues(tokens(normal(text))).denies


@pytest.mark.parametrize(
    ("headline", "denies"),
    [
        ("nee, uw haan hoeft geen vergunning", True),
        ("geen wolf, wel loslopende honden", True),
        ("geen trams naar het plein", False),
    ],
)
def test_a_headline_can_set_right_what_is_told(headline, denies):
    assert find_cues([], headline).denies is denies


def test_images_that_are_of_something_else_are_debunked():
    assert find_cues(tokens(normal("Filmpje van mishandeling is niet van de kermis"))).debunks
    assert not find_cues(tokens(normal("Het lawaai is niet van de kermis"))).debunks


@pytest.mark.parametrize(
    "text", ["er gaan geruchten", "er is geen sprake van vertraging", "Geen water in de Spoelstraat"]
)
def test_a_claim_or_a_negation_alone_denies_nothing(text):
    assert not find_cues(tokens(normal(text))).denies


def test_shingles_overlap_as_counted_by_hand():
    assert jaccard(shingles(["a", "b", "c", "d"]), shingles(["a", "b", "c", "e"])) == pytest.approx(1 / 3)
    near = NearDuplicates(0.5)
    near.add(0, LEAK.split())
    assert near.find([*LEAK.split(), "nu"])[0] == 0
    assert near.find(["iets", "heel", "anders", "over", "de", "markt", "van", "vandaag"]) is None


def test_one_event_in_several_wordings_and_languages_is_one_story():
    told = [
        read(LEAK, hours=5),
        read("Gesprongen waterleiding zet Spoelstraat blank: huizen zonder water", "omroep", hours=4),
        read("Spoelstraat'ta ana su borusu patladı, Spoelstraat sular kesik", "dokuma", lang="tr", hours=3),
        read("Leidingbreuk Spoelstraat: geen water in tientallen huizen, straat staat blank", "gemeente", hours=2),
    ]
    assert len(set(stories_of(*told))) == 1


def test_another_event_at_the_same_place_stays_apart():
    assert (
        len(
            set(
                stories_of(
                    read(LEAK, hours=3),
                    read("Nieuwe bakker opent zaterdag zijn deuren in de Spoelstraat met gratis broodjes", hours=2),
                )
            )
        )
        == 2
    )


def test_grouping_is_the_same_every_time_and_keeps_what_was_grouped():
    readings = [read(f"{LEAK} {word}", hours=hours) for hours, word in enumerate(["een", "twee", "drie"], 1)]
    assert stories_of(*readings) == stories_of(*readings)
    index = StoryIndex()
    index.add("s-kept", readings[2])
    assert {one.story_id for one in index.place(readings[:2])} == {"s-kept"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_texts_get_exactly_one_story_each(texts):
    readings = [read(text, item_id=f"i-{number}") for number, text in enumerate(texts)]
    assert [one.item_id for one in StoryIndex().place(readings)] == [f"i-{number}" for number in range(len(texts))]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from([LEAK, "recept voor soep", "brand in Berkelo", "rellen op het Spoelplein", ""]),
        min_size=1,
        max_size=5,
    )
)
def test_the_reasons_add_up_and_nothing_is_flagged_without_evidence(texts):
    found = judged(
        *(read(text, source, hours=hours) for hours, (text, source) in enumerate(zip(texts, SOURCES, strict=False)))
    )
    assert relevance(found.reasons) == pytest.approx(found.relevance, abs=1e-6)
    assert found.verification.status not in FLAGGED


def test_places_and_themes_raise_and_other_towns_and_exclusions_lower():
    base = judged(read("Iets gebeurd", "lindebode")).relevance
    assert judged(read("Iets gebeurd in de Spoelstraat", "lindebode")).relevance > base
    assert judged(read("Inbraak, iets gebeurd", "lindebode")).relevance > base
    assert judged(read("Iets gebeurd in Oosthem", "lindebode")).relevance < base
    assert judged(read("Iets gebeurd: recept", "lindebode")).relevance < base


def test_without_its_top_reason_a_score_changes_as_said():
    found = judged(read(LEAK))
    top = found.reasons[1]
    rest = relevance(one for one in found.reasons if one is not top)
    assert (rest < found.relevance) == (top.value > 0)


def status(*readings):
    return verify(readings, SOURCES).status


def test_one_voice_is_unverified_and_the_model_abstains():
    one = verify([read(LEAK)], SOURCES)
    assert (one.status, one.fake_probability, one.band) == ("unverified", None, None)
    assert status(read("rook bij de Garenflat", "buurtpraat"), read("veel rook hier", "buurtpraat")) == "unverified"


def test_a_copy_is_no_second_witness():
    assert independent_publishers([read(LEAK), read(LEAK, "omroep")], SOURCES) == 1
    assert status(read(LEAK), read("Gesprongen leiding zet de straat blank", "omroep")) == "corroborated"


def test_officials_confirm_or_contradict():
    rumour = read("witte bus wilde kind meenemen bij De Klos", "buurtpraat", hours=3)
    denial = read("Dat bericht klopt niet. Er is geen kind meegenomen.", "politie")
    assert status(read(LEAK), read("Leidingbreuk in de Spoelstraat", "gemeente")) == "officially_confirmed"
    assert status(rumour, denial) == "contradicted"
    confirmed = [
        read("Brand in de Garenflat", "gemeente"),
        read("Onderzoek naar brand", "politie"),
        read("Vijf doden: dat is niet waar", "gemeente", hours=0.5),
    ]
    assert status(*confirmed) == "officially_confirmed"


def test_a_debunk_and_a_satirical_source_flag():
    assert (
        status(read("rellen NU", "buurtpraat", hours=3), read("Dit is een oude video uit een ander land", "omroep"))
        == "known_false"
    )
    assert (
        status(read("Gemeente belast praten", "lossedraad"), read("betalen om te praten?!", "buurtpraat")) == "satire"
    )


def test_no_score_can_depend_on_an_author():
    assert not {"author", "pseudonym", "sealed"} & {one.name for one in fields(Item)}


def ranked(count, minutes=10.0, day=date(2026, 11, 23)):
    model = judged(read(LEAK))
    stories = [replace(model, story_id=f"s-{n:03}", relevance=1 - n / 1000, words=60) for n in range(count)]
    return rank_all(stories, minutes, day)


def rank_all(stories, minutes, day):
    candidates, defaults = [Candidate(one) for one in stories], DEMO.defaults
    return rank(candidates, defaults.feed, defaults.priority, minutes=minutes, wijk="demo", now=NOW, day=day)


def test_every_story_is_listed_once_and_the_shown_fit_the_time():
    entries = ranked(100)
    assert [one.rank for one in entries] == list(range(1, 101))
    assert len({one.story_id for one in entries}) == 100
    assert sum(one.minutes for one in entries if one.shown) <= 10
    assert sum(one.shown for one in ranked(100, minutes=0.5)) >= 1
    assert ranked(100) == ranked(100)


def test_the_sample_is_spread_evenly_over_what_fell_below():
    drawn = [
        one.story_id
        for number in range(600)
        for one in ranked(60, day=date(2026, 1, 1) + timedelta(number))
        if one.selected_as == "sample"
    ]
    below = sorted(int(story[2:]) for story in set(drawn))
    assert len(drawn) == 600
    assert len(below) >= 35
    assert max(drawn.count(story) for story in set(drawn)) < 40


def test_a_high_chance_of_being_false_hides_nothing():
    model = judged(read(LEAK))
    sure = replace(
        model, verification=replace(model.verification, status="known_false", fake_probability=1.0, band=(1.0, 1.0))
    )
    assert [one.shown for one in rank_all([sure], 10, NOW.date())] == [True]


def test_the_title_is_the_official_one_on_the_theme_and_a_post_is_cut():
    story = [
        read("Alles staat blank!!", "buurtpraat", hours=3),
        read("Geen water", "gemeente", title="Leidingbreuk Spoelstraat"),
    ]
    assert judged(*story).title == "Leidingbreuk Spoelstraat"
    assert judged(read("woord " * 100, "buurtpraat")).title.endswith("…")
