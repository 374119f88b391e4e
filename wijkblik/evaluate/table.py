"""All figures of judgement in one table (docs/evaluation.md), from labelled sets that are for measuring only.

Sets of texts are measured by cross-validation on their training part, with a 95 % interval over the folds, and on their
`dev` part; sets with events by leaving whole events out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict
from sklearn.model_selection import StratifiedKFold

from classifier.evaluation import average_precision, bcubed, classification
from classifier.features import HashedText
from classifier.outlook import forecast
from classifier.textmodel import build_text_model
from wijkblik.errors import EvaluationError
from wijkblik.evaluate.fairness import MOST, read_templates, swaps
from wijkblik.evaluate.feed import evaluate_feed
from wijkblik.evaluate.learning import PoolLine
from wijkblik.evaluate.learning import run as run_learning
from wijkblik.evaluate.lines import read_lines
from wijkblik.evaluate.stories import ItemLine, group
from wijkblik.evaluate.text import LabelledLine
from wijkblik.settings import load_settings

FOLDS = 4
TASKS = {"1A": "check-worthy", "1B": "claim", "1C": "harmful", "1D": "attention-worthy"}
BUDGET = 100
SNOWFLAKE_EPOCH = 1288834974657
"""Milliseconds since 1970 from which post ids count, in the bits above 22."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what was measured on what, and the figures as text."""

    task: str
    figures: str
    baseline: str
    target: str


class EventLine(BaseModel):
    """A post about an event with its label; its id tells when it was written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    event: str
    text: str
    label: str


class StoryLine(BaseModel):
    """The story of an item."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    story: str


def measure(
    data: Path, stories: Path, scenarios: Sequence[str], progress: Progress = lambda task: None
) -> Iterator[Row]:
    """The rows, each as soon as it is there. `data` holds the labelled sets, `stories` items.jsonl and truth.jsonl.

    Raises EvaluationError for a folder without any of the sets.
    """
    if not (data / "checkthat22").is_dir():
        raise EvaluationError(data, None, "there are no labelled sets here (checkthat22/, satire_nl/, ...)")
    steps: list[tuple[str, Callable[[], list[Row]]]] = [
        *((f"nl {task}", lambda task=task: [_checkthat(data, "nl", task)]) for task in TASKS),
        ("tr, ar, en 1A-1C", lambda: [_other_languages(data)]),
        ("satire", lambda: [_satire(data)]),
        ("Constraint 2021", lambda: [_constraint(data)]),
        ("CrisisLexT26", lambda: [_crisis(data)]),
        ("learning", lambda: [_learning(data)]),
        ("stories", lambda: [_stories(stories)]),
        ("outlook", lambda: [_outlook(data)]),
        ("identity words", lambda: [_swaps(data)]),
        *((f"feed {name}", lambda name=name: _feed(name)) for name in scenarios),
    ]
    for name, step in steps:
        progress(name)
        yield from step()


def as_markdown(rows: Sequence[Row]) -> str:
    """The table."""
    lines = ["| task | measured | baseline | aim |", "|---|---|---|---|"]
    return (
        "\n".join([*lines, *(f"| {row.task} | {row.figures} | {row.baseline} | {row.target} |" for row in rows)]) + "\n"
    )


def _checkthat(data: Path, lang: str, task: str) -> Row:
    train, dev = (
        read_lines(data / "checkthat22" / f"{lang}_{task}_{part}.jsonl", LabelledLine) for part in ("train", "dev")
    )
    folds, held = _cross_validated(train), _fitted(train, dev)
    wanted = {
        "1A": ("macro_f1", "ap"),
        "1B": ("accuracy", "macro_f1"),
        "1C": ("ap", "macro_f1"),
        "1D": ("weighted_f1", "macro_f1"),
    }
    known = {
        "1A": ("macro-F1 .637 / AP .606", ".67 / .62"),
        "1B": ("accuracy .736", ".76"),
        "1C": ("AP .373", ".42"),
        "1D": ("weighted F1 .730 / macro-F1 .223", ".75 / .28"),
    }
    text = "; ".join(f"{_name(one)} {_spread(folds, one)} (dev {held[one]:.3f})" for one in (*wanted[task], "ece"))
    return Row(f"{lang} {task} {TASKS[task]}", text, *known[task])


