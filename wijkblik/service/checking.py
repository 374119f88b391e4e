"""Validating configuration files before anyone relies on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from collector.base import address_of, parameters_of
from collector.registry import collectors
from wijkblik.demo.scenario import read_items
from wijkblik.errors import ConfigError, Mistake
from wijkblik.models.wijk import Defaults, Source, Theme
from wijkblik.settings import (
    ScenarioFile,
    Words,
    load_environment,
    load_themes,
    load_wijk,
    most_recent,
)
from wijkblik.yamlfile import line_of, load_model, mistakes_of, read_yaml

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def check(paths: Iterable[Path]) -> int:
    """Validate configuration files and scenario folders; the number of them is given back.

    Raises ConfigError with every mistake of every file, or ScenarioError.
    """
    themes, mistakes, count = load_themes(load_environment()), [], 0
    for path in paths:
        count += 1
        try:
            mistakes += _check_one(path, themes)
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return count


def _check_one(path: Path, themes: dict[str, Theme]) -> list[Mistake]:
    if path.is_dir():
        file: ScenarioFile = load_model(path / "scenario.yaml", ScenarioFile)
        found = _check_wijk(path / "wijk.yaml", themes, scenario=file)
        for _item in read_items(path / "items.jsonl", set(file.sources)):
            pass
        return found
    if path.name == "themes.yaml":
        load_model(path, dict[str, Theme])
        return []
    if path.name == "concepts.yaml":
        load_model(path, Words)
        return []
    if path.name == "defaults.yaml":
        load_model(path, Defaults)
        return []
    if path.name == "scenario.yaml":
        load_model(path, ScenarioFile)
        return []
    beside = path.parent / "scenario.yaml"
    return _check_wijk(path, themes, scenario=load_model(beside, ScenarioFile) if beside.is_file() else None)


def _check_wijk(path: Path, themes: dict[str, Theme], scenario: ScenarioFile | None) -> list[Mistake]:
    now = most_recent(scenario.now, _AMSTERDAM) if scenario else None
    wijk, content = load_wijk(path, themes, now), read_yaml(path)
    found = [
        Mistake(path, line_of(content, (key,)) or 1, key, "without it nothing is collected", f"Add '{key}: ...'")
        for key in wijk.unfounded
    ]
    for position, source in enumerate(wijk.sources):
        found += _check_source(path, content, position, source)
    return found


def _check_source(path: Path, content: object, position: int, source: Source) -> list[Mistake]:
    place = ("sources", position)
    found = []
    if source.collector not in collectors():
        wrong, right = f"there is no collector '{source.collector}'", f"Use one of: {', '.join(sorted(collectors()))}"
        line = line_of(content, (*place, "collector"))
        found.append(Mistake(path, line, f"sources.{position}.collector", wrong, right))
    else:
        try:
            address_of(collectors()[source.collector], source)
        except ValidationError as error:
            model = parameters_of(collectors()[source.collector])
            found += mistakes_of(path, content, error, model, (*place, "query"))
        except ValueError as error:
            wrong, _, right = str(error).partition("; ")
            line = line_of(content, place)
            found.append(Mistake(path, line, f"sources.{position}", wrong, right[:1].upper() + right[1:]))
    if source.terms_checked_at is None:
        wrong, right = "without it this source stays off", "Add the date on which its terms were checked"
        found.append(Mistake(path, line_of(content, place), f"sources.{position}.terms_checked_at", wrong, right))
    return found
