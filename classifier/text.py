"""Texts in a form that words can be looked up in, and their language."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SURE_ENOUGH = 0.8
SHORTEST = 12
"""Below so many letters the language of a text stays unknown."""

_FOLDS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "ß": "s", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ـ": "", "’": "'"}
)
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LINKS = re.compile(r"https?://\S+|\[[a-z-]+\]")


def normal(text: str) -> str:
    """Lower case, without accents and vowel marks: "Überlast" and "uberlast" are one word."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_FOLDS)
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text in normal form; addresses and masks are none."""
    return _WORDS.findall(normal(_LINKS.sub(" ", text)))


def language(text: str, hint: str | None, languages: tuple[str, ...]) -> str | None:
    """The language of a text: the source's own word for it, else the likeliest of the wijk's; None when unsure."""
    if hint:
        return hint
    bare = _LINKS.sub(" ", text)
    if sum(char.isalpha() for char in bare) < SHORTEST:
        return None
    found, probability = _identifier(languages).classify(bare)
    return str(found) if probability >= SURE_ENOUGH else None


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages([code for code in languages if code in known] or None)
    return identifier
