"""A scenario against what people would say of it; the only reader of truth.jsonl."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifier.evaluation import bcubed, ndcg
from collector.registry import collectors
from wijkblik.collecting import resolved
from wijkblik.datafolder import keys_path, open_store
from wijkblik.demo.publisher import Publisher
from wijkblik.demo.scenario import read_items
from wijkblik.errors import ScenarioError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.intake import item_id
from wijkblik.judging import Judge
from wijkblik.models.stories import FLAGGED, Status
from wijkblik.pipeline import run_round
from wijkblik.settings import Settings, load_settings
from wijkblik.store import Store

FIRST = 12
"""How many stories a person reviews at a time; the figures look at these."""


RELEVANT = 2
"""From this grade on a person says of a story that it is relevant."""


class Truth(BaseModel):
    """One line of truth.jsonl: what people would say of an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    story: str
    relevance: int = Field(ge=0, le=3)
    verification: Status | None
    place: str | None
    themes: tuple[str, ...]
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story of the evaluated day: its place in the list, and the scenario's items in it."""

    rank: int
    story_id: str
    scenario_items: tuple[str, ...]
    status: Status
    relevance: float
    selected_as: str


def evaluate_feed(scenario: str, now: datetime | None = None, *, decisions: int = 0) -> dict[str, Any]:
    """The day's whole list for a scenario, from its publisher to the feed, with figures where there is a truth.

    Before the figures so many `decisions` are made, each of the highest story that is not judged yet: relevant where
    its grade is 2 or more. Everything is collected into a folder of its own that is gone afterwards.
    Raises ScenarioError, also for decisions without a truth, or ConfigError.
    """
    with tempfile.TemporaryDirectory(prefix="wijkblik-evaluate-") as folder:
        settings = load_settings(scenario, now=now, data=Path(folder), database_url=f"sqlite:///{folder}/wijkblik.db")
        if settings.scenario is None:
            raise ScenarioError(f"'{scenario}' is a wijk, not a scenario folder; only a scenario can be evaluated.")
        truth = read_truth(settings.scenario.folder / "truth.jsonl")
        if decisions and not truth:
            raise ScenarioError(f"'{scenario}' has no truth.jsonl, so nothing says what would be decided.")
        stories = _ranked(settings, truth, decisions)
    return {
        "now": settings.now().isoformat(),
        "stories": [
            {
                "rank": one.rank,
                "story_id": one.story_id,
                "scenario_items": list(one.scenario_items),
                "status": one.status,
                "relevance": one.relevance,
                "selected_as": one.selected_as,
            }
            for one in stories
        ],
        "figures": figures(stories, truth) if truth else {},
    }


def read_truth(path: Path) -> dict[str, Truth]:
    """The truth by item id; empty where there is no such file. Raises ScenarioError."""
    if not path.is_file():
        return {}
    found: dict[str, Truth] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                one = Truth.model_validate_json(line)
            except ValidationError as error:
                detail = error.errors()[0]
                raise ScenarioError(
                    f"{path}:{number}: {'.'.join(map(str, detail['loc']))}: {detail['msg']}."
                ) from error
            found[one.id] = one
    return found


def figures(stories: Sequence[Ranked], truth: Mapping[str, Truth]) -> dict[str, float | int]:
    """The figures of the contract, each 0..1 where it is a share."""
    grades = story_grades(truth)
    collected = {item for story in stories for item in story.scenario_items}
    gold = {item: one.story for item, one in truth.items() if item in collected}
    status_of = {item: story.status for story in stories for item in story.scenario_items}
    judged = {
        item: one.verification for item, one in truth.items() if one.verification is not None and item in status_of
    }
    sound = [item for item, status in judged.items() if status not in FLAGGED]
    unsound = [item for item, status in judged.items() if status in FLAGGED]
    top = _first_gold(stories[:FIRST], truth)
    vital = {story for story, grade in grades.items() if grade == 3}
    found = {story for gold in top for story in gold if story in vital}
    return {
        "items": len(status_of),
        "stories": len(stories),
        "ndcg_12": round(ndcg(gains(stories[:FIRST], truth, grades), _best(grades)), 4),
        "grade3_share": round(min(len(found) / min(FIRST, len(vital)), 1.0), 4) if vital else 1.0,
        "bcubed_f1": round(bcubed([one.scenario_items for one in stories], gold)[2], 4),
        "wrongly_flagged": round(_share(status_of[item] in FLAGGED for item in sound), 4),
        "false_flagged": round(_share(status_of[item] in FLAGGED for item in unsound), 4),
    }


