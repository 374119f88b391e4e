"""Words per language under keys, looked up in a text in its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.patterns import WordIndex

Words = Mapping[str, Mapping[str, Sequence[str]]]
"""For each key and language (ISO 639-1) its words and phrases, written as for `classifier.patterns.compile_words`."""


class Lexicon:
    """Words under keys, ready to be looked up."""

    def __init__(self, words: Words) -> None:
        languages = sorted({language for by_language in words.values() for language in by_language})
        self._by_language = {
            language: WordIndex({key: by_language.get(language, ()) for key, by_language in words.items()})
            for language in languages
        }
        self._all = WordIndex(
            {key: [word for one in by_language.values() for word in one] for key, by_language in words.items()}
        )

    def find(self, parts: Sequence[str], lang: str | None) -> dict[str, tuple[str, ...]]:
        """The words found under each key among a normal text's tokens, keys without any left out.

        Where the language is unknown or has no words, the words of all languages count.
        """
        found = self._by_language.get(lang or "", self._all).find(parts)
        return {key: tuple(sorted(hits)) for key, hits in found.items()}
