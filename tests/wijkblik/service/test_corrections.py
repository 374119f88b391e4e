"""What people put right: it stands after the next round, what was moved stays, and all of it can be undone."""

from datetime import UTC, datetime, timedelta

import pytest

from classifier.stories import new_story_id
from wijkblik import audit
from wijkblik.errors import CorrectionError, NotFoundError
from wijkblik.judging import Judge
from wijkblik.models.items import Harvest, Item, NewItem, Polling, Visit
from wijkblik.service import Service
from wijkblik.settings import load_settings
from wijkblik.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEXTS = {
    "fire": "Brand in de Garenflat, rook in het trappenhuis",
    "waste": "Melding: grofvuil naast container aan de Vlaslaan",
    "market": "Kaas en bloemen op de markt van het Spoelplein",
}
SETTINGS = load_settings("demo", now=NOW)


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path}/x.db", "scenario demo") as opened:
        yield opened


@pytest.fixture
def judge(store):
    return Judge(SETTINGS, store)


@pytest.fixture
def service(store, judge):
    keep(store, {name: (text, 5 - number) for number, (name, text) in enumerate(TEXTS.items())})
    judge.judge()
    return Service(SETTINGS, store)


def keep(store, texts):
    items = [
        NewItem(
            Item(f"i-{name}", "lindebode", "", text, "nl", None, NOW - timedelta(hours=hours), NOW),
            "h" + name,
            None,
            None,
            None,
            "usual",
            NOW + timedelta(days=14),
        )
        for name, (text, hours) in texts.items()
    ]
    store.items.save_visits("demo", [(Visit("lindebode", Harvest(), Polling("u", "u", checked_at=NOW)), items)], NOW)


def story_of(store, name):
    stories = store.stories.since("demo", NOW - timedelta(days=14))
    return next(one.story_id for one in stories if any(item.item_id == f"i-{name}" for item in one.items))


def items_of(store, story_id):
    return [item.item_id for item in store.stories.by_ids([story_id])[story_id].items]


def newest(store, story_id):
    return store.stories.newest_assessments("demo", [story_id])[story_id][1]


def test_place_themes_and_status_stand_after_the_next_round_and_undoing_brings_back_what_was(service, store, judge):
    fire, right = story_of(store, "fire"), service.corrections()
    before = newest(store, fire)
    made = [
        right.place(fire, "Spoelplein"),
        right.themes(fire, ["jeugd"]),
        right.status(fire, "known_false", "https://politie.example/nieuws"),
    ]
    shown = right.as_corrected(before)
    judge.judge()
    after = newest(store, fire)
    for one in (shown, after):
        assert [place.name for place in one.places] == ["Spoelplein"]
        assert one.themes == ("jeugd",)
        assert (one.verification.status, one.verification.decided_by) == ("known_false", made[0].by)
        assert one.verification.evidence[0].params == {"link": "https://politie.example/nieuws"}
    assert {"place_by_hand", "theme_by_hand"} <= {one.code for one in after.reasons}
    for one in made:
        right.undo(one.correction_id)
    judge.judge()
    assert newest(store, fire) == before


def test_only_the_last_word_of_a_kind_is_told_and_undoing_it_uncovers_the_one_before(service, store):
    fire, right = story_of(store, "fire"), service.corrections()
    right.place(fire, "Spoelplein")
    last = right.place(fire, None)
    assert [one.value for one in right.of(fire)] == [{"name": None}]
    right.undo(last.correction_id)
    assert [one.value for one in right.of(fire)] == [{"name": "Spoelplein"}]
    with pytest.raises(NotFoundError):
        right.undo(last.correction_id)


