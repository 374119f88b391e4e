"""Text heads on disk: learned once from the examples that ship, then read again.

A file holds plain arrays, never pickled objects, and goes with its checksum; one that is corrupt, foreign or of other
examples is not loaded. It holds nothing that was collected.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from classifier.heads import THEME, Examples, TextHeads, train_heads
from wijkblik.errors import ConfigError, Mistake, ModelFileError, TrainingError
from wijkblik.settings import Environment, resource

Line = TypeVar("Line", bound=BaseModel)
VERSION = "heads-3"
SIGNALS = {"claims": ("claim", "1"), "harm": ("harm", "1"), "satire": ("satire", "satire"), "spread": ("spread", "1")}
"""For each file of examples the name of its head and the label that says yes."""


class ThemeLine(BaseModel):
    """A line of configs/training/themes: a text and the themes that it is of, none for a near miss."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    lang: str
    text: str
    themes: tuple[str, ...]


class SignalLine(BaseModel):
    """A line of configs/training/*.jsonl: a text and its label."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    lang: str
    text: str
    label: str


def text_heads(environment: Environment) -> TextHeads:
    """The text heads of the examples as they are now: from the cache, else learned and kept there. Raises ConfigError."""
    folder = resource(environment, "training")
    files = sorted(folder.glob("**/*.jsonl"))
    digest = hashlib.sha256(VERSION.encode())
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    kept = environment.models / f"{VERSION}-{digest.hexdigest()[:16]}.npz"
    if kept.is_file():
        try:
            return load(kept)
        except ModelFileError:
            kept.unlink()  # what can be learned again needs no mending
    try:
        heads = train_heads(examples(folder))
    except TrainingError as error:
        raise ConfigError(
            [Mistake(folder, None, "", str(error), "Give each head examples of both kinds (docs/model-card.md)")]
        ) from error
    save(heads, kept)
    return heads


def examples(folder: Path) -> dict[str, Examples]:
    """The examples of each head: a theme's own lines against all others', a signal's by their labels. Raises ConfigError."""
    lines = [line for file in sorted((folder / "themes").glob("*.jsonl")) for line in _lines(file, ThemeLine)]
    texts = [line.text for line in lines]
    found = {
        THEME + theme: Examples(texts, [theme in line.themes for line in lines])
        for theme in sorted({theme for line in lines for theme in line.themes})
    }
    for name, (head, yes) in SIGNALS.items():
        file = folder / f"{name}.jsonl"
        if file.is_file():
            labelled = _lines(file, SignalLine)
            found[head] = Examples([line.text for line in labelled], [line.label == yes for line in labelled])
    return found


def save(heads: TextHeads, file: Path) -> None:
    """Write heads and beside them their checksum (SHA-256), the checksum last."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.savez_compressed(
        content, allow_pickle=False, **asdict(heads) | {"names": np.array(heads.names), "version": np.array(VERSION)}
    )
    draft = file.with_name(file.name + ".new")
    draft.write_bytes(content.getvalue())
    draft.replace(file)
    _checksum_of(file).write_text(hashlib.sha256(content.getvalue()).hexdigest(), encoding="ascii")


def load(file: Path) -> TextHeads:
    """Read heads. Raises ModelFileError where the file is not the one that was written."""
    try:
        content, checksum = file.read_bytes(), _checksum_of(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(file, "it or its checksum can't be read") from error
    if hashlib.sha256(content).hexdigest() != checksum:
        raise ModelFileError(file, "its checksum is another")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            if str(arrays["version"]) != VERSION:
                raise ModelFileError(file, "it is of another version")
            values = {one.name: arrays[one.name] for one in fields(TextHeads)}
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ModelFileError(file, "it holds something else") from error
    return TextHeads(**values | {"names": tuple(map(str, values["names"]))})


def _checksum_of(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def _lines(file: Path, kind: type[Line]) -> list[Line]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                raise ConfigError(
                    [Mistake(file, number, where, first["msg"], "Write it like the lines around it")]
                ) from error
    return found
