"""The model of every text head: a regularised linear model on the shared vectorisation, with calibrated chances.

How strongly it is held back, how sure its chances are and where a label begins are chosen by inner cross-validation. Its
folds are clusters of like texts and not random ones: what comes next week is about other things than what was learned
from, and a random split measures the memory of topics. Calibration after J. Platt, "Probabilistic outputs for support
vector machines", 1999.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import normalize

from classifier.features import BLOCKS, STARTS, STYLE, WIDTH, HashedText
from wijkblik.errors import TrainingError

STRENGTHS = (0.5, 2.0, 8.0)
"""Inverse strengths of regularisation to choose from."""
SHARES = {"words": 0.65, "runs": 0.65, "written": 0.4, "shapes": 0.33, "ends": 0.13, "style": 0.1}
"""What each block adds to the square of a row's length, on average."""
FOLDS, CLUSTERS, TOPICS = 4, 16, 30
LEAST_TEXTS = 2
"""A column that fewer texts have is left out."""
LEAST_SPREAD = 0.1
"""A measure of style varies at least so much: one that hardly ever varies would outweigh all words where it does."""
RARE = 0.7
"""Among several classes a rare one weighs more, by its frequency to this negative power."""
WORTH = 0.02
"""A bar that gains less than this on texts that were held out is left at nothing."""
SURE = 12.0
"""Log-odds beyond this are cut."""
Values = NDArray[np.float64]
Labels = Sequence[str] | NDArray[np.str_]


def build_text_model() -> TextModel:
    """A text head, not fitted yet."""
    return TextModel()


