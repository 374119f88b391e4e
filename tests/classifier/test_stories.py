"""Which items go together."""

from demo_readings import read
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.stories import StoryIndex

FIRE = "Brand in de Garenflat, rook in het trappenhuis, brandweer is er"


def stories(*readings):
    return [one.story_id for one in StoryIndex().place(sorted(readings, key=lambda one: one.item.at))]


def test_a_repost_joins_and_one_about_another_street_does_not():
    text = "Melding: grofvuil naast de ondergrondse container aan de {}, bankstel en twee matrassen"
    first, again = (
        read(text.format("Vlaslaan"), "meldingen", hours=5),
        read(text.format("Vlaslaan"), "buurtpraat", hours=4),
    )
    other = read(text.format("Twijnhof"), "meldingen", hours=3)
    found = stories(first, again, other)
    assert found[0] == found[1] != found[2]


def test_one_fire_in_four_languages_is_one_story_and_a_burglary_there_is_another():
    told = [
        read(FIRE, "omroep", hours=5),
        read("Fire at the Garenflat, smoke everywhere, firefighters are here", "internationals", lang="en", hours=4.5),
        read("Garenflat'ta yangın var, duman merdivenlerde, itfaiye geldi", "dokuma", lang="tr", hours=4),
        read("Pożar w Garenflat, dym na klatce, straż pożarna na miejscu", "polonia", lang="pl", hours=3.5),
    ]
    burglary = read("Inbraak in kelderboxen van de Garenflat, fietsen gestolen", "politie", hours=3)
    found = stories(*told, burglary)
    assert len(set(found[:4])) == 1
    assert found[4] not in found[:4]


def test_what_lies_days_apart_is_not_one_story():
    early, late = (
        read(FIRE + " vannacht", "omroep", hours=24 * 6),
        read("Opnieuw brand bij Garenflat", "lindebode", hours=1),
    )
    assert len(set(stories(early, late))) == 2


def test_items_can_be_added_one_by_one_or_at_once():
    told = [
        read(f"{FIRE} {word}", hours=9 - number) for number, word in enumerate(["een", "twee", "drie", "vier", "vijf"])
    ]
    index = StoryIndex()
    one_by_one = [index.place([one])[0] for one in told]
    assert one_by_one == StoryIndex().place(told)
    assert len(index) == 5


def test_near_items_are_found_whatever_story_they_stand_in():
    index = StoryIndex()
    index.add("s-1", read(FIRE, item_id="i-fire"))
    index.add("s-2", read("Markt op het Spoelplein met kaas", item_id="i-market"))
    denial = read(
        "Er is geen brand in de Garenflat, dat bericht klopt niet, brandweer is niet uitgerukt", "gemeente", hours=0.5
    )
    assert index.near(denial, -1.0) == ["i-fire"]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.sampled_from(["brand", "kerkstraat", "markt", "fiets", "spoelplein", "school", "14.30", "politie"]),
        max_size=12,
    )
)
def test_the_same_items_give_the_same_stories(words):
    told = [read(" ".join(words[:end]), item_id=f"i-{end}", hours=20 - end) for end in range(len(words))]
    assert StoryIndex().place(told) == StoryIndex().place(told)
