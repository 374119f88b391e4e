"""The shared vectorisation and the text heads' model, on small made-up texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.features import COLUMNS, STARTS, STYLE, WIDTH, HashedText
from classifier.identity import masked
from classifier.textmodel import build_text_model
from wijkblik.errors import TrainingError

FIRE = [
    f"grote brand in de {place} vannacht, brandweer blust nog"
    for place in ["flat", "schuur", "kelder", "school", "kerk", "loods"]
]
MARKET = [
    f"gezellige markt op het {place} met kaas en bloemen" for place in ["plein", "erf", "veld", "dorp", "hof", "strand"]
]
TEXTS, LABELS = FIRE * 4 + MARKET * 4, ["fire"] * 24 + ["market"] * 24
ODD = ["", " ", "👍👍", "woord", "a\u200bb\u202e c", "مرحبا Kerkstraat żółć", "x" * 1_000_000, "\ud800", "?!"]


def test_a_batch_has_the_rows_of_its_texts_alone():
    whole = HashedText().transform([*TEXTS[:3], *ODD])
    alone = [HashedText().transform([text]) for text in [*TEXTS[:3], *ODD]]
    assert all((whole[number] != row).nnz == 0 for number, row in enumerate(alone))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_texts_become_finite_rows(texts):
    matrix = HashedText().transform(texts)
    assert matrix.shape == (len(texts), WIDTH)
    assert np.isfinite(matrix.data).all()


def test_words_and_runs_of_letters_share_columns_with_like_words():
    one, other, apart = HashedText().transform(["brandweerwagen", "brandweerauto", "kaasmarkt"])
    letters = slice(COLUMNS, 2 * COLUMNS)
    shared = one[:, letters].multiply(other[:, letters]).nnz
    assert shared > 20 > one[:, letters].multiply(apart[:, letters]).nnz
    assert len(STYLE) == WIDTH - STARTS[-1]


def test_the_model_learns_and_its_chances_add_up():
    model = build_text_model().fit(TEXTS, LABELS)
    chances = model.predict_proba(["brand in de garage, brandweer onderweg", "markt met kaas", *ODD])
    assert list(model.predict(["brand in de garage, brandweer onderweg", "markt met kaas"])) == ["fire", "market"]
    assert chances.sum(axis=1) == pytest.approx(np.ones(2 + len(ODD)))
    again = build_text_model().fit(TEXTS, LABELS)
    assert (again.predict_proba(TEXTS) == model.predict_proba(TEXTS)).all()


def test_several_classes_and_rows_in_place_of_texts():
    labels = ["a"] * 16 + ["b"] * 16 + ["c"] * 16
    rows = HashedText().transform(TEXTS)
    model = build_text_model().fit(rows, labels)
    assert (model.predict_proba(rows) == model.predict_proba(TEXTS)).all()
    assert list(model.classes_) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("texts", "labels", "says"),
    [
        ([], [], "no text"),
        (["", "  "], ["a", "b"], "no text"),
        (["brand", "vuur"], ["a", "a"], "'a'"),
        (["brand"], ["a", "b"], "labels|label"),
    ],
)
def test_what_can_teach_nothing_is_said(texts, labels, says):
    with pytest.raises(TrainingError, match=says):
        build_text_model().fit(texts, labels)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("De Turken maken herrie", "De Polen maken herrie"),
        ("een moslim uit de straat", "een jood uit de straat"),
        ("vluchtelingen in de buurt", "homo's in de buurt"),
        ("Suriyeliler geldi", "göçmenler geldi"),
    ],
)
def test_words_for_who_somebody_is_read_the_same(one, other):
    assert masked(one) == masked(other)
    assert (HashedText().transform([one]) != HashedText().transform([other])).nnz == 0


@pytest.mark.parametrize(
    "text", ["De Poolsterstraat is dicht", "arabası çalındı", "kurtarma ekibi", "een zwerfkat", "Éénrichting"]
)
def test_other_words_stay(text):
    assert masked(text) == text
