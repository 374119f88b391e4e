"""Words by which a text denies, debunks, or names satire. Alone they prove nothing; verification weighs who says them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.patterns import WordIndex

# A denial in so many words.
_DENIAL = (
    "klopt niet", "kloppen niet", "niet waar", "onjuist*", "berust niet op", "niets van waar", "geen waarheid", "loos alarm", "onwaar",
    "nooit gebeurd", "is niet gebeurd", "heeft niet plaatsgevonden", "weerleg*", "ontkracht*", "uit de lucht gegrepen", "verzonnen",
    "not true", "no truth", "false rumour*", "false rumor*", "did not happen", "untrue", "unfounded", "made up",
    "dogru degil*", "asilsiz*", "yalanla*", "gercegi yansitmiyor", "gercek disi",
    "nieprawda*", "nie jest prawda", "nie doszlo", "dementuj*", "zmyslon*",
    "غير صحيح*", "لا صحه", "لا اساس", "*ينفي", "*تنفي", "*نفت",
)  # fmt: skip
# That something is being said ...
_CLAIM = (
    "gerucht*", "wordt beweerd", "beweren", "bericht rond", "berichten rond", "op sociale media", "op social media", "doorgestuurd*", "zou hebben",
    "rumour*", "rumor*", "on social media", "being shared", "messages going round", "it is claimed",
    "soylenti*", "sosyal medyada", "iddia*", "plotk*", "w mediach spolecznosciowych", "krazy informacja", "pogloska*", "pogloski",
    "*شايعه", "*شايعات", "*مواقع التواصل", "*يتداول", "*متداول*",
)  # fmt: skip
# ... and that it is not so. Only together do the two deny.
_NEGATION = (
    "geen sprake*", "niets gebeurd", "niets aan de hand", "geen aanwijzing*", "geen poging*", "nergens uit gebleken", "geen enkele melding",
    "nothing happened", "no evidence", "no indication*", "there was no", "no attempt",
    "boyle bir olay yok", "olay yasanmadi", "soz konusu degil", "kanit yok", "nic sie nie stalo", "nie bylo", "brak dowodow",
    "لم يحدث", "لم تحدث", "لا دليل", "لا توجد دلايل", "لم تقع",
)  # fmt: skip
_DEBUNK = (
    "oude video", "oud filmpje", "oude beelden", "oude filmpje", "nepnieuws", "nepbericht*", "nepvideo", "factcheck*", "fact-check*", "gefactcheckt",
    "old video", "fake news", "fake video", "old footage", "fact check*",
    "eski video", "eski bir video", "yalan haber",
    "stare nagranie", "stary film*", "fejk*", "falszywk*",
    "فيديو قديم", "مقطع قديم", "خبر كاذب",
)  # fmt: skip
# That something is of another time or place says little alone (a child is "14 jaar oud"); in a denial that speaks of images it debunks them.
_IMAGES = (
    "video*", "filmpje*", "beelden", "opname*", "foto*", "footage", "clip*", "photo*", "picture*", "goruntu*", "nagrani*", "film*", "zdjeci*",
    "*فيديو*", "*مقطع*", "*صور*",
)  # fmt: skip
_ORIGIN = (
    "jaar oud", "jaar oude", "jaar geleden gemaakt", "uit een ander land", "ander land gemaakt", "uit het buitenland", "andere stad",
    "years old", "year-old", "another country", "yillik", "baska bir ulke*", "innego kraju", "بلد اخر",
)  # fmt: skip
# Of images: that they are of something else.
_NOT_OF = (
    "is niet van",
    "zijn niet van",
    "niet opgenomen in",
    "niet gemaakt in",
    "is not from",
    "not filmed in",
    "was not taken",
    "nie pochodz*",
    "ait degil",
    "ليس من",
    "ليست من",
)
# A headline that sets right what is told.
_SET_RIGHT = re.compile(
    r"^\W*(?:(?:nee|no|nie|hayir|لا)[,:]|(?:geen|no|not|brak|nie)\b.{3,60}[,:]\s*(?:wel|maar|but|only|ale|tylko)\b)"
)
_SATIRE = ("satire*", "satirisch*", "satirical*", "satyr*", "hiciv", "mizah*", "*ساخر*", "parodie*", "parody")
_SPREAD = (
    "deel dit", "delen svp", "delen aub", "deel massaal", "zegt het voort", "zegt het door", "stuur dit door", "stuur door naar iedereen", "doorsturen aan iedereen",
    "voordat het wordt verwijderd", "voor het verwijderd wordt", "media zwijgt", "media zwijgen", "wordt stilgehouden", "in de doofpot", "iedereen moet dit weten",
    "share this", "please share", "before it gets deleted", "spread the word", "pass it on", "media won't tell you", "media is silent", "forward to everyone",
    "paylasin", "herkese gonderin", "silinmeden", "yayin", "medya susuyor", "lutfen paylas*",
    "udostepni*", "podaj dalej", "przeslijcie", "zanim usuna", "media milcza",
    "انشروا", "انشر*", "شاركوا", "قبل الحذف", "قبل ان يحذف", "الاعلام صامت", "وصلوها للجميع",
)  # fmt: skip
# That it is over: found, put out, open again.
_RESOLVED = (
    "weer open", "is terecht", "terecht", "gevonden", "teruggevonden", "opgelost", "verholpen", "hersteld", "gaat niet door", "afgelast", "sein brand meester", "brand meester",
    "onder controle", "vrijgegeven", "weer vrij", "weer water", "weer stroom", "is voorbij", "ingetrokken", "loos alarm",
    "reopened", "found safe", "has been found", "resolved", "under control", "cancelled", "called off", "all clear", "restored",
    "bulundu", "yeniden acildi", "kontrol altin*", "iptal edildi", "giderildi", "odnalezion*", "otwart* ponownie", "opanowan*", "odwolan*", "usunieto awarie", "naprawion*",
    "تم العثور", "اعيد فتح", "تحت السيطره", "الغيت", "تم اصلاح", "عادت المياه",
)  # fmt: skip
_INDEX = WordIndex(
    {
        "denial": _DENIAL,
        "claim": _CLAIM,
        "negation": _NEGATION,
        "debunk": _DEBUNK,
        "images": _IMAGES,
        "origin": _ORIGIN,
        "not_of": _NOT_OF,
        "satire": _SATIRE,
        "spread": _SPREAD,
        "resolved": _RESOLVED,
    }
)


@dataclass(frozen=True, slots=True)
class Cues:
    """Whether a text's words deny, debunk, speak of satire, call on others to spread it, or say that it is over."""

    denies: bool = False
    debunks: bool = False
    names_satire: bool = False
    calls_to_spread: bool = False
    resolves: bool = False


def find_cues(words: Sequence[str], headline: str = "") -> Cues:
    """The cues among a normal text's tokens, and in its headline in normal form."""
    said = _INDEX.find(words).keys()
    denies = "denial" in said or said >= {"claim", "negation"} or bool(_SET_RIGHT.match(headline))
    debunks = "debunk" in said or said >= {"images", "not_of"} or (denies and said >= {"images", "origin"})
    return Cues(denies, debunks, "satire" in said, "spread" in said, "resolved" in said)
