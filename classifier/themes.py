"""Which themes a text speaks of, by the taxonomy's words in the text's language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from classifier.patterns import compile_words
from wijkblik.models.wijk import Theme


class ThemeWords:
    """The taxonomy, ready to be looked up."""

    def __init__(self, themes: Mapping[str, Theme]) -> None:
        self._by_language: dict[str | None, dict[str, re.Pattern[str]]] = {None: {}}
        for language in sorted({language for theme in themes.values() for language in theme.words}):
            self._by_language[language] = {
                key: pattern
                for key, theme in themes.items()
                if (pattern := compile_words(theme.words.get(language, ())))
            }
        for key, theme in themes.items():
            if pattern := compile_words(word for words in theme.words.values() for word in words):
                self._by_language[None][key] = pattern

    def find(self, text: str, lang: str | None) -> dict[str, tuple[str, ...]]:
        """The words found of each theme, in normal text. Where the language is unknown, all languages' words count."""
        patterns = self._by_language.get(lang, self._by_language[None])
        found = {
            key: tuple(sorted({hit.group() for hit in pattern.finditer(text)})) for key, pattern in patterns.items()
        }
        return {key: hits for key, hits in found.items() if hits}
