"""Words and phrases of a configuration as one regular expression over normal text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifier.text import normal

WORD_START = r"(?<![^\W\u0600-\u06ff])"
"""No word character before, Arabic letters apart: Arabic writes 'and' and 'in' against the next word, Latin names too."""


WORD = re.compile(r"[^\W_]+")
ATTACHED = 3
"""How many letters Arabic may write against the front of a word: 'and', 'in', 'the'."""
_ARABIC = re.compile("[\u0600-\u06ff]")


def compile_words(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of the phrases as whole words; `*` at either end stands for more letters.

    None when there are no phrases.
    """
    parts = sorted({_part(phrase) for phrase in phrases if phrase.strip("* ")}, key=lambda part: (-len(part), part))
    return re.compile("|".join(parts)) if parts else None


def _part(phrase: str) -> str:
    core = r"\s+".join(re.escape(word) for word in normal(phrase.strip("*")).split())
    start = "" if phrase.startswith("*") else WORD_START
    end = r"\w*" if phrase.endswith("*") else r"(?!\w)"
    return start + core + end


class WordIndex:
    """Many phrases under labels, looked up word by word: the cost follows the text's length, not the number of phrases.

    Phrases are written as for `compile_words`. Arabic words are found behind up to three attached letters.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._first: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[str]] = {}
        inside: dict[str, list[str]] = {}
        for label, written in phrases.items():
            for phrase in written:
                parts = WORD.findall(normal(phrase.strip("*")))
                if not parts:
                    continue
                if phrase.startswith("*"):
                    inside.setdefault(label, []).append(phrase)
                elif len(parts) == 1 and phrase.endswith("*"):
                    self._stems.setdefault(parts[0], []).append(label)
                else:
                    self._first.setdefault(parts[0], []).append(_Phrase(label, tuple(parts[1:]), phrase.endswith("*")))
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._inside = {label: pattern for label, written in inside.items() if (pattern := compile_words(written))}

    def find(self, plain: str) -> dict[str, set[str]]:
        """The words and phrases of a normal text that belong to each label; labels without any are left out."""
        found: dict[str, set[str]] = {}
        words = WORD.findall(plain)
        for position, word in enumerate(words):
            for start in range(min(ATTACHED, len(word) - 1) + 1) if _ARABIC.match(word) else (0,):
                part = word[start:]
                for phrase in self._first.get(part, ()):
                    if phrase.follows(words, position + 1):
                        found.setdefault(phrase.label, set()).add(
                            " ".join(words[position : position + 1 + len(phrase.rest)])
                        )
                for length in self._lengths:
                    if length > len(part):
                        break
                    for label in self._stems.get(part[:length], ()):
                        found.setdefault(label, set()).add(word)
        for label, pattern in self._inside.items():
            if hits := {hit.group() for hit in pattern.finditer(plain)}:
                found.setdefault(label, set()).update(hits)
        return found


@dataclass(frozen=True, slots=True)
class _Phrase:
    label: str
    rest: tuple[str, ...]
    open_end: bool

    def follows(self, words: Sequence[str], start: int) -> bool:
        """Whether the rest of the phrase stands from a word on."""
        if not self.rest:
            return True
        there = words[start : start + len(self.rest)]
        if len(there) < len(self.rest) or tuple(there[:-1]) != self.rest[:-1]:
            return False
        return there[-1].startswith(self.rest[-1]) if self.open_end else there[-1] == self.rest[-1]
