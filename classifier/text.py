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
