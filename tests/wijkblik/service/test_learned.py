"""What was learned, told and taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from classifier.parity import MINIMUM, learned_for, rates
from wijkblik.errors import NotFoundError
from wijkblik.models.stories import Forecast, ModelRecord, Outlook, Reason
from wijkblik.service.learned import LearnedService
from wijkblik.settings import load_settings
from wijkblik.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def learned(tmp_path):
    with Store(f"sqlite:///{tmp_path}/x.db", "scenario demo") as store:
        yield LearnedService(load_settings("demo", now=NOW), store)


def test_what_changed_since_yesterday_is_told_most_moved_first(learned):
    for version, days, weights in (
        (1, 2, {"theme:jeugd": 0.2}),
        (2, 0, {"theme:jeugd": 0.25, "place:Spoelplein": -0.6}),
    ):
        learned._store.learned.add_model("demo", ModelRecord(version, NOW - timedelta(days=days), 3, 3, weights))
    assert [(one.trait, one.before, one.after) for one in learned.changed_since()] == [
        ("place:Spoelplein", 0.0, -0.6),
        ("theme:jeugd", 0.2, 0.25),
    ]


def test_going_back_adds_a_version_and_an_unknown_one_lists_the_known(learned):
    assert learned.changed_since() == []
    learned._store.learned.add_model("demo", ModelRecord(1, NOW, 3, 3, {"theme:jeugd": 0.2}))
    number = learned._store.decisions.add("demo", "s-1", "relevant", "officer", NOW)
    record = learned.go_back(0)
    assert (record.version, record.back_to, record.last_decision) == (2, 0, number)
    with pytest.raises(NotFoundError, match="1"):
        learned.go_back(9)


def test_only_outlooks_whose_day_has_passed_are_told(learned):
    outlook = Outlook(0, 1, 3, 24, False)
    learned._store.learned.add_forecasts(
        "demo", [Forecast("s-1", NOW - timedelta(days=2), outlook), Forecast("s-2", NOW, outlook)]
    )
    learned._store.learned.score({("s-1", NOW - timedelta(days=2)): 4})
    assert [(one.story_id, one.came) for one in learned.outlooks()] == [("s-1", 4)]


def test_without_decisions_no_language_has_enough(learned):
    assert [(one.lang, one.judged, one.enough) for one in learned.error_rates()] == [
        (lang, 0, False) for lang in ("nl", "en", "tr", "ar", "pl")
    ]


def test_a_language_with_few_judgements_gets_nothing_that_was_learned():
    parts = (Reason("learned_text", 0.4),)
    lang_of = (
        {f"n-{n}": "nl" for n in range(2)} | {f"t-{n}": "tr" for n in range(MINIMUM + 1)} | {"p-1": "pl", "x": None}
    )
    judged = ["n-0", "p-1", *(f"t-{n}" for n in range(MINIMUM))]
    found = learned_for(dict.fromkeys(lang_of, parts), lang_of, judged, "nl")
    assert {story[0] for story in found} == {"n", "t"}


def test_a_rate_counts_the_wrong_side_of_an_even_chance():
    from types import SimpleNamespace

    stories = [SimpleNamespace(story_id=f"s-{n}", lang="nl", relevance=0.9 if n < 6 else 0.1) for n in range(8)]
    (one,) = rates(stories, {f"s-{n}": n < 4 for n in range(8)}, ["nl"])
    assert (one.judged, one.wrong) == (8, 0.25)
    assert 0 < one.low < 0.25 < one.high < 1
