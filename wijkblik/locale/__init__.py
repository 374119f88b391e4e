"""Words in Dutch and English. Everything below hands codes and parameters; here they become sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from ruamel.yaml import YAML

LANGUAGES = ("nl", "en")
_FOLDER = Path(__file__).resolve().parent


class Words:
    """The sentences of one language, by dotted key."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._sentences = _load(language)

    def __call__(self, key: str, **params: Any) -> str:
        """The sentence of a key with its parameters filled in; `count` chooses between one and other.

        Raises KeyError for a key that the language file lacks.
        """
        sentence = self._sentences[key]
        if isinstance(sentence, Mapping):
            sentence = sentence["one" if params.get("count") == 1 else "other"]
        return str(sentence).format(**{name: self._shown(value) for name, value in params.items()})

    def has(self, key: str) -> bool:
        """Whether the language file has the key."""
        return key in self._sentences

    def keys(self) -> set[str]:
        """All keys, for comparing languages."""
        return set(self._sentences)

    def percent(self, share: float) -> str:
        """A share as a whole percentage."""
        return format_percent(share, locale=self.language)

    def number(self, value: float) -> str:
        """A number with the language's separators."""
        return format_decimal(value, locale=self.language)

    def day(self, day: date) -> str:
        """A day with its weekday."""
        return format_date(day, "EEEE d MMMM", locale=self.language)

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """A moment in local time, to the minute."""
        return format_datetime(moment.astimezone(zone), "EEE d MMM HH:mm", locale=self.language)

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long before now a moment was."""
        if now - moment < timedelta(minutes=1):
            return self("page.just_now")
        return format_timedelta(moment - now, add_direction=True, locale=self.language)

    def span(self, seconds: float) -> str:
        """A length of time in one unit, short."""
        return format_timedelta(timedelta(seconds=seconds), format="short", threshold=1.5, locale=self.language)

    def _shown(self, value: Any) -> str:
        if isinstance(value, float):
            return self.number(round(value, 1))
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, (list, tuple)):
            return ", ".join(str(part) for part in value)
        return str(value)


@cache
def words(language: str) -> Words:
    """The words of 'nl' or 'en'."""
    return Words(language)


def _load(language: str) -> dict[str, Any]:
    content = YAML(typ="safe").load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    flat: dict[str, Any] = {}

    def walk(node: Mapping[str, Any], prefix: str) -> None:
        for key, value in node.items():
            if isinstance(value, Mapping) and set(value) != {"one", "other"}:
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = value

    walk(content, "")
    return flat
