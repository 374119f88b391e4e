"""Words and phrases of a configuration as one regular expression over normal text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifier.text import normal

WORD_START = r"(?<![^\W\u0600-\u06ff])"
"""No word character before, Arabic letters apart: Arabic writes 'and' and 'in' against the next word, Latin names too."""


_WORD = re.compile(r"[^\W_]+")
MOST_KNOWN = 100_000
"""Words of which it is remembered what they begin."""
ATTACHED = 3
"""How many letters Arabic may write against the front of a word: 'and', 'in', 'the'."""
_ARABIC = re.compile("[\u0600-\u06ff]")


def tokens(plain: str) -> list[str]:
    """The words of a normal text, in order, without marks."""
    return _WORD.findall(plain)


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
        self._known: dict[str, _Found] = {}
        inside: dict[str, list[str]] = {}
        for label, written in phrases.items():
            for phrase in written:
                parts = tokens(normal(phrase.strip("*")))
                if not parts:
                    continue
                if phrase.startswith("*") and len(parts) == 1:
                    inside.setdefault(label, []).append(phrase)
                elif len(parts) == 1 and phrase.endswith("*"):
                    self._stems.setdefault(parts[0], []).append(label)
                else:
                    self._first.setdefault(parts[0], []).append(_Phrase(label, tuple(parts[1:]), phrase.endswith("*")))
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._inside = {label: pattern for label, written in inside.items() if (pattern := compile_words(written))}

    def find(self, words: Sequence[str]) -> dict[str, set[str]]:
        """The words and phrases among a normal text's tokens that belong to each label; labels without any are left out."""
        found: dict[str, set[str]] = {}
        for label, start, end in self.spans(words):
            found.setdefault(label, set()).add(" ".join(words[start:end]))
        return found

    def spans(self, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """Each label that is found, with the tokens (from, up to) that it is found at, in order of the first."""
        found: list[tuple[str, int, int]] = []
        known = self._known
        for position, word in enumerate(words):
            begins = known[word] if word in known else self._look_up(word)
            if begins is _NOTHING:
                continue
            single, phrases = begins
            found += [(label, position, position + 1) for label in single]
            found += [
                (phrase.label, position, position + 1 + len(phrase.rest))
                for phrase in phrases
                if phrase.follows(words, position + 1)
            ]
        return found

    def _look_up(self, word: str) -> _Found:
        """What can begin at a word; texts repeat their words, so it is kept."""
        single: dict[str, None] = {}
        phrases: list[_Phrase] = []
        for start in range(min(ATTACHED, len(word) - 1) + 1) if _ARABIC.match(word) else (0,):
            part = word[start:]
            for phrase in self._first.get(part, ()):
                if phrase.rest:
                    phrases.append(phrase)
                else:
                    single[phrase.label] = None
            for length in self._lengths:
                if length > len(part):
                    break
                single.update(dict.fromkeys(self._stems.get(part[:length], ())))
        single.update(dict.fromkeys(label for label, pattern in self._inside.items() if pattern.search(word)))
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        found = (tuple(single), tuple(phrases)) if single or phrases else _NOTHING
        self._known[word] = found
        return found


@dataclass(frozen=True, slots=True)
class _Phrase:
    label: str
    rest: tuple[str, ...]
    open_end: bool

    def follows(self, words: Sequence[str], start: int) -> bool:
        """Whether the rest of the phrase stands from a word on."""
        there = words[start : start + len(self.rest)]
        if len(there) < len(self.rest) or tuple(there[:-1]) != self.rest[:-1]:
            return False
        return there[-1].startswith(self.rest[-1]) if self.open_end else there[-1] == self.rest[-1]


_Found = tuple[tuple[str, ...], tuple[_Phrase, ...]]
_NOTHING: _Found = ((), ())
