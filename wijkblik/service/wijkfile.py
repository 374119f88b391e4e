"""Changing a wijk.yaml: shown as a difference first, checked as a whole, written whole or not at all."""

from __future__ import annotations

import difflib
import fcntl
import io
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import RoundTripRepresenter

from wijkblik.errors import ChangedMeanwhileError, ConfigError, Mistake
from wijkblik.models.wijk import Source
from wijkblik.settings import Settings, load_wijk

_COMMENT = re.compile(r"( *)#")
_DASH = re.compile(r"^( *)-(?:\s|\Z)", re.MULTILINE)
BY_HAND = "Add the source by hand: docs/add-a-source.md"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a file that was not written yet: the whole text before and after."""

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What changes, as a unified difference with the file's name."""
        before, after = (text.replace("\r\n", "\n").rstrip("\n").split("\n") for text in (self.before, self.after))
        return "\n".join(difflib.unified_diff(before, after, self.path.name, self.path.name, n=1, lineterm=""))

    @property
    def undone(self) -> Edit:
        """The way back."""
        return Edit(self.path, self.after, self.before)


def with_sources(settings: Settings, sources: Sequence[Source]) -> Edit:
    """The wijk's file with these sources behind its own, written as those are; every other byte stays as it is.

    Raises ConfigError if the file can't be read, or is written in a way that can't be added to.
    """
    path = settings.wijk_file
    before = _text(path)
    known = _list_of_sources(path, before)
    after = (_in_brackets if known.flow_style else _on_lines)(before, known, sources)
    if not _adds_only(before, after, sources):
        raise _unusual(path)
    return Edit(path, before, after)


def save(settings: Settings, edit: Edit) -> None:
    """Write an edit after checking the whole file as it will be.

    Raises ConfigError if it would be wrong or can't be written, ChangedMeanwhileError if someone else changed it; the
    file then stays as it was.
    """
    path = edit.path.resolve()
    try:
        with _alone(path.parent):
            if _text(path) != edit.before:
                raise ChangedMeanwhileError(edit.path)
            _replace(path, edit.after, settings)
    except OSError as error:
        wrong = f"it can't be written ({type(error).__name__})"
        raise ConfigError([Mistake(edit.path, None, "", wrong, "Check who may write there")]) from error


def _replace(path: Path, text: str, settings: Settings) -> None:
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        load_wijk(draft, settings.themes, settings.scenario.now if settings.scenario else None)
        shutil.copymode(path, draft)
        draft.replace(path)
    except ConfigError as error:
        raise ConfigError(Mistake(path, one.line, one.key, one.wrong, one.right) for one in error.mistakes) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time, or an edit between reading and replacing would be lost. The lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _text(path: Path) -> str:
    try:
        # Line ends stay as they are.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        wrong = f"it can't be read ({type(error).__name__})"
        raise ConfigError([Mistake(path, None, "", wrong, "It must be a readable text file in UTF-8")]) from error


class _Representer(RoundTripRepresenter):
    """Writes null as such, and in quotes what begins with a sign: within braces not every reader takes it bare."""

    def null(self, _value: None) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")

    def text(self, value: str) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", value, style=None if value[:1].isalnum() else '"')


_Representer.add_representer(type(None), _Representer.null)
_Representer.add_representer(str, _Representer.text)


def _list_of_sources(path: Path, text: str) -> SequenceNode:
    try:
        root = YAML().compose(text)
    except YAMLError as error:
        raise ConfigError([Mistake(path, None, "", "this is not YAML", "Check it with: wijkblik check")]) from error
    found = {key.value: value for key, value in root.value} if isinstance(root, MappingNode) else {}
    sources = found.get("sources")
    if not isinstance(sources, SequenceNode) or not sources.value:
        raise _unusual(path)
    return sources


def _unusual(path: Path) -> ConfigError:
    return ConfigError([Mistake(path, None, "sources", "the list is written in a way that is not added to", BY_HAND)])


def _in_brackets(text: str, known: SequenceNode, sources: Sequence[Source]) -> str:
    """Behind the last one of `[{...}, {...}]`, on lines of their own if the last one is."""
    last = known.value[-1]
    at, above = _end(text, last), text[: last.start_mark.index]
    spaces = above[above.rfind("\n") + 1 :]
    between = "," + _newline(text) + spaces if "\n" in above and not spaces.strip() else ", "
    return (
        text[:at] + "".join(between + _rendered(source, flow=True).removeprefix("- ") for source in sources) + text[at:]
    )


def _on_lines(text: str, known: SequenceNode, sources: Sequence[Source]) -> str:
    """On lines of their own behind the last one's, with dashes under its dash."""
    last, newline = known.value[-1], _newline(text)
    at, dash = _end(text, last), len(_DASH.findall(text[: last.start_mark.index])[-1])
    if text[:at][-1:] != "\n":
        at = _next_line(text, at)
    # A comment that stands further in belongs to the source above it.
    while (comment := _COMMENT.match(text, at)) and len(comment[1]) > dash:
        at = _next_line(text, at)
    lines = [line for one in sources for line in _rendered(one, flow=bool(last.flow_style)).split("\n")]
    added = newline.join(" " * dash + line for line in lines)
    return text[:at] + (added + newline if text[:at].endswith("\n") else newline + added) + text[at:]


def _end(text: str, node: Node) -> int:
    """Where what is written of a node ends, without what follows it on its line."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if isinstance(node, ScalarNode) and node.style in {"|", ">"} and not node.value.endswith("\n\n"):
        # The empty lines below a text in lines are no part of it, unless it says so.
        return start + len(text[start:end].rstrip())
    return end


def _next_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _rendered(source: Source, *, flow: bool) -> str:
    """The source as an item of a list: a dash, and its keys on lines or in braces."""
    ordered = CommentedMap(_values(source))
    yaml, out = YAML(), io.StringIO()
    yaml.width, yaml.Representer = 1_000_000, _Representer
    if flow:
        ordered.fa.set_flow_style()
    yaml.dump([ordered], out)
    return out.getvalue().rstrip("\n")


def _values(source: Source) -> dict[str, Any]:
    """What is written of a source, in the order of the documentation; where persons write, the file says so."""
    values = source.model_dump(exclude_defaults=True) | {"organisation": source.organisation}
    return {name: values[name] for name in Source.model_fields if name in values}


def _adds_only(before: str, after: str, sources: Sequence[Source]) -> bool:
    """Whether the text still says what it said, and names these sources besides."""
    try:
        old, new = (YAML(typ="safe", pure=True).load(text) for text in (before, after))
    except YAMLError:
        return False
    added = [_values(source) for source in sources]
    return bool(new == old | {"sources": old["sources"] + added})
