"""Changing a wijk.yaml: shown as a difference first, checked as a whole, written whole or not at all."""

from __future__ import annotations

import difflib
import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from wijkblik.errors import ConfigError, Mistake
from wijkblik.models.wijk import Source
from wijkblik.settings import Settings, load_wijk
from wijkblik.yamlfile import read_yaml


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a file that was not written yet: the whole text before and after."""

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What changes, as a unified difference with the file's name."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.path.name,
            self.path.name,
            n=1,
        )
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)

    @property
    def undone(self) -> Edit:
        """The way back."""
        return Edit(self.path, self.after, self.before)


def with_sources(settings: Settings, sources: Sequence[Source]) -> Edit:
    """The wijk's file with these sources behind its own; every other byte stays as it is.

    Raises ConfigError if the file can't be read.
    """
    path = settings.wijk_file
    before = _text(path)
    lines = before.splitlines(keepends=True)
    content = read_yaml(path)
    at, indent = _end_of_sources(content, lines)
    added = "".join(_rendered(source, indent) for source in sources)
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    return Edit(path, before, "".join(lines[:at]) + added + "".join(lines[at:]))


def save(settings: Settings, edit: Edit) -> None:
    """Write an edit after checking the whole file as it will be.

    Raises ConfigError if it would be wrong, or if someone else changed the file meanwhile; the file then stays as it was.
    """
    if _text(edit.path) != edit.before:
        wrong = "it was changed by someone else in the meantime; nothing was written"
        raise ConfigError([Mistake(edit.path, None, "", wrong, "Look at the file and try again")])
    draft = edit.path.with_name(f".{edit.path.name}.new")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(edit.after)
            file.flush()
            os.fsync(file.fileno())
        load_wijk(draft, settings.themes, settings.scenario.now if settings.scenario else None)
        shutil.copymode(edit.path, draft)
        draft.replace(edit.path)
    except ConfigError as error:
        mistakes = [Mistake(edit.path, one.line, one.key, one.wrong, one.right) for one in error.mistakes]
        raise ConfigError(mistakes) from error
    finally:
        draft.unlink(missing_ok=True)


def _text(path: Path) -> str:
    try:
        # Line ends stay as they are.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            [Mistake(path, None, "", f"it can't be read ({type(error).__name__})", "Check it")]
        ) from error


def _end_of_sources(content: Any, lines: Sequence[str]) -> tuple[int, str]:
    """The line number (from 0) where a further source goes, and the spaces before its dash."""
    found = content.get("sources") if isinstance(content, dict) else None
    if not found or getattr(found, "fa", None) is None or found.fa.flow_style():
        raise ConfigError(
            [
                Mistake(
                    "wijk.yaml",
                    None,
                    "sources",
                    "the list is not written one source a line",
                    "Write '- {key: ...}' lines",
                )
            ]
        )
    first, last = found.lc.item(0)[0], found.lc.item(len(found) - 1)[0]
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    at = last + 1
    for number in range(last + 1, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip()) <= len(indent):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            at = number + 1
    return at, indent


def _rendered(source: Source, indent: str) -> str:
    values = source.model_dump(mode="json", exclude_defaults=True)
    ordered = {name: values[name] for name in Source.model_fields if name in values}
    if source.organisation is None:
        ordered["organisation"] = None
    yaml = YAML()
    yaml.width = 10_000
    yaml.representer.add_representer(type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null"))
    out = io.StringIO()
    if source.terms_checked_at is not None:
        ordered["terms_checked_at"] = source.terms_checked_at
    yaml.dump([ordered], out)
    return "".join(indent + line for line in out.getvalue().splitlines(keepends=True))
