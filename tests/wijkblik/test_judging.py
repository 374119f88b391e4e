"""Judging what is in the store: outlooks held against what came, decisions that teach, and what people put right."""

from datetime import UTC, datetime, timedelta

import pytest

from classifier.sketching import RELEVANT
from wijkblik.judging import Judge
from wijkblik.models.items import Harvest, Item, NewItem, Polling, Visit
from wijkblik.models.stories import ModelRecord
from wijkblik.settings import load_settings
from wijkblik.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEXTS = {
    "fire": "Brand in de Garenflat, rook in het trappenhuis",
    "waste": "Melding: grofvuil naast container aan de Vlaslaan",
    "bikes": "Fietsen gestolen bij Station Lindevoort-Zuid",
    "market": "Kaas en bloemen op de markt van het Spoelplein",
    "race": "Auto's racen over de Schietspoelweg, hele nacht lawaai",
}


def new_item(name, text, hours):
    item = Item(f"i-{name}", "lindebode", "", text, "nl", None, NOW - timedelta(hours=hours), NOW)
    return NewItem(item, "h" + name + text, None, None, None, "usual", NOW + timedelta(days=14))


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path}/x.db", "scenario demo") as opened:
        keep(opened, [new_item(name, text, 3 + number) for number, (name, text) in enumerate(TEXTS.items())])
        yield opened


def keep(store, items):
    polling = Polling("u", "u", checked_at=NOW)
    store.items.save_visits("demo", [(Visit("lindebode", Harvest(), polling), items)], NOW)


def at(hours=0.0):
    return load_settings("demo", now=NOW + timedelta(hours=hours))


def relevances(store):
    return {
        one.story_id: (one.relevance, one.model_version)
        for _, one in store.stories.newest_assessments("demo", ids(store)).values()
    }


def ids(store):
    return [story.story_id for story in store.stories.since("demo", NOW - timedelta(days=14))]


def story_of(store, name):
    return next(
        story.story_id
        for story in store.stories.since("demo", NOW - timedelta(days=14))
        if any(item.item_id == f"i-{name}" for item in story.items)
    )


def test_an_outlook_is_kept_once_a_day_and_held_against_what_came(store):
    Judge(at(), store).judge()
    Judge(at(1), store).judge()
    made = store.learned.forecasts("demo", NOW - timedelta(days=1))
    assert len(made) == len(ids(store))
    keep(store, [new_item("fire2", TEXTS["fire"] + " nog steeds", -2)])
    Judge(at(30), store).judge()
    came = {
        one.story_id: one.came for one in store.learned.forecasts("demo", NOW - timedelta(days=1)) if one.cut == NOW
    }
    assert came[story_of(store, "fire")] == 1
    assert sorted(came.values()) == [0, 0, 0, 0, 1]


def test_decisions_teach_in_versions_and_going_back_unlearns(store):
    judge = Judge(at(), store)
    judge.judge()
    rules = relevances(store)
    store.decisions.add("demo", story_of(store, "market"), "relevant", "officer", NOW)
    store.decisions.add("demo", story_of(store, "waste"), "not_relevant", "officer", NOW)
    judge.judge()
    learned = relevances(store)
    gained = {name: learned[story_of(store, name)][0] - rules[story_of(store, name)][0] for name in ("market", "waste")}
    assert gained["market"] > 0.05 > gained["waste"]
    (record,) = store.learned.models("demo")
    assert (record.version, record.decisions) == (1, 2)
    assert learned[story_of(store, "market")][1].endswith("learned-1")
    store.learned.add_model("demo", ModelRecord(2, NOW, 0, record.last_decision, {}, back_to=0))
    judge.judge()
    assert {one: value for one, (value, _) in relevances(store).items()} == {
        one: value for one, (value, _) in rules.items()
    }
    assert "relevant" in RELEVANT


def test_all_parts_of_a_learned_relevance_add_up_to_it(store):
    import math

    judge = Judge(at(), store)
    judge.judge()
    store.decisions.add("demo", story_of(store, "fire"), "relevant", "officer", NOW)
    judge.judge()
    for _, one in store.stories.newest_assessments("demo", ids(store)).values():
        assert 1 / (1 + math.exp(-sum(part.value for part in one.reasons))) == pytest.approx(one.relevance, abs=1e-6)


def test_a_judge_that_is_kept_does_as_a_new_one(store, tmp_path):
    kept = Judge(at(), store)
    kept.judge()
    keep(store, [new_item("fire2", TEXTS["fire"] + " nog steeds", 1)])
    kept.judge()
    again = Judge(at(), store)
    again.judge()
    assert story_of(store, "fire2") == story_of(store, "fire")
    assert kept.under(at()) is kept
    assert kept.under(at(24)) is not kept
