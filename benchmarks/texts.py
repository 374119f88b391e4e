"""Invented Dutch local news of varied length, the same for the same seed."""

from __future__ import annotations

import random
from html import escape

PLACES = (
    "de Spoelstraat", "het Spoelplein", "het Weverspark", "de Kettinggracht", "de Spinnerijkade", "de Twijnhof",
    "winkelcentrum De Haspel", "station Lindevoort-Zuid", "de Jacquardtunnel", "sportpark De Inslag", "de Garenflat",
    "buurthuis De Draad", "de Vlaslaan", "het Katoenpad", "basisschool De Klos",
)  # fmt: skip
SUBJECTS = (
    "De gemeente", "Een groep bewoners", "Het wijkteam", "De jongerenwerker", "Een getuige", "De marktmeester",
    "Het waterbedrijf", "De buurtvereniging", "Een coördinator van de opvang", "De ondernemersvereniging",
    "De brandweer", "Eén van de omwonenden", "De beheerder", "Het schoolbestuur",
)  # fmt: skip
DEEDS = (
    "meldt overlast bij", "plaatst camera's bij", "houdt zaterdag een open dag in", "sluit tijdelijk een deel van",
    "vraagt aandacht voor het verkeer rond", "ruimt het zwerfvuil op bij", "waarschuwt voor oplichters in",
    "onderzoekt een brand bij", "plant nieuwe bomen langs", "praat met jongeren bij", "herstelt de verlichting van",
    "vond gereedschap terug bij", "wil meer toezicht op", "organiseert een rommelmarkt op",
)  # fmt: skip
TAILS = (
    "volgende week", "na klachten uit de buurt", "tot en met vrijdag", "zonder dat iemand gewond raakte",
    "om half acht 's avonds", "met hulp van vrijwilligers", "zoals vorig jaar", "voor € 12.500", "sinds maandag 3 november",
    "in overleg met de politie", "omdat de ideeën daarvoor op waren", "ondanks de regen",
)  # fmt: skip
ASIDES = (
    "Wie iets gezien heeft, kan bellen met 0900-8844.",
    "Het gesprek duurde tot laat – en wordt voortgezet.",
    "De inloop is op 12-11-2026 van 19.30 tot 21.00 uur.",
    "Meer staat op de pagina van de gemeente.",
    "Dat is drie keer zoveel als in 2024.",
    "Koffie & thee staan klaar; aanmelden hoeft niet.",
)  # fmt: skip
PRIVATE = (
    "Vragen? Mail naar info@buurt-lindevoort.example of bel 06 12345678.",
    "Volgens @buurtpraat_lindevoort was het eerder ook al onrustig.",
    "De auto, met kenteken XX-99-YY, stond er al weken.",
)
"""What masking is for; one text in twenty or so holds one of these."""
AUTHORS = ("Redactie", "M. de Wever", "S. van Linnen", "Buurtredactie Zuid", "A. Kettinga")
LENGTHS = (1, 2, 2, 3, 3, 4, 6, 9, 14)
"""Sentences in a text; drawn evenly."""


def title(dice: random.Random) -> str:
    """A headline of some eight words."""
    return f"{dice.choice(SUBJECTS)} {dice.choice(DEEDS)} {dice.choice(PLACES)}"


def body(dice: random.Random) -> str:
    """A text as HTML, as content systems write it: paragraphs, links, lists, pictures, now and then a script."""
    sentences = [_sentence(dice) for _ in range(dice.choice(LENGTHS))]
    parts = [f"<p>{' '.join(sentences[start : start + 3])}</p>" for start in range(0, len(sentences), 3)]
    draw = dice.random()
    if draw < 0.25:
        parts.insert(0, '<img src="/beeld/foto.jpg" alt="" width="640" style="float:left" /><br/>')
    elif draw < 0.4:
        parts.append(f"<ul><li>{_sentence(dice)}</li><li>{_sentence(dice)}</li></ul>")
    elif draw < 0.45:
        parts.append('<script>document.write("teller")</script><p onclick="volg()">Deel dit bericht</p>')
    if dice.random() < 0.5:
        parts.append('<p><a href="/lees-verder" target="_blank" class="meer">Lees verder &raquo;</a></p>')
    return "\n".join(parts)


def _sentence(dice: random.Random) -> str:
    draw = dice.random()
    if draw < 0.2:
        return escape(dice.choice(PRIVATE if draw < 0.01 else ASIDES), quote=False)
    return f"{dice.choice(SUBJECTS)} {dice.choice(DEEDS)} <strong>{dice.choice(PLACES)}</strong> {dice.choice(TAILS)}."
