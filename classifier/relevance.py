"""Relevance: the chance that this team wants to see a story, as a sum of reasons in log-odds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from classifier.corrected import NOTHING, PutRight
from classifier.reading import Reading
from wijkblik.models.stories import PlaceMatch, Reason
from wijkblik.models.wijk import RelevanceWeights, Source, Theme, Wijk

NEAR_ALL, FEW = 0.8, 0.34
DOUBTED, SURE_WITHOUT_WORDS = 0.5, 0.6
"""What words are still worth where a theme's head sees nothing in them, and how sure it must be where there are none."""


def relevance(reasons: Iterable[Reason]) -> float:
    """The chance that the reasons add up to.

    >>> round(relevance([Reason("base", -1.0), Reason("place", 1.0)]), 3)
    0.5
    """
    total = sum(reason.value for reason in reasons)
    return 1 / (1 + math.exp(-total)) if total >= 0 else (e := math.exp(total)) / (1 + e)


def reasons_for(
    readings: Sequence[Reading],
    sources: Sequence[Source],
    publishers: int,
    wijk: Wijk,
    themes: Mapping[str, Theme],
    weights: RelevanceWeights,
    right: PutRight = NOTHING,
) -> tuple[Reason, ...]:
    """The reasons of a story for a wijk, strongest first after the base. `sources` are those of its items; `right` is what people put right."""
    found = [
        *_place_reasons(readings, weights, right),
        *_theme_reasons(readings, wijk, themes, weights, right),
        *_rule_reasons(readings),
        *_exclusion_reasons(readings, weights),
        _source_reason(sources, weights),
        Reason("publishers", round(weights.publishers * math.log(max(publishers, 1)), 4), {"count": publishers}),
        Reason("items", round(weights.items * math.log(len(readings)), 4), {"count": len(readings)}),
    ]
    found = [reason for reason in found if reason.value]
    return Reason("base", weights.base), *sorted(found, key=lambda reason: -abs(reason.value))


def story_places(readings: Sequence[Reading], right: PutRight = NOTHING) -> tuple[PlaceMatch, ...]:
    """The places of a story: each at its surest mention, but less sure where few of its items name it; or as people said."""
    if right.places is not None:
        return right.places
    named: dict[str, list[PlaceMatch]] = {}
    for reading in readings:
        for match in reading.places.matches:
            named.setdefault(match.name, []).append(match)
    found = []
    for name, matches in named.items():
        best = max(matches, key=lambda match: match.confidence)
        found.append(PlaceMatch(name, round(best.confidence * _share(len(matches), len(readings)), 3), best.reason))
    return tuple(sorted(found, key=lambda match: (-match.confidence, match.name)))


def story_themes(readings: Sequence[Reading], right: PutRight = NOTHING) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Each theme's strength (0..1, by how many of the items speak of it, and how surely) and its words, strongest first; or as people said, in full."""
    if right.themes is not None:
        return dict.fromkeys(right.themes, (1.0, ()))
    items: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for reading in readings:
        for theme, surely in theme_strengths(reading).items():
            items[theme] += surely  # type: ignore[assignment]
        for theme, found in reading.themes.items():
            hits[theme] += len(found)
            words.setdefault(theme, Counter()).update(found)
    strength = {
        theme: _share(count, len(readings)) * (1.0 if hits[theme] != 1 else 0.8) for theme, count in items.items()
    }
    order = sorted(strength, key=lambda theme: (-strength[theme], -hits[theme], theme))
    return {
        theme: (round(strength[theme], 4), tuple(word for word, _ in words.get(theme, Counter()).most_common(3)))
        for theme in order
    }


def theme_strengths(reading: Reading) -> dict[str, float]:
    """How surely an item is of each theme (0..1): by its words, which the text head may doubt, or by a head that is sure."""
    found = {}
    for theme in reading.themes.keys() | reading.theme_chances.keys():
        chance = reading.theme_chances.get(theme)
        if theme in reading.themes:
            found[theme] = 1.0 if chance is None else min(1.0, DOUBTED + chance)
        elif chance is not None and chance >= SURE_WITHOUT_WORDS:
            found[theme] = chance
    return found


def _share(part: float, whole: int) -> float:
    """1 where about all items agree, less where few do; a single item speaks for itself."""
    return min(1.0, math.sqrt(part / whole / NEAR_ALL))


def _place_reasons(readings: Sequence[Reading], weights: RelevanceWeights, right: PutRight) -> list[Reason]:
    places = story_places(readings, right)
    if right.places is not None and not places:
        return [Reason("elsewhere_by_hand", weights.elsewhere)]
    if places:
        top = places[0]
        code = "place_by_hand" if right.places is not None else "place"
        return [Reason(code, round(weights.place * top.confidence, 4), {"name": top.name})]
    away = Counter(town for reading in readings for town in reading.places.elsewhere)
    if away and sum(bool(reading.places.elsewhere) for reading in readings) / len(readings) > FEW:
        return [Reason("elsewhere", weights.elsewhere, {"name": away.most_common(1)[0][0]})]
    if any(reading.places.names_wijk for reading in readings):
        return [Reason("wijk_named", weights.wijk_named)]
    return [Reason("no_place", weights.no_place)]


def _theme_reasons(
    readings: Sequence[Reading], wijk: Wijk, themes: Mapping[str, Theme], weights: RelevanceWeights, right: PutRight
) -> list[Reason]:
    found = []
    wordless = "_alike" if right.themes is None else "_by_hand"
    weighed = {
        theme: (strength * wijk.themes.get(theme, themes[theme].weight), words)
        for theme, (strength, words) in story_themes(readings, right).items()
    }
    order = sorted(weighed, key=lambda theme: (-weighed[theme][0], theme))
    for position, theme in enumerate(order[:2]):
        strength, words = weighed[theme]
        weight = weights.theme if position == 0 else weights.second_theme
        code = ("theme" if position == 0 else "second_theme") + ("" if words else wordless)
        found.append(Reason(code, round(weight * strength, 4), {"theme": theme, "words": list(words)}))
    return found


def _rule_reasons(readings: Sequence[Reading]) -> list[Reason]:
    counts = Counter(text for reading in readings for text in reading.rules)
    weight = {text: value for reading in readings for text, value in reading.rules.items()}
    return [
        Reason("rule", round(weight[text] * _share(count, len(readings)), 4), {"text": text})
        for text, count in sorted(counts.items())
    ]


def _exclusion_reasons(readings: Sequence[Reading], weights: RelevanceWeights) -> list[Reason]:
    counts = Counter(text for reading in readings for text in reading.exclusions)
    if not counts:
        return []
    excluded = sum(bool(reading.exclusions) for reading in readings)
    text = counts.most_common(1)[0][0]
    return [Reason("exclusion", round(weights.exclusion * excluded / len(readings), 4), {"text": text})]


def _source_reason(sources: Sequence[Source], weights: RelevanceWeights) -> Reason:
    best = max(sources, key=lambda source: (weights.source.get(source.type, 0.0), source.key), default=None)
    if best is None:
        return Reason("source", 0.0)
    return Reason("source", weights.source.get(best.type, 0.0), {"type": best.type, "name": best.name})
