"""Words by which a text denies, debunks, or names satire. Alone they prove nothing; verification weighs who says them."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.patterns import compile_words

# A denial in so many words.
_DENIAL = compile_words((
    "klopt niet", "kloppen niet", "niet waar", "onjuist*", "berust niet op", "niets van waar", "geen waarheid", "loos alarm", "onwaar",
    "nooit gebeurd", "is niet gebeurd", "heeft niet plaatsgevonden", "weerleg*", "ontkracht*", "uit de lucht gegrepen", "verzonnen",
    "not true", "no truth", "false rumour*", "false rumor*", "did not happen", "untrue", "unfounded", "made up",
    "dogru degil*", "asilsiz*", "yalanla*", "gercegi yansitmiyor", "gercek disi",
    "nieprawda*", "nie jest prawda", "nie doszlo", "dementuj*", "zmyslon*",
    "غير صحيح*", "لا صحه", "لا اساس", "*ينفي", "*تنفي", "*نفت",
))  # fmt: skip
# That something is being said ...
_CLAIM = compile_words((
    "gerucht*", "wordt beweerd", "beweren", "bericht rond", "berichten rond", "op sociale media", "op social media", "doorgestuurd*", "zou hebben",
    "rumour*", "rumor*", "on social media", "being shared", "messages going round", "it is claimed",
    "soylenti*", "sosyal medyada", "iddia*", "plotk*", "w mediach spolecznosciowych", "krazy informacja", "pogloska*", "pogloski",
    "*شاءعه", "*شاءعات", "*شايعه", "*مواقع التواصل", "*يتداول", "*متداول*",
))  # fmt: skip
# ... and that it is not so. Only together do the two deny.
_NEGATION = compile_words((
    "geen sprake*", "niets gebeurd", "niets aan de hand", "geen aanwijzing*", "geen poging*", "nergens uit gebleken", "geen enkele melding",
    "nothing happened", "no evidence", "no indication*", "there was no", "no attempt",
    "boyle bir olay yok", "olay yasanmadi", "soz konusu degil", "kanit yok", "nic sie nie stalo", "nie bylo", "brak dowodow",
    "لم يحدث", "لم تحدث", "لا دليل", "لا توجد دلاءل", "لم تقع",
))  # fmt: skip
_DEBUNK = compile_words((
    "oude video", "oud filmpje", "oude beelden", "oude filmpje", "jaar oud", "jaar oude", "jaar geleden gemaakt", "uit een ander land", "ander land gemaakt",
    "uit het buitenland", "andere stad", "nepnieuws", "nepbericht*", "nepvideo", "factcheck*", "fact-check*", "gefactcheckt",
    "old video", "years old", "year-old", "another country", "fake news", "fake video", "old footage", "fact check*",
    "eski video", "eski bir video", "yillik", "baska bir ulke*", "yalan haber",
    "stare nagranie", "stary film*", "innego kraju", "fejk*",
    "فيديو قديم", "مقطع قديم", "بلد اخر", "خبر كاذب",
))  # fmt: skip
_SATIRE = compile_words(
    ("satire*", "satirisch*", "satirical*", "satyr*", "hiciv", "mizah*", "*ساخر*", "parodie*", "parody")
)


@dataclass(frozen=True, slots=True)
class Cues:
    """Whether a text's words deny, debunk or speak of satire."""

    denies: bool = False
    debunks: bool = False
    names_satire: bool = False


def find_cues(plain: str) -> Cues:
    """The cues in a normal text."""
    assert _DENIAL and _CLAIM and _NEGATION and _DEBUNK and _SATIRE
    denies = bool(_DENIAL.search(plain)) or bool(_CLAIM.search(plain) and _NEGATION.search(plain))
    return Cues(denies, bool(_DEBUNK.search(plain)), bool(_SATIRE.search(plain)))
