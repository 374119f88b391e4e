"""Named things in a text: streets and the like by their endings, other names by their capitals, and numbers.

No list of places is needed, so a street that nobody configured still tells two happenings apart, in any language
that writes Dutch street names in Latin letters. Names of things only: what is found is compared, never shown or kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifier.text import normal

_TOKEN = re.compile(r"[^\W_]+")
_LINK = re.compile(r"https?://\S+|\[[a-z-]+\]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = re.compile(r"(?<![\w.,:])\d{1,4}(?:[.:]\d{2})?(?![\w:]|[.,]\d)")
_BEFORE_A_SENTENCE = frozenset('.!?:…\n"“‘»>-*')
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_ARABIC = re.compile("[\u0600-\u06ff]")

# A word that ends so is a place however it is written; a common word that does is in _COMMON.
_ENDINGS = ("straat", "laan", "plein", "gracht", "kade", "singel", "dreef", "plantsoen", "steeg", "burgwal")
# These end common words too, so the name needs its capital.
_ENDINGS_OF_NAMES = (
    "weg", "pad", "park", "hof", "dijk", "brug", "tunnel", "markt", "wal", "flat", "plas", "bos", "haven", "poort", "veld",
    "kamp", "berg", "dal", "wijk", "kwartier", "meer", "sluis", "toren", "molen", "hoek", "akker", "donk", "eind", "rode",
)  # fmt: skip
_COMMON = frozenset(
    [
        "schoolplein",
        "marktplein",
        "winkelstraat",
        "zijstraat",
        "straat",
        "laan",
        "plein",
        "gracht",
        "kade",
        "singel",
        "voorlaan",
        "achterstraat",
        "dorpsplein",
        "stationsplein",
        "parkeerplein",
        "buurtplein",
        "speelplein",
        "dwarsstraat",
        "sportpark",
        "speeltuinpark",
        "zwempark",
        "omweg",
        "snelweg",
        "voetpad",
        "fietspad",
        "wandelpad",
        "zebrapad",
        "toevallig",
    ]
)
_SHORT = re.compile(r"(\w{3,})str$")
LONGEST_NAMES = 60
"""Names that are looked at of one text; a longer list is no happening."""


@dataclass(frozen=True, slots=True)
class Names:
    """Places by their endings, other names, and numbers, each in normal form."""

    places: frozenset[str]
    others: frozenset[str]
    numbers: frozenset[str]


def find_names(title: str, text: str) -> Names:
    """The named things of a text, as it was written."""
    places: set[str] = set()
    others: set[str] = set()
    for part in (title, text):
        _collect(_LINK.sub(" ", part), places, others)
    numbers = frozenset(one.replace(":", ".") for one in _NUMBER.findall(f"{title}\n{text}"))
    return Names(frozenset(places), frozenset(sorted(others - places)[:LONGEST_NAMES]), numbers)


def _collect(text: str, places: set[str], others: set[str]) -> None:
    shouted = sum(map(str.isupper, text)) > 0.4 * max(len(text), 1)
    arabic = bool(_ARABIC.search(text))
    for match in _TOKEN.finditer(text):
        word = match.group()
        if len(word) < 3 or word.isdigit():
            continue
        tagged = match.start() > 0 and text[match.start() - 1] == "#"
        plain = _full(normal(word))
        capital = word[0].isupper() and not shouted
        if plain not in _COMMON and (plain.endswith(_ENDINGS) or (capital and plain.endswith(_ENDINGS_OF_NAMES))):
            if len(plain) > 5:
                places.add(plain)
        elif tagged:
            others.update(normal(part) for part in _CAMEL.split(word) if len(part) > 2)
        elif (capital and not _begins(text, match.start())) or (arabic and _LATIN.match(word)):
            others.add(plain)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here: there a capital says nothing."""
    before = text[max(start - 3, 0) : start].rstrip(" ")
    return start == 0 or not before or before[-1] in _BEFORE_A_SENTENCE


def _full(word: str) -> str:
    return _SHORT.sub(r"\1straat", word)
