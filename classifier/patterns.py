"""Words and phrases of a configuration as one regular expression over normal text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifier.text import normal

WORD_START = r"(?<![^\W\u0600-\u06ff])"
"""No word character before, Arabic letters apart: Arabic writes 'and' and 'in' against the next word, Latin names too."""


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
