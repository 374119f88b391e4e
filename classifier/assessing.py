"""One story's assessment: its title, places, themes, relevance and verification, each with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifier.corrected import decided_status, put_right
from classifier.outlook import Growth, forecast
from classifier.reading import Reading
from classifier.rebuttals import Rebuttals
from classifier.relevance import reasons_for, relevance, story_places, story_themes
from classifier.urgency import is_resolved, urgent
from classifier.verification import independent_publishers, verify
from wijkblik.models.stories import Assessment, Correction, EventTime
from wijkblik.models.wijk import RelevanceWeights, Source, Theme, Wijk

VERSION = "rules-1"
TITLE_LENGTH = 120
_TITLE_FROM = ("official", "news", "service", "community", "residents", "reports", "satire", "social")


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a wijk's stories are judged by at a moment."""

    wijk: Wijk
    themes: Mapping[str, Theme]
    weights: RelevanceWeights
    now: datetime
    growth: Growth = Growth()  # noqa: RUF009 - frozen
    rebuttals: Rebuttals = Rebuttals()  # noqa: RUF009 - frozen


def assess(
    story_id: str, readings: Sequence[Reading], by: Yardstick, corrections: Mapping[str, Correction]
) -> Assessment:
    """The assessment of a story from its items' readings, oldest first, and what people put right (by kind)."""
    wijk = by.wijk
    sources = {source.key: source for source in wijk.sources}
    publishers = independent_publishers(readings, sources)
    told_by = [sources[reading.item.source_key] for reading in readings if reading.item.source_key in sources]
    right = put_right(corrections, {place.name for place in wijk.places}, by.themes)
    reasons = reasons_for(readings, told_by, publishers, wijk, by.themes, by.weights, right)
    titled = _title_from(readings, sources, wijk.languages[0])
    places = story_places(readings, right)
    proposed = verify(readings, sources, by.rebuttals, places[0].name if places else None)
    verification = decided_status(proposed, corrections)
    away = right.places is not None and not right.places
    here = bool(places) or (not away and any(reading.places.names_wijk for reading in readings))
    return Assessment(
        story_id=story_id,
        title=_title(titled),
        lang=titled.lang,
        relevance=relevance(reasons),
        reasons=reasons,
        themes=tuple(story_themes(readings, right)),
        places=places,
        verification=verification,
        publishers=publishers,
        words=sum(len(reading.words) for reading in readings),
        model_version=VERSION,
        items=len(readings),
        newest_at=max(reading.item.at for reading in readings),
        event=story_event(readings, by.now),
        urgent=urgent(readings, sources, verification, here, by.now),
        resolved=is_resolved(readings, sources),
        outlook=forecast([reading.item.at for reading in readings], by.now, growth=by.growth),
    )


def story_event(readings: Sequence[Reading], now: datetime) -> EventTime | None:
    """What of a story is still to come or under way: the moment that most items name, the most exact of that day."""
    named = [one for reading in readings for one in set(reading.times) if one.end > now]
    if not named:
        return None
    days = Counter(one.start.date() for one in named)
    exact = {"minute": 0, "part": 1, "day": 2}
    most = max(days.values())
    return min(
        (one for one in named if days[one.start.date()] == most),
        key=lambda one: (one.start.date(), exact[one.precision], one.start),
    )


def _title_from(readings: Sequence[Reading], sources: Mapping[str, Source], main_language: str) -> Reading:
    """The item that names the story: in the main language where there is one, on its main theme, by the most settled publisher, the first told."""
    languages = Counter(reading.lang for reading in readings)
    theme = next(iter(story_themes(readings)), None)

    def order(reading: Reading) -> tuple[bool, bool, int, bool, str, str]:
        source = sources.get(reading.item.source_key)
        settled = _TITLE_FROM.index(source.type) if source else len(_TITLE_FROM)
        in_main = reading.lang == main_language or main_language not in languages
        off_topic = theme is not None and theme not in reading.themes
        return (
            not in_main,
            off_topic,
            settled,
            not reading.item.title,
            reading.item.at.isoformat(),
            reading.item.item_id,
        )

    return min(readings, key=order)


def _title(reading: Reading) -> str:
    if reading.item.title:
        return reading.item.title
    line = " ".join(reading.item.text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
