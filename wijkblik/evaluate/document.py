"""The table of figures in its document, between two marks; what people wrote around it stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wijkblik.errors import EvaluationError
from wijkblik.evaluate.table import Row, as_markdown

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write_table(rows: Sequence[Row], path: Path) -> None:
    """Put the table between the marks of a document. Raises EvaluationError where they are not there."""
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{BEGIN}\n{END}\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise EvaluationError(path, None, f"there is no place for the table; it goes between '{BEGIN}' and '{END}'")
    draft = path.with_name(path.name + ".new")
    draft.write_text(f"{before}{BEGIN}\n{as_markdown(rows)}{END}{after}", encoding="utf-8")
    draft.replace(path)
