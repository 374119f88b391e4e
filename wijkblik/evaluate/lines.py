"""JSON lines in and out. What is wrong is said with its file and line; a result is written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wijkblik.errors import EvaluationError

Line = TypeVar("Line", bound=BaseModel)


def read_lines(path: Path, kind: type[Line]) -> list[Line]:
    """The lines of a file, each as a record. Empty lines are skipped.

    Raises EvaluationError for a file that can't be read or is empty, and for the first line that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(path, None, "the file can't be read as UTF-8 text") from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                raise EvaluationError(path, number, f"{where}: {first['msg']}" if where else first["msg"]) from error
    if not found:
        raise EvaluationError(path, None, "there is no line in it")
    return found


def write_lines(lines: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write records as JSON lines."""
    _whole(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def write_json(result: Mapping[str, Any], path: Path) -> None:
    """Write one result as JSON."""
    _whole(path, json.dumps(result, ensure_ascii=False, indent=1) + "\n")


def _whole(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise EvaluationError(path, None, "the result can't be written there") from error
