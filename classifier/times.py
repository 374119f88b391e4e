"""When something takes place, from the words of a text: days, dates, parts of the day and clock times in five languages.

A general date parser takes milliseconds to tens of them for a text; this reads what announcements and reports say and
leaves the rest. A bare weekday is the coming one, unless the text tells of the past.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from classifier.patterns import WordIndex, tokens
from classifier.text import normal
from wijkblik.models.stories import EventTime

NEAR = 60
"""A clock time belongs to the day that is named within so many letters of it."""
MOST = 4
LONGEST = 4_000
"""Letters of a text that are looked at: what takes place is said early."""

_DAYS = {
    "d0": "vandaag|today|bugun|اليوم|dzis|dzisiaj",
    "d1": "morgen|tomorrow|yarin|غدا|jutro",
    "d2": "overmorgen|day after tomorrow|obur gun|بعد غد|pojutrze",
    "d-1": "gisteren|gisteravond|gistermiddag|gisterochtend|yesterday|last night|dun|dun gece|dun aksam|امس|wczoraj",
    "d-2": "eergisteren|day before yesterday|evvelki gun|اول امس|przedwczoraj",
    "d0m": "vanochtend|vanmorgen|this morning|bu sabah|صباح اليوم|dzis rano|dzisiaj rano",
    "d0a": "vanmiddag|this afternoon|bu ogleden sonra|بعد ظهر اليوم|dzis po poludniu",
    "d0e": "vanavond|tonight|this evening|bu aksam|مساء اليوم|الليله|dzis wieczorem|dzisiaj wieczorem",
    "d0n": "vannacht|bu gece|dzis w nocy|dzisiejszej nocy",
    "d1m": "morgenochtend|morgenvroeg|tomorrow morning|yarin sabah|صباح غد|jutro rano",
    "d1a": "morgenmiddag|tomorrow afternoon|yarin ogleden sonra|jutro po poludniu",
    "d1e": "morgenavond|tomorrow evening|tomorrow night|yarin aksam|مساء غد|jutro wieczorem",
    "w0": "maandag*|monday|pazartesi|الاثنين|poniedzialek|poniedzialku",
    "w1": "dinsdag*|tuesday|sali|الثلاثاء|wtorek|wtorku",
    "w2": "woensdag*|wednesday|carsamba|الاربعاء|sroda|srode|srody",
    "w3": "donderdag*|thursday|persembe|الخميس|czwartek|czwartku",
    "w4": "vrijdag*|friday|cuma|الجمعه|piatek|piatku",
    "w5": "zaterdag*|saturday|cumartesi|السبت|sobota|sobote|soboty",
    "w6": "zondag*|sunday|pazar gunu|الاحد|niedziela|niedziele|niedzieli",
    "m1": "januari|january|ocak|يناير|stycznia",
    "m2": "februari|february|subat|فبراير|lutego",
    "m3": "maart|march|mart|مارس|marca",
    "m4": "april|nisan|ابريل|kwietnia",
    "m5": "mei|may|mayis|مايو|maja",
    "m6": "juni|june|haziran|يونيو|czerwca",
    "m7": "juli|july|temmuz|يوليو|lipca",
    "m8": "augustus|august|agustos|اغسطس|sierpnia",
    "m9": "september|eylul|سبتمبر|wrzesnia",
    "m10": "oktober|october|ekim|اكتوبر|pazdziernika",
    "m11": "november|kasim|نوفمبر|تشرين الثاني|listopada",
    "m12": "december|aralik|ديسمبر|grudnia",
    "last": "afgelopen|vorige|last|gecen|الماضي|ubiegly|ubiegla|miniony|minionej",
    "past": "was|waren|werd|werden|heeft|hebben|had|were|happened|oldu|edildi|vardi|وقع|حدث|byl|bylo|byla|doszlo|zostal|zostala",
    "coming": "wordt|worden|gaat|gaan|komt|komen|begint|start|zal|zullen|houdt|organiseert|aanstaande|komende|kom|welkom|vindt plaats|"
    "will|starts|begins|coming|next|olacak|yapilacak|duzenlenecek|baslayacak|سيتم|ستقام|يقام|bedzie|odbedzie|rozpocznie|zapraszamy|najblizsza",
}  # fmt: skip
_PARTS = {"m": (6, 12), "a": (12, 18), "e": (18, 24), "n": (0, 6)}
_PART_OF_WORD = (("ochtend", "m"), ("middag", "a"), ("avond", "e"))
_INDEX = WordIndex({label: written.split("|") for label, written in _DAYS.items()})
_CLOCK = re.compile(
    r"(?<![\d.,-])([01]?\d|2[0-4])[.:]([0-5]\d)(?![\d])(?: ?(am|pm))?|"
    r"(?:om|vanaf|rond|at|saat|o|godz|godz\.|الساعه|from|van|tot) ([01]?\d|2[0-4])(?: ?(uur|u|am|pm))?(?![\w.:-])|"
    r"(?<![\d.,:-])([01]?\d|2[0-4]) ?(uur|am|pm)(?!\w)"
)
_NUMERIC = re.compile(r"(?<![\d.,/-])([0-3]?\d)[-/]([01]?\d)(?:[-/](20\d\d|\d\d))?(?![\d/-])")


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    part: str
    start: int


def find_times(text: str, published: datetime, zone: tzinfo) -> tuple[EventTime, ...]:
    """The moments that a text names, soonest first, read as from when it was published (aware UTC)."""
    plain = normal(text[:LONGEST])
    if not plain.strip():
        return ()
    here = published.astimezone(zone)
    parts = tokens(plain)
    spans = _INDEX.spans(parts)
    numeric = [match for match in _NUMERIC.finditer(plain) if _is_date(match)]
    if not numeric and not any(label[0] in "dwm" for label, _, _ in spans):
        return ()
    places = _offsets(plain, parts)
    days = _days(spans, parts, places, here)
    days += [_Day(one, "", match.start()) for match in numeric if (one := _dated(match, here.date())) is not None]
    clocks = [(match.start(), clock) for match in _CLOCK.finditer(plain) if (clock := _clock(match)) is not None]
    found = {_event(day, clocks, zone) for day in days}
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))[:MOST]


def _days(
    spans: Sequence[tuple[str, int, int]], parts: Sequence[str], places: Sequence[int], here: datetime
) -> list[_Day]:
    labels = [label for label, _, _ in spans]
    past = labels.count("past") > labels.count("coming")
    found = []
    for label, start, end in _longest(spans):
        day: date | None = None
        part = next((part for ending, part in _PART_OF_WORD if parts[start].endswith(ending)), "")
        if label[0] == "d":
            day, part = (
                here.date() + timedelta(days=int(label.rstrip("eamn")[1:])),
                label[-1] if label[-1] in _PARTS else part,
            )
            if label == "d0n" and here.hour >= 14:
                day += timedelta(days=1)
        elif label[0] == "w" and label[1:].isdigit():
            before = {one for one, at, _ in spans if at == start - 1}
            day = _weekday(int(label[1:]), here.date(), past=("last" in before) or (past and "coming" not in before))
        elif label[0] == "m" and label[1:].isdigit():
            number = next((parts[at] for at in (start - 1, end) if 0 <= at < len(parts) and parts[at].isdigit()), "")
            day = _nearest(int(number), int(label[1:]), here.date()) if number else None
        if day is not None:
            found.append(_Day(day, part, places[start]))
    return found


def _longest(spans: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Of day words that overlap the longest, so that "day after tomorrow" is not tomorrow."""
    days = [one for one in spans if one[0][0] in "dwm"]
    return [
        one
        for one in days
        if not any(
            other is not one and other[1] <= one[1] and one[2] <= other[2] and other[2] - other[1] > one[2] - one[1]
            for other in days
        )
    ]