def _other_languages(data: Path) -> Row:
    figures = []
    for lang in ("tr", "ar", "en"):
        for task in ("1A", "1B", "1C"):
            train, dev = (
                read_lines(data / "checkthat22" / f"{lang}_{task}_{part}.jsonl", LabelledLine)
                for part in ("train", "dev")
            )
            figures.append(_fitted(train, dev)["macro_f1"])
    return Row("tr, ar, en: mean of 1A-1C macro-F1", f"dev {np.mean(figures):.3f}", ".693", ".71")


def _satire(data: Path) -> Row:
    folds = _cross_validated(read_lines(data / "satire_nl" / "train.jsonl", LabelledLine))
    return Row(
        "Dutch satire", f"macro-F1 {_spread(folds, 'macro_f1')}; ECE {_spread(folds, 'ece')}", "macro-F1 .847", ".87"
    )


def _constraint(data: Path) -> Row:
    train, dev = (read_lines(data / "constraint21" / f"{part}.jsonl", LabelledLine) for part in ("train", "dev"))
    held = _fitted(train, dev)
    return Row(
        "Constraint 2021",
        f"weighted F1 {held['weighted_f1']:.3f}; AP {held['ap']:.3f}; ECE {held['ece']:.3f} (dev)",
        ".962",
        ".975",
    )


def _crisis(data: Path) -> Row:
    lines = read_lines(data / "crisislex26" / "dev.jsonl", EventLine)
    counts = HashedText().transform([line.text for line in lines])
    labels = np.array(["1" if line.label == "informative" else "0" for line in lines])
    event_of = np.array([line.event for line in lines])
    events = sorted(set(event_of))
    found = []
    for fold in range(FOLDS):
        out = np.isin(event_of, events[fold::FOLDS])
        model = build_text_model().fit(counts[~out], labels[~out])
        for event in events[fold::FOLDS]:
            here = event_of == event
            chances = model.predict_proba(counts[here])
            found.append(_figures(labels[here], model.label(chances), model.classes_, chances))
    text = f"macro-F1 {_spread(found, 'macro_f1')}; AP {_spread(found, 'ap')}; ECE {_spread(found, 'ece')}"
    return Row("CrisisLexT26 informative, unseen events", text, "macro-F1 .752", ".78 / ECE .06")


def _learning(data: Path) -> Row:
    by_event: dict[str, list[PoolLine]] = {}
    for line in read_lines(data / "crisislex26" / "dev.jsonl", EventLine):
        by_event.setdefault(line.event, []).append(
            PoolLine(id=line.id, text=line.text, label="1" if line.label == "informative" else "0")
        )
    found = []
    for lines in by_event.values():
        scores, judged = run_learning(lines, BUDGET)
        rest = [number for number in range(len(lines)) if number not in judged]
        found.append(
            {"ap": average_precision([lines[one].label == "1" for one in rest], [float(scores[one]) for one in rest])}
        )
    return Row(
        f"learning: AP after {BUDGET} judged, from nothing, per event", _spread(found, "ap"), ".899 at random", ".92"
    )


def _stories(folder: Path) -> Row:
    lines = read_lines(folder / "items.jsonl", ItemLine)
    gold = {line.id: line.story for line in read_lines(folder / "truth.jsonl", StoryLine)}
    together: dict[str, list[str]] = {}
    for item, story in group(lines).items():
        together.setdefault(story, []).append(item)
    precision, recall, f1 = bcubed(together.values(), gold)
    return Row("stories: BCubed F1", f"{f1:.3f} (precision {precision:.3f}, recall {recall:.3f})", "–", ".90")


