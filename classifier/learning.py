"""Relevance learned from what a team decided, on top of the rules.

Logistic regression whose log-odds begin at those of the rules (an offset) and whose weights are held near nothing: without
a decision it says what the rules say, and each decision moves it a little. What is unsure is asked first (D. Lewis,
W. Gale, "A sequential algorithm for training text classifiers", 1994). Each text is drawn half-way to those it is most
like, so that one decision tells something of all texts of its kind (after X. Zhu et al., "Semi-supervised learning using
Gaussian fields and harmonic functions", 2003).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack
from scipy.special import expit
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from classifier.features import COLUMNS, HashedText
from classifier.textmodel import Weighting
from wijkblik.models.stories import Reason

FROM_NOTHING, BESIDE_RULES = 2.0, 0.5
"""How far a judgement may move the weights: the variance of their prior, without rules and beside them."""
NEIGHBOURS, DRAWN = 8, 0.5
A_TURN = 10
"""So many texts are judged before the model learns anew."""
TOPICS = 30
LEAST = 0.01
"""A learned part below this is not told."""
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a story is learned by: its text, its named traits (such as theme:jeugd) with their strength, and the rules' log-odds."""

    story_id: str
    text: str
    traits: Mapping[str, float]
    odds: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What decisions taught: the parts of each story's log-odds that are not the rules', and the weights of named traits."""

    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


def learn(sketches: Sequence[Sketch], judged: Mapping[str, bool]) -> Learned:
    """The learned parts of all stories, from those of them that were judged (relevant or not)."""
    known = [number for number, one in enumerate(sketches) if one.story_id in judged]
    if not known:
        return Learned()
    names = sorted({name for one in sketches for name in one.traits})
    texts = text_traits([one.text for one in sketches])
    traits = np.array([[one.traits.get(name, 0.0) for name in names] for one in sketches]).reshape(len(sketches), -1)
    features = csr_matrix(hstack([csr_matrix(traits), texts]))
    truth = np.array([judged[sketches[number].story_id] for number in known])
    odds = np.array([one.odds for one in sketches])
    weights = fit(features[known], truth, odds[known], BESIDE_RULES)
    of_text = texts @ weights[len(names) :]
    reasons = {}
    for number, one in enumerate(sketches):
        parts = [
            Reason(f"learned_{kind}", round(float(weights[at] * traits[number, at]), 4), {"of": of})
            for at, name in enumerate(names)
            for kind, _, of in [name.partition(":")]
        ]
        parts.append(Reason("learned_text", round(float(of_text[number]), 4)))
        told = [part for part in parts if abs(part.value) >= LEAST]
        reasons[one.story_id] = tuple(sorted(told, key=lambda part: -abs(part.value)))
    return Learned(
        reasons,
        {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=False) if abs(weight) >= LEAST},
    )


def choose(texts: csr_matrix, odds: Values, judged: Sequence[int], count: int) -> list[int]:
    """The rows to be judged next: the least sure, and before anything is known the middles of the clusters there are."""
    rest = np.setdiff1d(np.arange(texts.shape[0]), np.array(judged, dtype=int))
    count = min(count, len(rest))
    if odds.any() or len(rest) <= count:
        return [int(one) for one in rest[np.argsort(np.abs(odds[rest]), kind="stable")[:count]]]
    topics = normalize(TruncatedSVD(min(TOPICS, texts.shape[1] - 1), random_state=0).fit_transform(texts[rest]))
    clusters = KMeans(count, n_init=1, random_state=0).fit(topics)
    middles = clusters.transform(topics).argmin(axis=0)
    found = list(dict.fromkeys(int(one) for one in rest[middles]))
    found += [int(one) for one in rest if int(one) not in found][: count - len(found)]
    return found


def fit(features: csr_matrix, truth: NDArray[np.bool_], odds: Values, strength: float = FROM_NOTHING) -> Values:
    """The weights that explain judgements beside log-odds that are known already, as small as may be."""
    columns = np.unique(features.indices)
    held = features[:, columns]
    sign = np.where(truth, 1.0, -1.0)

    def loss(weights: Values) -> tuple[float, Values]:
        margin = sign * (held @ weights + odds)
        value = np.logaddexp(0, -margin).sum() + (weights @ weights) / (2 * strength)
        slope = held.T @ (-sign * expit(-margin)) + weights / strength
        return float(value), np.asarray(slope)

    found = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = np.zeros(features.shape[1])
    weights[columns] = found.x
    return weights


def text_traits(texts: Sequence[str]) -> csr_matrix:
    """Texts as rows of length about one, each drawn to those it is most like; a last column of ones for what all share."""
    counts = HashedText().transform(texts)
    weighed = Weighting().fit(counts).transform(counts)
    columns = np.unique(weighed.indices)
    weighed = csr_matrix(weighed[:, columns])
    words = weighed[:, np.flatnonzero(columns < 2 * COLUMNS)]
    drawn = weighed
    if words.nnz:
        drawn = (1 - DRAWN) * weighed + DRAWN * (_nearest(csr_matrix(normalize(words))) @ weighed)
    return csr_matrix(hstack([drawn, np.ones((len(texts), 1))]))


def _nearest(rows: csr_matrix) -> csr_matrix:
    """For each row the weights of those it is most like; they add up to one."""
    count = rows.shape[0]
    alike = (rows @ rows.T).toarray()
    np.fill_diagonal(alike, 0.0)
    kept = min(NEIGHBOURS, count - 1)
    if kept < 1:
        return csr_matrix((count, count))
    best = np.argpartition(-alike, kept - 1, axis=1)[:, :kept]
    values = np.take_along_axis(alike, best, axis=1)
    near = csr_matrix((values.ravel(), best.ravel(), np.arange(0, count * kept + 1, kept)), shape=(count, count))
    total = np.asarray(near.sum(axis=1)).ravel()
    return csr_matrix(diags(1 / np.where(total > 0, total, 1)) @ near)