def story_grades(truth: Mapping[str, Truth]) -> dict[str, int]:
    """Each gold story's grade: the highest relevance of its items."""
    grades: dict[str, int] = {}
    for one in truth.values():
        grades[one.story] = max(grades.get(one.story, 0), one.relevance)
    return grades


def gains(stories: Sequence[Ranked], truth: Mapping[str, Truth], grades: Mapping[str, int]) -> list[float]:
    """The gain of each place, 2^grade - 1; a gold story counts once, at its first place."""
    return [max((2 ** grades[story] - 1.0 for story in gold), default=0.0) for gold in _first_gold(stories, truth)]


def _ranked(settings: Settings, truth: Mapping[str, Truth], decisions: int) -> list[Ranked]:
    # Invented people in a folder that is gone afterwards: a known key makes ids, and so the sample, repeatable.
    keys = KeyRing(keys_path(settings), new_key=lambda: bytes(32))
    with Publisher(settings).in_background() as publisher, open_store(settings) as store:
        names = _names(settings, publisher, keys)
        judge = Judge(settings, store)
        feed_id = run_round(settings, store, keys, base=publisher.base, judge=judge).feed_id
        stories = _read_list(store, feed_id, names)
        grades, judged = story_grades(truth), set[str]()
        for _ in range(decisions):
            first = next((one for one in stories if one.story_id not in judged), None)
            if first is None:
                break
            judged.add(first.story_id)
            grade = max((grades[truth[item].story] for item in first.scenario_items if item in truth), default=0)
            action = "relevant" if grade >= RELEVANT else "not_relevant"
            store.decisions.add(settings.wijk_key, first.story_id, action, "evaluation", settings.now())
            stories = _read_list(store, judge.judge().feed_id, names)
    return stories


def _read_list(store: Store, feed_id: int, names: Mapping[str, Sequence[str]]) -> list[Ranked]:
    entries = store.feeds.entries(feed_id)
    stories = store.stories.by_ids(entry.story_id for entry, _ in entries)
    return [
        Ranked(
            rank=entry.rank,
            story_id=entry.story_id,
            scenario_items=tuple(
                name for item in stories[entry.story_id].items for name in names.get(item.item_id, ())
            ),
            status=assessment.verification.status,
            relevance=round(assessment.relevance, 6),
            selected_as=entry.selected_as,
        )
        for entry, assessment in entries
    ]


def _names(settings: Settings, publisher: Publisher, keys: KeyRing) -> dict[str, list[str]]:
    """Which items of the scenario each stored item is: what its source's own collector calls it, on a listing of its own."""
    assert settings.scenario is not None
    names: dict[str, list[str]] = {}
    for item in read_items(settings.scenario.folder / "items.jsonl", set(settings.scenario.file.sources)):
        source = settings.wijk.source(item.source)
        assert source is not None, "the publisher has checked that"
        content_type, body = publisher.listing_of(item.source, item.id)
        at_publisher = resolved(source, publisher.base)
        for found in collectors()[source.collector].parse(body, at_publisher, content_type).items:
            names.setdefault(item_id(settings.wijk_key, source, found.entry_id, keys), []).append(item.id)
    return names


def _first_gold(stories: Sequence[Ranked], truth: Mapping[str, Truth]) -> list[list[str]]:
    """The gold stories that each place of the list shows for the first time."""
    seen: set[str] = set()
    found = []
    for story in stories:
        gold = {truth[item].story for item in story.scenario_items if item in truth} - seen
        seen |= gold
        found.append(sorted(gold))
    return found


def _best(grades: Mapping[str, int]) -> list[float]:
    return sorted((2**grade - 1.0 for grade in grades.values()), reverse=True)[:FIRST]


def _share(hits: Any) -> float:
    values = list(hits)
    return sum(values) / len(values) if values else 0.0
