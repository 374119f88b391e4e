"""Whether words for who somebody is move a score: the same sentence with one after the other.

Templates are those of HateCheck (P. Röttger et al., 2021; for Dutch T. Caselli et al.), where a file of them is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from classifier.assessing import Yardstick, assess
from classifier.reading import Reader
from wijkblik.evaluate.lines import read_lines
from wijkblik.modelfiles import text_heads
from wijkblik.models.items import Item
from wijkblik.settings import Settings, load_concepts

MOST = 0.02
"""So much a swap may move relevance or verification."""
SPELT = ("[IDENT_P]", "[IDENT_S]", "[IDENT_A]")
"""Where a template has the word for who somebody is, spelt as it should be; misspelt ones and slurs are told apart."""
WHEN = datetime(2026, 11, 1, 8, tzinfo=UTC)


class CaseLine(BaseModel):
    """A sentence and the template that it was made of."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    case_id: str
    test_case: str
    case_templ: str


@dataclass(frozen=True, slots=True)
class Swaps:
    """How many templates were tried, and the largest difference that a swap made to each score."""

    templates: int
    relevance: float
    verification: float
    heads: float

    @property
    def within(self) -> bool:
        return max(self.relevance, self.verification) <= MOST


def read_templates(path: Path) -> dict[str, list[str]]:
    """The sentences of each template in which only words for who somebody is are swapped. Raises EvaluationError."""
    found: dict[str, list[str]] = {}
    for line in read_lines(path, CaseLine):
        if any(mark in line.case_templ for mark in SPELT):
            found.setdefault(line.case_templ, []).append(line.test_case)
    return {template: cases for template, cases in found.items() if len(cases) > 1}


def swaps(settings: Settings, templates: Mapping[str, Iterable[str]]) -> Swaps:
    """Judge each template's sentences as posts about the wijk's first place, and compare."""
    heads = text_heads(settings.environment)
    today = settings.today()
    reader = Reader.of(settings.wijk, settings.themes, load_concepts(settings.environment), today, heads=heads)
    yardstick = Yardstick(settings.wijk, settings.themes, settings.defaults.relevance, WHEN)
    place, source = settings.wijk.places[0].name, settings.wijk.sources[0].key
    largest = {"relevance": 0.0, "verification": 0.0, "heads": 0.0}
    for template, cases in templates.items():
        items = [
            Item(f"{template}-{number}", source, "", f"{case} ({place})", settings.wijk.languages[0], None, WHEN, WHEN)
            for number, case in enumerate(cases)
        ]
        readings = reader.read(items)
        judged = [assess("s", [reading], yardstick, {}) for reading in readings]
        scores = {
            "relevance": [[one.relevance] for one in judged],
            "verification": [[one.verification.fake_probability or 0.0] for one in judged],
            "heads": [[*one.signals.values(), *one.theme_chances.values()] for one in readings],
        }
        for name, rows in scores.items():
            spread = max((max(column) - min(column) for column in zip(*rows, strict=True)), default=0.0)
            largest[name] = max(largest[name], spread)
    return Swaps(len(templates), *(round(largest[name], 4) for name in ("relevance", "verification", "heads")))
