"""The product's own text model on labelled lines (contract: evaluate text)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from classifier.textmodel import TextModel, build_text_model
from wijkblik.errors import EvaluationError, TrainingError
from wijkblik.evaluate.lines import read_lines, write_lines


class TextLine(BaseModel):
    """A text without its label; a label that stands there is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    lang: str | None = None


class LabelledLine(TextLine):
    """A text with its label."""

    label: str


def evaluate_text(train: Sequence[Path], test: Path, to: Path) -> int:
    """Learn from labelled lines and write `id, label, probabilities` for others; their number is given back.

    Raises EvaluationError, also where there is nothing to learn from.
    """
    lines = [line for path in train for line in read_lines(path, LabelledLine)]
    asked = read_lines(test, TextLine)
    try:
        model = fit(lines)
    except TrainingError as error:
        raise EvaluationError(train[0], None, str(error).rstrip(".")) from error
    write_lines(
        (
            {"id": line.id, "label": label, "probabilities": chances}
            for line, (label, chances) in zip(asked, judged(model, asked), strict=True)
        ),
        to,
    )
    return len(asked)


def fit(lines: Sequence[LabelledLine]) -> TextModel:
    """The product's text model on labelled lines. Raises TrainingError."""
    return build_text_model().fit([line.text for line in lines], [line.label for line in lines])


def judged(model: TextModel, lines: Sequence[TextLine]) -> list[tuple[str, dict[str, float]]]:
    """Each line's label and chances."""
    chances = model.predict_proba([line.text for line in lines])
    labels = model.label(chances)
    return [
        (str(label), {str(one): round(float(chance), 6) for one, chance in zip(model.classes_, row, strict=True)})
        for label, row in zip(labels, chances, strict=True)
    ]
