"""Learning from few judgements (contract: evaluate learning): the product picks what it wants judged, and reads no other label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from classifier.learning import A_TURN, choose, fit, text_traits
from wijkblik.evaluate.lines import read_lines, write_lines


class PoolLine(BaseModel):
    """One line: a text, and its label for when it is picked."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    label: str


def evaluate_learning(pool: Path, budget: int, to: Path) -> int:
    """Write `id, score, judged` for each line after `budget` judgements; the number of those is given back. Raises EvaluationError."""
    lines = read_lines(pool, PoolLine)
    scores, judged = run(lines, budget)
    write_lines(
        (
            {"id": line.id, "score": round(float(score), 6), "judged": number in judged}
            for number, (line, score) in enumerate(zip(lines, scores, strict=True))
        ),
        to,
    )
    return len(judged)


def run(lines: list[PoolLine], budget: int) -> tuple[np.ndarray, set[int]]:
    """The chance of each line after so many judgements, in turns, and the numbers of the lines that were judged."""
    texts = text_traits([line.text for line in lines])
    odds, judged = np.zeros(len(lines)), list[int]()
    while len(judged) < min(budget, len(lines)):
        judged += choose(texts, odds, judged, min(A_TURN, budget - len(judged)))
        truth = np.array([lines[number].label == "1" for number in judged])
        odds = texts @ fit(texts[judged], truth, np.zeros(len(judged)))
    return 1 / (1 + np.exp(-odds)), set(judged)
