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
RIDGE = 0.5
"""How far a head is held back."""
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
    fitted: dict[str, _Head] = {}
    for names in _of_the_same_texts(examples):
        one = [row_of[text] for text in examples[names[0]].texts]
        truth = np.array([examples[name].labels for name in names], dtype=bool).T
        fitted |= dict(zip(names, _fit(weighed[one], truth), strict=True))
    heads = [fitted[name] for name in examples]
    return TextHeads(
        names=tuple(examples),
        columns=columns.astype(np.int64),
        weights=np.array([head.weights for head in heads]) * weighting.scale_[columns],
        intercepts=np.array([head.intercept for head in heads]),
        slopes=np.array([head.slope for head in heads]),
        offsets=np.array([head.offset for head in heads]),
    )


@dataclass(frozen=True, slots=True)
class _Head:
    weights: Values
    intercept: float
    slope: float
    offset: float


def _of_the_same_texts(examples: Mapping[str, Examples]) -> list[list[str]]:
    """The heads by name, those together that are learned from the same texts."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name, given in examples.items():
        together.setdefault(tuple(given.texts), []).append(name)
    return list(together.values())


def _fit(weighed: csr_matrix, truth: NDArray[np.bool_]) -> list[_Head]:
    """Heads for the columns of `truth`: ridge regression, calibrated on what it says of each text when that is left out.

    One inverse serves all heads and all that is left out (leave-one-out in closed form: T. Hastie et al., "The Elements
    of Statistical Learning", 2009, section 7.10), so that all of it takes seconds.
    """
    wanted = np.where(truth, 1.0, -1.0)
    gram = (weighed @ weighed.T).toarray() + 1.0
    gram[np.diag_indices_from(gram)] += RIDGE
    inverse = np.linalg.inv(gram)
    dual = inverse @ wanted
    left_out = wanted - dual / np.diag(inverse)[:, None]
    found = []
    for head in range(truth.shape[1]):
        calibration = LogisticRegression(C=100.0).fit(left_out[:, [head]], truth[:, head])
        found.append(
            _Head(
                weights=np.asarray(weighed.T @ dual[:, head]),
                intercept=float(dual[:, head].sum()),
                slope=max(float(calibration.coef_[0, 0]), 0.05),
                offset=float(calibration.intercept_[0]),
            )
        )
    return found