def test_a_merge_holds_for_what_comes_later_and_undoing_it_takes_the_items_back(service, store, judge):
    fire, market, right = story_of(store, "fire"), story_of(store, "market"), service.corrections()
    merged = right.merge(fire, market)
    assert items_of(store, market) == ["i-fire", "i-market"]
    assert fire not in [one.entry.story_id for one in service.feed().stories]
    keep(store, {"fire2": (TEXTS["fire"] + " nog steeds", 1)})
    judge.judge()
    assert story_of(store, "fire2") == market
    assert newest(store, market).items == 3
    assert [one.kind for one in right.of(market)] == ["merge"]
    right.undo(merged.correction_id)
    judge.judge()
    assert items_of(store, fire) == ["i-fire"]
    assert story_of(store, "fire2") == market
    assert right.of(market) == []


def test_a_split_holds_for_ever_although_the_items_are_alike(service, store, judge):
    keep(store, {"fire2": (TEXTS["fire"], 4), "fire3": (TEXTS["fire"], 3)})
    judge.judge()
    fire, right = story_of(store, "fire"), service.corrections()
    assert len(items_of(store, fire)) == 3
    made = right.split(fire, ["i-fire3", "i-fire2"])
    assert made.value == {"into": new_story_id("i-fire2"), "items": ["i-fire2", "i-fire3"]}
    judge.judge()
    Judge(SETTINGS, store).judge()
    assert items_of(store, made.value["into"]) == ["i-fire2", "i-fire3"]
    assert made.value["into"] in [one.entry.story_id for one in service.feed().stories]
    right.undo(made.correction_id)
    judge.judge()
    assert len(items_of(store, fire)) == 3


def test_splitting_off_the_first_item_makes_an_id_that_is_not_taken(service, store, judge):
    keep(store, {"fire2": (TEXTS["fire"], 4)})
    judge.judge()
    fire = story_of(store, "fire")
    assert fire == new_story_id("i-fire")
    made = service.corrections().split(fire, ["i-fire"])
    assert made.value["into"] == new_story_id("i-fire/1")
    assert items_of(store, fire) == ["i-fire2"]


def test_what_was_moved_on_since_stays_when_a_merge_is_undone(service, store):
    fire, market, right = story_of(store, "fire"), story_of(store, "market"), service.corrections()
    merged = right.merge(fire, market)
    elsewhere = right.split(market, ["i-fire"]).value["into"]
    right.undo(merged.correction_id)
    assert elsewhere == fire  # free again after the merge
    assert items_of(store, fire) == ["i-fire"]


def test_what_is_unknown_or_makes_no_sense_is_refused_and_changes_nothing(service, store):
    fire, right = story_of(store, "fire"), service.corrections()
    for ask in (
        lambda: right.place("s-none", None),
        lambda: right.place(fire, "Nergens"),
        lambda: right.themes(fire, ["nergens"]),
        lambda: right.status(fire, "fake"),
        lambda: right.merge(fire, "s-none"),
        lambda: right.split(fire, ["i-market"]),
        lambda: right.undo(99),
    ):
        with pytest.raises(NotFoundError):
            ask()
    for ask, code in (
        (lambda: right.status(fire, "satire", "javascript:alert(1)"), "link_refused"),
        (lambda: right.status(fire, "satire", "https://[x"), "link_refused"),
        (lambda: right.merge(fire, fire), "same_story"),
        (lambda: right.split(fire, []), "none_or_all"),
        (lambda: right.split(fire, ["i-fire"]), "none_or_all"),
    ):
        with pytest.raises(CorrectionError) as refused:
            ask()
        assert refused.value.code == code
    assert store.corrections.history("demo") == []


def test_the_log_holds_ids_and_counts_only(service, store):
    fire, right = story_of(store, "fire"), service.corrections()
    made = right.status(fire, "satire", "https://geheim.example/")
    right.undo(made.correction_id)
    subjects = [row.subject for row in store.log.entries() if row.action == "correct"]
    assert [(one["kind"], one["story"], one["undoes"]) for one in subjects] == [
        ("status", fire, None),
        ("undo", fire, made.correction_id),
    ]
    assert "geheim" not in str(subjects)
    assert audit.first_break(store) is None