class Weighting(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rows of HashedText times inverse document frequency, each block with its share of a row's length; style by its spread."""

    def fit(self, matrix: csr_matrix, labels: object = None) -> Weighting:
        count, ends = matrix.shape[0], STARTS[-1]
        having = np.bincount(matrix.indices, minlength=WIDTH)[:ends]
        idf = np.where(having >= min(LEAST_TEXTS, count), np.log((1 + count) / (1 + having)) + 1, 0.0)
        block = np.repeat(np.arange(len(BLOCKS)), list(BLOCKS.values()))
        in_block = matrix.indices < ends
        columns = matrix.indices[in_block]
        squares = (
            np.bincount(block[columns], (matrix.data[in_block] * idf[columns]) ** 2, minlength=len(BLOCKS)) / count
        )
        shares = np.array(list(SHARES.values()))
        style = matrix[:, ends:].toarray()
        of_style = np.sqrt(shares[-1] / len(STYLE)) / np.maximum(style.std(axis=0), LEAST_SPREAD)
        of_blocks = np.sqrt(shares[:-1] / np.maximum(squares, 1e-9))
        self.scale_ = np.concatenate([idf * of_blocks[block], of_style])
        return self

    def transform(self, matrix: csr_matrix) -> csr_matrix:
        return csr_matrix(matrix @ diags(self.scale_))


class TextModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Texts, or rows of HashedText, to one label each with calibrated chances.

    Fitted, it is one linear map of those rows, so that many heads on the same rows cost little.
    """

    def fit(self, texts: Sequence[str] | csr_matrix, labels: Labels) -> TextModel:
        """Learn. Raises TrainingError for no texts, no words in any of them, or labels that are all the same."""
        matrix, truth = _as_matrix(texts), np.asarray(labels, dtype=str)
        if matrix.shape[0] == 0 or matrix[:, : STARTS[2]].nnz == 0:
            raise TrainingError("there is no text to learn from")
        self.classes_ = np.unique(truth)
        if len(self.classes_) < 2:
            raise TrainingError(f"all {len(truth)} texts have the label '{self.classes_[0]}'; two are needed")
        if len(truth) != matrix.shape[0]:
            raise TrainingError(f"{matrix.shape[0]} texts have {len(truth)} labels")
        weighting = Weighting().fit(matrix)
        columns = np.flatnonzero(weighting.scale_)
        weighed = weighting.transform(matrix)[:, columns]
        folds = _folds(weighed)
        held_out = {strength: _held_out(weighed, truth, self.classes_, folds, strength) for strength in STRENGTHS}
        calibrations = {strength: _calibration(odds, truth, self.classes_) for strength, odds in held_out.items()}
        chances = {one: _chances(odds, *calibrations[one]) for one, odds in held_out.items()}
        best = min(STRENGTHS, key=lambda one: _loss(chances[one], truth, self.classes_))
        self.strength_ = best
        self.slope_, self.offset_ = calibrations[best]
        self.bar_ = _bars(chances[best], truth, self.classes_)
        coef, self.intercept_ = _fit(weighed, truth, self.classes_, best)
        self.coef_ = np.zeros((len(self.classes_), WIDTH), dtype=np.float32)
        self.coef_[:, columns] = coef * weighting.scale_[columns]
        return self

    def log_odds(self, texts: Sequence[str] | csr_matrix) -> Values:
        """Uncalibrated log-odds of each class, one row for each text."""
        return np.asarray(_as_matrix(texts) @ self.coef_.T + self.intercept_, dtype=np.float64)

    def predict_proba(self, texts: Sequence[str] | csr_matrix) -> Values:
        """The chance of each class, one row for each text, in the order of `classes_`."""
        return _chances(self.log_odds(texts), self.slope_, self.offset_)

    def predict(self, texts: Sequence[str] | csr_matrix) -> NDArray[np.str_]:
        """The class whose chance is furthest above what it needs."""
        return self.label(self.predict_proba(texts))

    def label(self, chances: Values) -> NDArray[np.str_]:
        """The labels that chances stand for."""
        return np.asarray(self.classes_[(chances / self.bar_).argmax(axis=1)])


def _as_matrix(texts: Sequence[str] | csr_matrix) -> csr_matrix:
    return texts if isinstance(texts, csr_matrix) else HashedText().transform(texts)


def _folds(weighed: csr_matrix) -> NDArray[np.int64]:
    """A fold for each text: clusters of like texts, each of them whole in one fold."""
    count = weighed.shape[0]
    if count < 10 * CLUSTERS:
        return np.arange(count) % FOLDS
    topics = TruncatedSVD(TOPICS, random_state=0).fit_transform(weighed)
    cluster = MiniBatchKMeans(CLUSTERS, random_state=0, n_init=3).fit_predict(normalize(topics))
    fold = np.zeros(CLUSTERS, dtype=np.int64)
    sizes = np.zeros(FOLDS)
    for one in np.argsort(-np.bincount(cluster, minlength=CLUSTERS), kind="stable"):
        fold[one] = sizes.argmin()
        sizes[fold[one]] += (cluster == one).sum()
    return np.asarray(fold[cluster])


def _held_out(
    weighed: csr_matrix, truth: NDArray[np.str_], classes: NDArray[np.str_], folds: NDArray[np.int64], strength: float
) -> Values:
    """Log-odds of each class for each text, from models that did not learn from its fold."""
    odds = np.zeros((len(truth), len(classes)))
    for fold in np.unique(folds):
        inside = folds != fold
        if not inside.any():
            continue
        coef, intercept = _fit(weighed[inside], truth[inside], classes, strength)
        odds[~inside] = weighed[~inside] @ coef.T + intercept
    return odds


def _fit(
    weighed: csr_matrix, truth: NDArray[np.str_], classes: NDArray[np.str_], strength: float
) -> tuple[Values, Values]:
    """One linear model for each class against the rest; two classes share one with opposite signs."""
    coefficients, intercepts = [], []
    for label in classes[1:] if len(classes) == 2 else classes:
        is_it = truth == label
        if is_it.all() or not is_it.any():
            coefficients.append(np.zeros(weighed.shape[1]))
            intercepts.append(SURE if is_it.any() else -SURE)
            continue
        weight = {True: min(is_it.mean() ** -RARE, 10.0), False: 1.0} if len(classes) > 2 else None
        model = LogisticRegression(C=strength, class_weight=weight, solver="liblinear", random_state=0)
        model.fit(weighed, is_it)
        coefficients.append(model.coef_[0])
        intercepts.append(float(model.intercept_[0]))
    coef, intercept = np.array(coefficients), np.array(intercepts)
    if len(classes) == 2:
        return np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
    return coef, intercept


def _calibration(odds: Values, truth: NDArray[np.str_], classes: NDArray[np.str_]) -> tuple[Values, Values]:
    """For each class a slope and an offset that turn log-odds into calibrated ones."""
    slopes, offsets = np.ones(len(classes)), np.zeros(len(classes))
    for number, label in enumerate(classes):
        is_it = truth == label
        if 5 <= is_it.sum() <= len(truth) - 5:
            cut = np.clip(odds[:, [number]], -SURE, SURE)
            model = LogisticRegression(C=10.0).fit(cut, is_it)
            slopes[number], offsets[number] = max(float(model.coef_[0, 0]), 0.05), float(model.intercept_[0])
    return slopes, offsets


def _chances(odds: Values, slope: Values, offset: Values) -> Values:
    calibrated = 1 / (1 + np.exp(-np.clip(np.clip(odds, -SURE, SURE) * slope + offset, -SURE, SURE)))
    return np.asarray(calibrated / calibrated.sum(axis=1, keepdims=True))


def _loss(chances: Values, truth: NDArray[np.str_], classes: NDArray[np.str_]) -> float:
    of_truth = chances[np.arange(len(truth)), np.searchsorted(classes, truth)]
    return float(-np.log(np.maximum(of_truth, 1e-6)).mean())


def _bars(chances: Values, truth: NDArray[np.str_], classes: NDArray[np.str_]) -> Values:
    """What each class is divided by before the highest wins: its frequency to a power, so that rare classes are said too.

    The power is where the mean of macro- and weighted F1 is highest on texts that were held out.
    """
    frequency = np.array([(truth == label).mean() for label in classes])
    best, bars = -1.0, np.ones(len(classes))
    for power in (0.0, 0.2, 0.4, 0.6, 0.8):
        trial = frequency**power
        said = classes[(chances / trial).argmax(axis=1)]
        value = f1_score(truth, said, average="macro", zero_division=0) + f1_score(
            truth, said, average="weighted", zero_division=0
        )
        if value > best + WORTH:
            best, bars = value, trial
    return np.asarray(bars)
