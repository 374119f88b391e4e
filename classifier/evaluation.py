"""Figures of merit, pure: nothing here reads a file or knows a model.

NDCG: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002.
BCubed: A. Bagga, B. Baldwin, "Entity-based cross-document coreferencing using the vector space model", 1998.
ECE: M. Pakdaman Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import average_precision_score, f1_score

BINS = 10


def ndcg(gains: Sequence[float], ideal: Sequence[float]) -> float:
    """Discounted gain of a list beside that of the best order of all there is; both cut to the same length by the caller."""
    best = _discounted(sorted(ideal, reverse=True))
    return _discounted(gains) / best if best else 1.0


def bcubed(stories: Iterable[Sequence[str]], gold: Mapping[str, str]) -> tuple[float, float, float]:
    """BCubed precision, recall and F1 over the items that have a gold story. An item that no story holds counts as alone."""
    together = [[item for item in items if item in gold] for items in stories]
    held = {item for items in together for item in items}
    together += [[item] for item in gold if item not in held]
    sizes = Counter(gold.values())
    precision = recall = 0.0
    for items in together:
        counts = Counter(gold[item] for item in items)
        precision += sum(count * count for count in counts.values()) / len(items) if items else 0.0
        recall += sum(count * count / sizes[story] for story, count in counts.items())
    if not gold:
        return 0.0, 0.0, 0.0
    precision, recall = precision / len(gold), recall / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def calibration_error(probabilities: ArrayLike, happened: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error: the mean distance between chance and frequency over equal-width bins of the chance."""
    chance, outcome = np.asarray(probabilities, dtype=float), np.asarray(happened, dtype=float)
    if not len(chance):
        return 0.0
    which = np.minimum((chance * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(chance[here].mean() - outcome[here].mean()) * here.mean()
            for one in range(bins)
            if (here := which == one).any()
        )
    )


def classification(
    labels: Sequence[str], predicted: Sequence[str], probabilities: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """Accuracy, macro- and weighted F1, and calibration of the predicted label; for two classes AP of the rarer one too."""
    truth, found = np.array(labels), np.array(predicted)
    sure = [one[label] for one, label in zip(probabilities, predicted, strict=True)]
    figures = {
        "accuracy": float((truth == found).mean()),
        "macro_f1": float(f1_score(truth, found, average="macro", zero_division=0)),
        "weighted_f1": float(f1_score(truth, found, average="weighted", zero_division=0)),
        "ece": calibration_error(sure, truth == found),
    }
    classes = sorted({*labels, *(label for one in probabilities for label in one)})
    if len(classes) == 2:
        positive = _positive(classes, labels)
        chances = [one.get(positive, 0.0) for one in probabilities]
        figures["ap"] = float(average_precision_score(truth == positive, chances))
        figures["ece"] = calibration_error(chances, truth == positive)
    return figures


def average_precision(happened: Sequence[bool], scores: Sequence[float]) -> float:
    """Average precision of a ranking; 0 where nothing happened."""
    return float(average_precision_score(happened, scores)) if any(happened) else 0.0


def interval(successes: float, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) without any cases. E. B. Wilson, 1927."""
    if total == 0:
        return 0.0, 1.0
    share = successes / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def _positive(classes: Sequence[str], labels: Sequence[str]) -> str:
    """The class that a ranking is about: `1` where labels are numbers, else the rarer."""
    return "1" if "1" in classes else min(classes, key=lambda label: (labels.count(label), label))


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