def _outlook(data: Path) -> Row:
    """Thinned growth curves cut at random moments; the peer is the range of all outcomes of other events."""
    chance = random.Random(20)  # noqa: S311 - a sample, not a secret
    moments: dict[str, list[datetime]] = {}
    for line in read_lines(data / "crisislex26" / "dev.jsonl", EventLine):
        at = datetime.fromtimestamp(((int(line.id) >> 22) + SNOWFLAKE_EPOCH) / 1000, UTC)
        moments.setdefault(line.event, []).append(at)
    cases: dict[str, list[tuple[float, float, int]]] = {event: [] for event in moments}
    for event, all_of in moments.items():
        while len(cases[event]) < 100:
            share = math.exp(chance.uniform(math.log(0.003), 0))
            story = sorted(one for one in all_of if chance.random() < share)
            if len(story) < 2:
                continue
            cut = chance.choice(story) + timedelta(hours=chance.expovariate(1 / 6))
            outlook = forecast(story, cut)
            came = sum(cut < one <= cut + timedelta(hours=24) for one in story)
            cases[event].append((outlook.low, outlook.high, came))
    covered = [low <= came <= high for found in cases.values() for low, high, came in found]
    width = np.mean([high - low for found in cases.values() for low, high, _ in found])
    peer = []
    for event in cases:
        others = [came for other, found in cases.items() if other != event for _, _, came in found]
        peer.append(np.quantile(others, 0.9) - np.quantile(others, 0.1))
    text = f"coverage {np.mean(covered):.3f}; mean width {width / np.mean(peer):.2f} × (the constants were fitted on the same events)"
    return Row("outlook: 80 % range, 24 h", text, "a quantile of the past: 1 ×", "75-85 % / ≤ .8 ×")


def _swaps(data: Path) -> Row:
    found = swaps(load_settings("demo"), read_templates(data / "hatecheck_nl" / "cases.jsonl"))
    text = f"relevance {found.relevance:.3f}, verification {found.verification:.3f}, any head {found.heads:.3f} ({found.templates} templates)"
    return Row("identity words swapped: largest move", text, "–", f"≤ {MOST}")


def _feed(scenario: str) -> list[Row]:
    rows = []
    for decisions in (0, 50):
        now = datetime(2026, 11, 24, 8, tzinfo=UTC)
        one = evaluate_feed(scenario, now, decisions=decisions)["figures"]
        text = (
            f"NDCG@12 {one['ndcg_12']:.3f}; grade 3 {one['grade3_share']:.2f}; wrongly flagged {one['wrongly_flagged']:.1%}; "
            f"false flagged {one['false_flagged']:.0%}; BCubed F1 {one['bcubed_f1']:.3f}"
        )
        after = "rules only" if not decisions else f"after {decisions} decisions"
        aim = ".85 / .95 / ≤ 1 % / ≥ 70 %" if not decisions else "NDCG@12 .92"
        rows.append(Row(f"the day's feed, {scenario}, {after}", text, "–", aim))
    return rows


def _cross_validated(lines: Sequence[LabelledLine]) -> list[dict[str, float]]:
    counts = HashedText().transform([line.text for line in lines])
    labels = np.array([line.label for line in lines])
    found = []
    for inside, outside in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(counts, labels):
        model = build_text_model().fit(counts[inside], labels[inside])
        chances = model.predict_proba(counts[outside])
        found.append(_figures(labels[outside], model.label(chances), model.classes_, chances))
    return found


def _fitted(train: Sequence[LabelledLine], test: Sequence[LabelledLine]) -> dict[str, float]:
    model = build_text_model().fit([line.text for line in train], [line.label for line in train])
    chances = model.predict_proba([line.text for line in test])
    return _figures(np.array([line.label for line in test]), model.label(chances), model.classes_, chances)


def _figures(labels: np.ndarray, said: np.ndarray, classes: np.ndarray, chances: np.ndarray) -> dict[str, float]:
    rows = [dict(zip(map(str, classes), row, strict=True)) for row in chances.tolist()]
    return classification([str(one) for one in labels], [str(one) for one in said], rows)


def _spread(folds: Sequence[dict[str, float]], figure: str) -> str:
    """The mean with half of its 95 % interval."""
    values = [fold[figure] for fold in folds if figure in fold]
    half = 1.96 * np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{np.mean(values):.3f} ± {half:.3f}"


def _name(figure: str) -> str:
    return {"macro_f1": "macro-F1", "weighted_f1": "weighted F1", "ap": "AP", "ece": "ECE"}.get(figure, figure)