def _weekday(weekday: int, today: date, *, past: bool) -> date:
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead - 7 if past and ahead else ahead)


def _nearest(day: int, month: int, today: date) -> date | None:
    """The date of that day and month that lies nearest to today."""
    dates = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            dates.append(date(year, month, day))
        except ValueError:
            continue
    return min(dates, key=lambda one: abs((one - today).days), default=None)


def _dated(match: re.Match[str], today: date) -> date | None:
    day, month = int(match[1]), int(match[2])
    if match[3] is None:
        return _nearest(day, month, today)
    try:
        return date(int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3]), month, day)
    except ValueError:
        return None


def _is_date(match: re.Match[str]) -> bool:
    """Whether it is a day and a month; without a year both have two digits, for 3-1 is a score."""
    in_full = match[3] is not None or len(match[1]) == len(match[2]) == 2
    return in_full and 1 <= int(match[2]) <= 12 and 1 <= int(match[1]) <= 31


def _clock(match: re.Match[str]) -> time | None:
    hour, minute = int(match[1] or match[4] or match[6]), int(match[2] or 0)
    half = match[3] or match[5] or match[7]
    if half == "pm" and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 else None


def _event(day: _Day, clocks: Sequence[tuple[int, time]], zone: tzinfo) -> EventTime:
    near = [
        (abs(start - day.start), start < day.start, clock) for start, clock in clocks if abs(start - day.start) <= NEAR
    ]
    if near:
        start = datetime.combine(day.day, min(near)[2], zone)
        return EventTime(_utc(start), _utc(start + timedelta(hours=2)), "minute")
    first, last = _PARTS.get(day.part, (0, 24))
    midnight = datetime.combine(day.day, time(), zone)
    precision = "part" if day.part else "day"
    return EventTime(_utc(midnight + timedelta(hours=first)), _utc(midnight + timedelta(hours=last)), precision)  # type: ignore[arg-type]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _offsets(plain: str, parts: Sequence[str]) -> list[int]:
    """Where each token begins."""
    found, at = [], 0
    for part in parts:
        at = plain.index(part, at)
        found.append(at)
        at += len(part)
    return found
