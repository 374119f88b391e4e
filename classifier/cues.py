"""Words by which a text denies, debunks, or names satire. Alone they prove nothing; verification weighs who says them."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.patterns import compile_words

_DENIAL = compile_words((
    "klopt niet", "kloppen niet", "niet waar", "geen sprake van", "onjuist*", "berust niet op", "niets van waar", "geen waarheid",
    "geen aanwijzing*", "nooit gebeurd", "is niet gebeurd", "heeft niet plaatsgevonden", "gerucht*", "loos alarm", "onwaar", "weerleg*", "ontkracht*",
    "not true", "no truth", "false rumour*", "false rumor*", "rumour*", "rumor*", "did not happen", "untrue", "unfounded",
    "dogru degil*", "asilsiz*", "soylenti*", "yalanla*", "gercegi yansitmiyor",
    "nieprawda*", "plotk*", "nie doszlo", "dementuj*", "nie potwierdz*",
    "غير صحيح*", "*اشاعه", "*شاءعه*", "*شاءعات", "*شايعه*", "لا صحه", "نفت *", "*تنفي", "لا اساس",
))  # fmt: skip
_DEBUNK = compile_words((
    "oude video", "oud filmpje", "oude beelden", "oude filmpje", "jaar oud", "jaar oude", "uit een ander land", "uit het buitenland",
    "andere stad", "nepnieuws", "nepbericht*", "nepvideo", "factcheck*", "fact-check*", "gefactcheckt", "eerder al rondging",
    "old video", "years old", "year-old", "another country", "fake news", "fake video", "old footage", "fact check*",
    "eski video", "eski bir video", "yillik", "baska bir ulke*", "yalan haber",
    "stare nagranie", "stary film*", "sprzed * lat", "innego kraju", "z innego kraju", "fejk*",
    "فيديو قديم", "مقطع قديم", "بلد اخر", "خبر كاذب",
))  # fmt: skip
_SATIRE = compile_words((
    "satire*", "satirisch*", "satirical*", "satyr*", "hiciv", "mizah*", "*ساخر*", "parodie*", "parody",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cues:
    """Whether a text's words deny, debunk or speak of satire."""

    denies: bool = False
    debunks: bool = False
    names_satire: bool = False


def find_cues(plain: str) -> Cues:
    """The cues in a normal text."""
    assert _DENIAL and _DEBUNK and _SATIRE
    return Cues(bool(_DENIAL.search(plain)), bool(_DEBUNK.search(plain)), bool(_SATIRE.search(plain)))
