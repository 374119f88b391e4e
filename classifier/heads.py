"""All text heads of the product on one vectorisation: themes, and signals (a checkable claim, harm, satire, calls to spread).

Each head is a calibrated linear model; together they are one matrix, so that a batch costs one product. They are learned
from the examples that ship (configs/training) and say nothing of who wrote a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifier.features import HashedText
from classifier.textmodel import Weighting
from wijkblik.errors import TrainingError

THEME = "theme."
"""Stands before a theme's key in the name of its head."""
FOLDS, STRENGTH = 3, 4.0
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled texts for one head: whether each is of its kind."""

    texts: Sequence[str]
    labels: Sequence[bool]


@dataclass(frozen=True, slots=True)
class TextHeads:
    """Fitted heads. `columns` are those of HashedText that were met in training; `weights` has a row for each head."""

    names: tuple[str, ...]
    columns: NDArray[np.int64]
    weights: Values
    intercepts: Values
    slopes: Values
    offsets: Values

    def judge(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text the chance that each head gives it, by name."""
        if not texts:
            return []
        odds = HashedText().transform(texts)[:, self.columns] @ self.weights.T + self.intercepts
        chances = 1 / (1 + np.exp(-np.clip(odds * self.slopes + self.offsets, -12, 12)))
        return [dict(zip(self.names, row, strict=True)) for row in chances.round(4).tolist()]


def train_heads(examples: Mapping[str, Examples]) -> TextHeads:
    """Fit all heads. Raises TrainingError for a head without texts or with one label only."""
    for name, given in examples.items():
        if len(set(given.labels)) < 2:
            raise TrainingError(f"the examples of '{name}' have one label only; two are needed")
    texts = list(dict.fromkeys(text for given in examples.values() for text in given.texts))
    row_of = {text: row for row, text in enumerate(texts)}
    rows = HashedText().transform(texts)
    weighting = Weighting().fit(rows)
    columns = np.flatnonzero(weighting.scale_)
    weighed = csr_matrix(weighting.transform(rows)[:, columns])
    fitted = [_fit(weighed[[row_of[text] for text in one.texts]], np.array(one.labels)) for one in examples.values()]
    return TextHeads(
        names=tuple(examples),
        columns=columns.astype(np.int64),
        weights=np.array([weights for weights, _, _, _ in fitted]) * weighting.scale_[columns],
        intercepts=np.array([intercept for _, intercept, _, _ in fitted]),
        slopes=np.array([slope for _, _, slope, _ in fitted]),
        offsets=np.array([offset for _, _, _, offset in fitted]),
    )


def _fit(weighed: csr_matrix, truth: NDArray[np.bool_]) -> tuple[Values, float, float, float]:
    """Weights and intercept, and the slope and offset that calibrate their log-odds on texts that were held out."""
    fold = np.arange(len(truth)) % FOLDS
    odds = np.zeros(len(truth))
    for one in range(FOLDS):
        inside = fold != one
        if len(set(truth[inside])) == 2:
            odds[~inside] = _model(weighed[inside], truth[inside]).decision_function(weighed[~inside])
    calibration = LogisticRegression(C=10.0).fit(odds[:, None], truth)
    model = _model(weighed, truth)
    return (
        model.coef_[0],
        float(model.intercept_[0]),
        max(float(calibration.coef_[0, 0]), 0.05),
        float(calibration.intercept_[0]),
    )


def _model(weighed: csr_matrix, truth: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", random_state=0).fit(
        weighed, truth
    )
