"""What relevance is learned from: a story's traits by name and its text, never who wrote it or in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from classifier.learning import Sketch
from classifier.reading import Reading
from classifier.relevance import relevance, story_themes
from wijkblik.models.stories import Assessment, Decision, ModelRecord, Reason
from wijkblik.models.wijk import Source

RELEVANT = frozenset({"relevant", "briefing", "done"})
"""Decisions that say that a team wanted to see a story; `not_relevant` says the opposite."""
SHORT = 600
"""Letters of each item that are looked at, and at most so many items."""
MOST_ITEMS = 8


def sketch(readings: Sequence[Reading], assessment: Assessment, sources: Mapping[str, Source]) -> Sketch:
    """A story as it is learned by."""
    told = story_themes(readings)
    # A theme that a person gave has no strength of its own.
    traits = {f"theme:{theme}": told[theme][0] if theme in told else 1.0 for theme in assessment.themes}
    traits |= {f"place:{place.name}": place.confidence for place in assessment.places}
    for reading in readings:
        if (source := sources.get(reading.item.source_key)) is not None:
            traits[f"source:{source.key}"] = 1.0
            traits[f"type:{source.type}"] = 1.0
    text = "\n".join(f"{one.item.title} {one.item.text[:SHORT]}" for one in readings[:MOST_ITEMS])
    return Sketch(assessment.story_id, text, traits, sum(reason.value for reason in assessment.reasons))


def with_learned(assessment: Assessment, learned: Sequence[Reason], version: int) -> Assessment:
    """An assessment by the rules with what was learned added to it."""
    if not learned:
        return assessment
    reasons = (*assessment.reasons, *learned)
    model = f"{assessment.model_version}+learned-{version}"
    return replace(assessment, reasons=reasons, relevance=relevance(reasons), model_version=model)


def judgements(decisions: Mapping[str, Decision], versions: Sequence[ModelRecord]) -> dict[str, bool]:
    """What the decisions say of stories, without those that a person went back behind. `versions` in any order."""
    last = {one.version: one.last_decision for one in versions}
    left_out = [(last.get(one.back_to, 0), one.last_decision) for one in versions if one.back_to is not None]
    return {
        story_id: one.action in RELEVANT
        for story_id, one in decisions.items()
        if not any(first < one.decision_id <= until for first, until in left_out)
    }
