"""How often relevance was wrong per language, by what a team decided; a language with few judgements gets no learned score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifier.evaluation import interval
from wijkblik.models.stories import Assessment, Reason

MINIMUM = 10
"""Below so many judged stories nothing learned is applied to a language, the wijk's main one apart: too little is known of it."""
EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Rate:
    """Of a language's judged stories the share on the wrong side of an even chance, with a 95 % interval (Wilson)."""

    lang: str
    judged: int
    wrong: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        return self.judged >= MINIMUM


def rates(assessments: Iterable[Assessment], judged: Mapping[str, bool], languages: Sequence[str]) -> list[Rate]:
    """A rate for each of the wijk's languages, in their order. `judged` says of stories whether they were relevant."""
    outcomes: dict[str, list[bool]] = {lang: [] for lang in languages}
    for one in assessments:
        if one.story_id in judged and one.lang in outcomes:
            outcomes[one.lang].append((one.relevance >= EVEN) != judged[one.story_id])
    found = []
    for lang, wrong in outcomes.items():
        low, high = interval(sum(wrong), len(wrong))
        found.append(Rate(lang, len(wrong), sum(wrong) / len(wrong) if wrong else 0.0, low, high))
    return found


def learned_for(
    learned: Mapping[str, tuple[Reason, ...]], lang_of: Mapping[str, str | None], judged: Iterable[str], main: str
) -> dict[str, tuple[Reason, ...]]:
    """What was learned, without the stories in languages that too few were judged of. `lang_of` by story id."""
    counts: dict[str | None, int] = {}
    for story_id in judged:
        lang = lang_of.get(story_id)
        counts[lang] = counts.get(lang, 0) + 1
    return {
        story_id: parts
        for story_id, parts in learned.items()
        if (lang := lang_of.get(story_id)) == main or counts.get(lang, 0) >= MINIMUM
    }
