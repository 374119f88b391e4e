"""Texts in a form that words can be looked up in, and their language."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SURE_ENOUGH = 0.8
OTHER, SURE_OF_OTHER = "other", 0.98
"""A language that is none of the wijk's, and how sure it takes to say so: dialect looks like a neighbour's language."""
_OTHERS = ("de", "fr", "es", "it", "pt", "ro", "bg", "ru", "uk", "hu", "el", "zh", "hi", "sw")
LONGEST = 2_000
SHORTEST = 12
"""Below so many letters the language of a text stays unknown."""

_FOLDS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "ß": "s", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ـ": "", "’": "'"}
)
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LINKS = re.compile(r"https?://\S+|\[[a-z-]+\]")


class _Normal(dict[int, str]):
    """The normal form of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(code)).casefold().translate(_FOLDS)
        plain = unicodedata.normalize("NFKD", folded)
        self[code] = found = "".join(char for char in plain if not _is_mark(char))
        return found


def _is_mark(char: str) -> bool:
    """Whether a character is an accent, or one that is not seen: joiners, direction marks, soft hyphens."""
    return bool(unicodedata.combining(char)) or unicodedata.category(char) in {"Cf", "Mn"}


_NORMAL = _Normal()


def normal(text: str) -> str:
    """Lower case, without accents, vowel marks and unseen characters: "Überlast" and "uberlast" are one word."""
    return text.lower() if text.isascii() else text.translate(_NORMAL)


def words(text: str) -> list[str]:
    """The words of a text in normal form; addresses and masks are none."""
    return _WORDS.findall(normal(_LINKS.sub(" ", text)))


def language(text: str, hint: str | None, languages: tuple[str, ...]) -> str | None:
    """The language of a text: one of the wijk's, OTHER, or None when unsure. A source's own word for it goes first."""
    if hint:
        code = hint[:2].lower()
        return code if code in languages else OTHER
    bare = _LINKS.sub(" ", text[:LONGEST])
    if sum(map(str.isalpha, bare)) < SHORTEST:
        return None
    found, probability = _identifier(languages).classify(bare)
    if found in languages:
        return str(found) if probability >= SURE_ENOUGH else None
    return OTHER if probability >= SURE_OF_OTHER else None


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages([code for code in dict.fromkeys((*languages, *_OTHERS)) if code in known] or None)
    return identifier
