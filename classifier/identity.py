"""Words that name who somebody is: no model sees them, so none can hold them against anyone.

Nationality, origin, religion, orientation, gender and disability, as nouns and adjectives, in five languages, slurs
included. A text reads the same to a model whichever of them it holds.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from classifier.patterns import WordIndex
from classifier.text import normal

MASK = "mensen"
"""What stands for each such word: a plain word, so that a text without one is not told apart by the mark."""

_WORDS = (
    # nl
    "vrouw", "vrouwen", "vrouwelijk*", "man", "mannen", "mannelijk*", "meisje*", "transgender*", "transvrouw*", "transman*", "transmannen", "trans",
    "homo", "homo's", "homos", "homoseksue*", "lesb*", "pot", "potten", "flikker", "flikkers", "nicht", "nichten", "mietje*", "biseksue*", "queer*", "lhbt*",
    "moslim*", "islam*", "mohammedan*", "christen*", "christel*", "jood", "joden", "joods*", "hindoe*", "boeddh*", "katholi*", "protestant*", "gereformeerd*", "atheis*",
    "turk", "turken", "turks*", "marokka*", "marokkaan*", "mocro*", "surina*", "antillia*", "somali*", "syrier*", "syrisch*", "irak*", "iran*", "afgha*", "eritre*",
    "polen", "pool", "pools", "poolse", "bulgaar*", "bulgar*", "roemeen*", "roemenen", "roma", "sinti", "zigeuner*", "chinees*", "chinezen", "arabier*", "arabisch*",
    "afrika*", "aziat*", "nigeri*", "ghanee*", "ghanez*", "oekrain*", "rus", "russen", "russisch*", "duits*", "belg", "belgen", "belgisch*", "antilli*", "indones*", "moluk*", "neger*", "nikker*", "zwarte", "zwarten",
    "zwart", "blanke*", "blank", "kleurling*", "allochto*", "autochto*", "buitenland*", "immigrant*", "migrant*", "vluchteling*", "asielzoeker*",
    "statushouder*", "gelukszoeker*", "gehandicapt*", "invalide*", "mongool", "mongolen", "spast", "spasten", "kreupel*", "autist*", "blinden", "doven", "bejaard*",
    "hoofddoek*", "wijf", "wijven", "hoer", "hoeren", "slet", "sletten", "teef", "teven", "kutmarokka*", "geitenneuker*", "spleetog*", "zandneger*", "roetmop*", "bontkraag*", "niknok*", "kansenparel*", "haatbaard*", "kamelenneuker*", "sodomiet*", "manwijf", "manwijven", "cultuurverrijker*", "debiel*",
    # en
    "woman", "women", "female*", "men", "male", "gay*", "lesbian*", "transgend*", "bisexual*", "muslim*", "moslem*", "islamic", "christian*", "jew", "jews", "jewish", "hindu*",
    "catholic*", "turkish", "turks", "moroccan*", "polish", "poles", "bulgarian*", "romanian*", "syrian*", "somali*", "arab", "arabs", "african*", "asian*", "chinese",
    "black", "immigrant*", "migrant*", "refugee*", "asylum", "foreigner*", "disabled", "gypsies", "gypsy", "ukrainian*", "dutch", "nederlander*", "nederlands*",
    # tr
    "kadin*", "musluman*", "hristiyan*", "yahudi*", "turk*", "fasli*", "suriyeli*", "arap*", "kurt", "kurtler*", "kurtce", "polonyali*", "escinsel*", "gocmen*", "multeci*", "siginmaci*", "siyahi*", "yabanci*",
    # pl
    "kobiet*", "muzulman*", "chrzescijan*", "zyd*", "turek", "turk*", "marokan*", "syryj*", "arabow", "arabski*", "polak", "polacy", "polakow", "polsk*", "gej*", "lesbijk*", "imigrant*", "uchodz*", "obcokrajow*",
    "cudzoziem*", "ukrain*", "rumun*", "bulgar*", "cygan*", "romow", "czarnoskor*",
    # ar
    "*نساء", "*مسلمين*", "*مسلم", "*مسلمون", "*مسيحي*", "*يهود*", "*اتراك", "*تركي", "*مغاربه", "*مغربي", "*سوري*", "*عرب", "*بولندي*", "*لاجيين", "*لاجي", "*مهاجرين", "*اجانب", "*مثليين", "*افارقه",
)  # fmt: skip


SHORTEST_MISSPELT = 6


def _as_misspelt(word: str) -> list[str]:
    """A long word with one letter left out, the first apart."""
    stem, end = word.strip("*"), "*" if word.endswith("*") else ""
    if word.startswith("*") or len(stem) < SHORTEST_MISSPELT or not stem.isalpha():
        return []
    return [stem[:at] + stem[at + 1 :] + end for at in range(1, len(stem))]


_INDEX = WordIndex({"identity": [*_WORDS, *(one for word in _WORDS for one in _as_misspelt(word))]})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_AGAIN = re.compile(rf"{MASK}(?:[ ]+(?:{MASK}|personen|persoon|people|person|mens))+", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def _names_somebody(word: str) -> bool:
    return bool(_INDEX.spans([word.partition("'")[0]]))


def masked(text: str) -> str:
    """A text with every word for who somebody is as the same plain word; the rest, capitals too, as it was."""
    composed = unicodedata.normalize("NFC", text)
    plain = normal(composed)
    if len(plain) != len(composed):
        composed = plain
    pieces, end = [], 0
    for match in _WORD.finditer(plain):
        if _names_somebody(match.group()):
            pieces += [composed[end : match.start()], MASK]
            end = match.end()
    if not pieces:
        return composed
    return _AGAIN.sub(MASK, "".join([*pieces, composed[end:]]))
