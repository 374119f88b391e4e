"""What can't wait for the next shift: a child missing, violence or danger to life under way, here and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from classifier.patterns import WordIndex, tokens
from classifier.reading import Reading
from classifier.text import normal
from wijkblik.models.stories import FLAGGED, Verification
from wijkblik.models.wijk import Source

FRESH = timedelta(hours=3)
"""What was last told longer ago is no longer under way."""
_INDEX = WordIndex({
    "missing_child": (
        "kind vermist", "kind kwijt", "vermist kind", "vermiste kind*", "jongen vermist", "jongetje vermist", "meisje vermist", "vermist meisje", "vermiste jongen",
        "jongetje kwijt", "meisje kwijt", "zoontje kwijt", "dochtertje kwijt", "zoon kwijt", "dochter kwijt", "zoontje is weg", "dochtertje is weg", "amber alert", "kleuter vermist", "peuter vermist",
        "missing child", "missing boy", "missing girl", "child missing", "lost child", "little girl missing", "little boy missing", "can't find my son", "can't find my daughter",
        "kayip cocuk", "cocuk kayboldu", "oglum kayboldu", "kizim kayboldu", "cocuk kayip", "oglumu bulamiyor*", "kizimi bulamiyor*",
        "zaginelo dziecko", "zaginal chlopiec", "zaginela dziewczynka", "zgubilo sie dziecko", "zaginione dziecko",
        "طفل مفقود", "طفله مفقوده", "فقدان طفل", "ضاع ابني", "ضاعت ابنتي", "اختفاء طفل", "اختفاء طفله",
    ),
    "violence": (
        "steekpartij", "neergestoken", "wordt gestoken", "met een mes", "schietpartij", "er wordt geschoten", "schoten gehoord", "hoor schoten", "wordt nu gevochten", "massale vechtpartij",
        "vechtpartij nu", "gijzeling", "gijzelt", "slaat zijn vrouw", "wordt mishandeld", "rellen nu", "man met een bijl", "man met een mes", "man met een wapen", "overval bezig",
        "stabbing", "being stabbed", "shots fired", "shooting now", "man with a knife", "man with a gun", "big fight", "hostage",
        "bicaklaniyor", "bicakli saldiri", "silah sesleri", "ates ediyor*", "kavga var", "bicakli adam",
        "strzelanina", "slychac strzaly", "nozownik", "bija sie", "mezczyzna z nozem",
        "اطلاق نار", "طعن الان", "رجل يحمل سكين", "شجار كبير",
    ),
    "danger": (
        "mensen zitten vast", "mensen ingesloten", "iemand in het water gevallen", "kind in het water", "gaslucht nu", "gaslek", "ontruim nu", "iedereen naar buiten", "bommelding", "dreigt te springen", "ligt bewusteloos",
        "people trapped", "child in the water", "gas leak", "everyone out", "bomb threat", "about to jump", "unconscious",
        "mahsur kald*", "gaz kacagi", "herkes disari", "bomba ihbari", "suya dustu",
        "ludzie uwiezieni", "wyciek gazu", "wszyscy na zewnatrz", "alarm bombowy", "wpadlo do wody",
        "محاصرون", "تسرب غاز", "الجميع للخارج", "تهديد بقنبله", "سقط في الماء",
    ),
})  # fmt: skip


def urgent(
    readings: Sequence[Reading], sources: Mapping[str, Source], verification: Verification, here: bool, now: datetime
) -> str | None:
    """Why a story can't wait, as a code (missing_child, violence, danger), or None.

    `here` says that it is about this wijk. What is denied, satire, over, or last told hours ago can wait.
    """
    fresh = [one for one in readings if now - one.item.at <= FRESH and one.item.at <= now + FRESH]
    if not here or not fresh or verification.status in FLAGGED or is_resolved(readings, sources):
        return None
    found = {
        code
        for one in fresh
        for code in _INDEX.find(tokens(normal(f"{one.item.title}\n{one.item.text}")))
        if not one.cues.denies and not one.cues.debunks
    }
    return next((code for code in ("missing_child", "violence", "danger") if code in found), None)


def is_resolved(readings: Sequence[Reading], sources: Mapping[str, Source]) -> bool:
    """Whether the last word of someone who can know is that it is over."""
    settled = [
        one
        for one in readings
        if (source := sources.get(one.item.source_key)) and source.type in {"official", "service", "news"}
    ]
    return bool(settled) and settled[-1].cues.resolves
