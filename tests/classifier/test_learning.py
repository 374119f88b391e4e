"""Relevance learned from decisions."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.learning import Sketch, choose, learn, text_traits
from classifier.relevance import relevance
from classifier.sketching import judgements
from wijkblik.models.stories import Decision, ModelRecord, Reason

WORDS = ["brand", "inbraak", "markt", "optreden", "fiets", "school", "water", "stroom", "feest", "boom", "hond", "tram"]
TEXTS = [f"{one} bij de {other} in de straat" for one in WORDS for other in WORDS[:4]]


def sketches(odds=-1.0):
    return [
        Sketch(f"s-{n}", text, {f"theme:{text.split()[0]}": 1.0, "source:krant": 1.0}, odds)
        for n, text in enumerate(TEXTS)
    ]


def chances(learned, odds=-1.0):
    return {
        one.story_id: relevance([Reason("rules", odds), *learned.reasons.get(one.story_id, ())])
        for one in sketches(odds)
    }


def test_without_a_decision_nothing_is_learned():
    learned = learn(sketches(), {})
    assert (learned.reasons, learned.weights) == ({}, {})


def test_a_decision_moves_its_story_most_its_likes_less_and_others_hardly():
    moved = chances(learn(sketches(), {"s-0": True}))
    start = relevance([Reason("rules", -1.0)])
    assert moved["s-0"] > moved["s-1"] > moved["s-47"] >= start - 0.02
    assert moved["s-0"] - start < 0.35
    assert chances(learn(sketches(), {"s-0": False}))["s-0"] < start


def test_many_decisions_on_a_theme_are_learned_and_can_be_read():
    judged = {f"s-{n}": n < 4 for n in range(0, 48, 2)}
    learned = learn(sketches(), judged)
    assert learned.weights["theme:brand"] > 0 > learned.weights["theme:tram"]
    assert chances(learned)["s-1"] > chances(learned)["s-45"]
    assert learn(sketches(), judged) == learned


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.data())
def test_any_texts_can_be_learned_from(texts, data):
    stories = [Sketch(f"s-{n}", text, {}, 0.0) for n, text in enumerate(texts)]
    judged = {one.story_id: data.draw(st.booleans()) for one in stories}
    learned = learn(stories, judged)
    assert all(np.isfinite(part.value) for parts in learned.reasons.values() for part in parts)


def test_the_first_to_be_judged_are_of_different_kinds_and_then_the_least_sure():
    texts = text_traits(TEXTS)
    first = choose(texts, np.zeros(len(TEXTS)), [], 10)
    assert len(set(first)) == 10
    assert len({TEXTS[one].split()[0] for one in first}) >= 5
    odds = np.linspace(-3, 3, len(TEXTS))
    assert set(choose(texts, odds, first, 2)).isdisjoint(first)
    assert {abs(int(one) - 24) <= 8 for one in choose(texts, odds, first, 2)} == {True}


def decision(number, action="relevant"):
    return Decision(number, f"s-{number}", action, "officer", datetime(2026, 11, 24, tzinfo=UTC))


def version(number, last, back_to=None):
    return ModelRecord(number, datetime(2026, 11, 24, tzinfo=UTC), 1, last, {}, back_to)


@pytest.mark.parametrize(
    ("versions", "left"),
    [
        ([], [1, 2, 3, 4]),
        ([version(1, 2), version(2, 3), version(3, 3, back_to=1)], [1, 2, 4]),
        ([version(1, 2), version(2, 4, back_to=0)], []),
    ],
)
def test_going_back_leaves_out_what_was_decided_in_between(versions, left):
    decisions = {one.story_id: one for one in map(decision, (1, 2, 3, 4))}
    assert sorted(judgements(decisions, versions)) == [f"s-{number}" for number in left]


def test_what_was_wanted_is_relevant_and_what_was_dismissed_is_not():
    said = judgements(
        {one.story_id: one for one in (decision(1), decision(2, "not_relevant"), decision(3, "done"))}, []
    )
    assert said == {"s-1": True, "s-2": False, "s-3": True}
