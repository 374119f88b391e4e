"""YAML files as validated models; every mistake with its line and what would be right."""

from __future__ import annotations

import difflib
import typing
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from wijkblik.errors import ConfigError, Mistake

T = TypeVar("T")


def read_yaml(path: Path) -> Any:
    """The file's content with line numbers kept (ruamel's commented containers).

    Raises ConfigError if it can't be read or is not YAML.
    """
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            [Mistake(path, None, "", "there is no such file", "Check the name, or make the file")]
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            [
                Mistake(
                    path,
                    None,
                    "",
                    f"it can't be read ({type(error).__name__})",
                    "It must be a readable text file in UTF-8",
                )
            ]
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        right = "Check indentation, quotes and colons here"
        if isinstance(error, DuplicateKeyError):
            right = "Keep one of the two"
        raise ConfigError([Mistake(path, line, "", f"this is not YAML: {error.problem}", right)]) from error
    except YAMLError as error:
        raise ConfigError(
            [Mistake(path, None, "", "this is not YAML", "Check indentation, quotes and colons")]
        ) from error


def load_model(path: Path, type_: type[T] | Any, context: dict[str, Any] | None = None) -> T:
    """The file as `type_` (a pydantic model or any type it can validate). Raises ConfigError with all mistakes."""
    checked = TypeAdapter(type_)
    try:
        return typing.cast(T, checked.validate_python(_read_plainly(path), context=context))
    except (ValidationError, YAMLError, OSError, UnicodeDecodeError):
        # Something is wrong: only now are line numbers worth their memory.
        content = read_yaml(path)
    try:
        return typing.cast(T, checked.validate_python(content, context=context))
    except ValidationError as error:
        raise ConfigError([_mistake(path, content, type_, detail) for detail in _own(error.errors())]) from error


def mistakes_of(
    path: Path, content: Any, error: ValidationError, type_: Any, within: tuple[int | str, ...]
) -> list[Mistake]:
    """What is wrong in one part of a file that was validated by a model of its own (`type_`); `within` leads to the part."""
    found = []
    for detail in _own(error.errors()):
        wrong, right = _explain(detail, _known_keys(type_, detail["loc"][:-1]))
        loc = (*within, *detail["loc"])
        found.append(Mistake(path, line_of(content, loc), ".".join(str(step) for step in loc), wrong, right))
    return found


def _read_plainly(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def line_of(content: Any, loc: tuple[int | str, ...]) -> int | None:
    """The 1-based line of the deepest part of `loc` that the file has; None if it has no lines."""
    line: int | None = None
    for step in loc:
        lc = getattr(content, "lc", None)
        try:
            position = lc.item(step) if isinstance(content, list) else lc.key(step)  # type: ignore[union-attr]
            content = content[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = position[0] + 1
    if line is None and getattr(content, "lc", None) is not None:
        return int(content.lc.line) + 1
    return line


def _own(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without the lists that are called too short only because what stands in them is wrong."""
    inside = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inside]


def _mistake(path: Path, content: Any, type_: Any, detail: ErrorDetails) -> Mistake:
    loc = detail["loc"]
    wrong, right = _explain(detail, _known_keys(type_, loc[:-1]))
    return Mistake(path, line_of(content, loc), ".".join(str(step) for step in loc), wrong, right)


def _explain(detail: ErrorDetails, known: tuple[str, ...]) -> tuple[str, str]:
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "extra_forbidden":
            close = difflib.get_close_matches(name, known, n=1)
            return (
                f"unknown key '{name}'",
                f"Did you mean '{close[0]}'?"
                if close
                else "Remove it" + (f". Known here: {', '.join(known)}" if known else ""),
            )
        case "missing":
            return "this key is missing", f"Add '{name}: ...'"
        case "tuple_type":
            return f"{detail['input']!r} is no list", "Write a list, such as [one, two]"
        case "literal_error":
            return f"{detail['input']!r} is not allowed", f"Use {detail['ctx']['expected']}"
        case "value_error":
            wrong, _, right = str(detail["ctx"]["error"]).partition("; ")
            return wrong, right[:1].upper() + right[1:] if right else "Correct the value"
        case _:
            shown = repr(detail["input"])
            return f"{shown if len(shown) <= 60 else shown[:57] + '...'} is not right here", detail["msg"]


def _known_keys(type_: Any, loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the model at `loc` knows, found by walking the annotations."""
    for step in loc:
        type_ = _inner(type_, step)
    models = [arg for arg in (type_, *typing.get_args(type_)) if isinstance(arg, type) and issubclass(arg, BaseModel)]
    return tuple(field.alias or name for model in models for name, field in model.model_fields.items())


def _inner(type_: Any, step: int | str) -> Any:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        by_alias = {field.alias or name: field.annotation for name, field in type_.model_fields.items()}
        return by_alias.get(str(step))
    args = [arg for arg in typing.get_args(type_) if arg is not Ellipsis]
    return args[-1] if args else None
