"""Which themes a text speaks of, by the taxonomy's words in the text's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.patterns import WordIndex
from wijkblik.models.wijk import Theme


class ThemeWords:
    """The taxonomy, ready to be looked up."""

    def __init__(self, themes: Mapping[str, Theme]) -> None:
        languages = sorted({language for theme in themes.values() for language in theme.words})
        self._by_language = {
            language: WordIndex({key: theme.words.get(language, ()) for key, theme in themes.items()})
            for language in languages
        }
        self._all = WordIndex(
            {key: [word for words in theme.words.values() for word in words] for key, theme in themes.items()}
        )

    def find(self, words: Sequence[str], lang: str | None) -> dict[str, tuple[str, ...]]:
        """The words found of each theme among a normal text's tokens. Where the language is unknown, all languages' words count."""
        found = self._by_language.get(lang or "", self._all).find(words)
        return {key: tuple(sorted(hits)) for key, hits in found.items()}
