"""From text to assessed story, and one new item among many: `python -m benchmarks.judgement`.

Items are made of the demonstration's words and places, so that they share what real ones share. Nothing is stored: what
is measured is reading (language, places, themes, times, text heads), grouping and assessing, in one thread.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import RESULTS, Figure, measured, save
from classifier.assessing import Yardstick, assess
from classifier.reading import Reader
from classifier.stories import StoryIndex
from wijkblik.demo.scenario import read_items
from wijkblik.modelfiles import text_heads
from wijkblik.models.items import Item
from wijkblik.settings import Settings, load_concepts, load_settings

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SINGLE = 20
"""New items that are timed one by one."""


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=RESULTS / "judgement.json")
    args = parser.parse_args()
    settings = load_settings("demo", now=NOW)
    reader = _reader(settings)
    reader.read(generated(settings, 200, seed=1))  # what is loaded at first use is not what is measured
    items = generated(settings, args.items, seed=2)
    _, usage = measured(lambda: judge(settings, reader, items))
    rate = args.items / usage.cpu
    milliseconds = one_more(settings, args.known)
    figures = [
        Figure(f"items per processor second, batch of {args.items:,}", rate, "items/s", 2_000, at_most=False),
        Figure(f"one new item among {args.known:,}, median", milliseconds, "ms", 20),
    ]
    save(args.out, "From text to assessed story", "python -m benchmarks.judgement", figures)


def judge(settings: Settings, reader: Reader, items: Sequence[Item]) -> int:
    """Read, group and assess items; the number of stories is given back."""
    readings = reader.read(items)
    together: dict[str, list[int]] = {}
    for number, membership in enumerate(StoryIndex().place(readings)):
        together.setdefault(membership.story_id, []).append(number)
    yardstick = Yardstick(settings.wijk, settings.themes, settings.defaults.relevance, NOW)
    for story_id, numbers in together.items():
        assess(story_id, [readings[number] for number in numbers], yardstick, {})
    return len(together)


def one_more(settings: Settings, known: int) -> float:
    """The median milliseconds from the text of one new item to its assessed story, among so many known ones."""
    reader, index = _reader(settings), StoryIndex()
    members: dict[str, list[Item]] = {}
    items = generated(settings, known + SINGLE, seed=3)
    for start in range(0, known, 5_000):
        readings = reader.read(items[start : min(start + 5_000, known)])
        for reading, membership in zip(readings, index.place(readings), strict=True):
            members.setdefault(membership.story_id, []).append(reading.item)
    yardstick = Yardstick(settings.wijk, settings.themes, settings.defaults.relevance, NOW)
    took = []
    for item in items[known:]:

        def add(item: Item = item) -> None:
            (reading,) = reader.read([item])
            (membership,) = index.place([reading])
            story = [*members.get(membership.story_id, []), item]
            assess(membership.story_id, reader.read(story), yardstick, {})

        took.append(measured(add)[1].wall * 1000)
    return sorted(took)[len(took) // 2]


def generated(settings: Settings, count: int, seed: int) -> list[Item]:
    """Items over fourteen days, oldest first: sentences of two of the demonstration's items, and now and then another number."""
    assert settings.scenario is not None
    known = list(read_items(settings.scenario.folder / "items.jsonl", set(settings.scenario.file.sources)))
    chance = random.Random(seed)
    places = [place.name for place in settings.wijk.places]
    made = []
    for number in range(count):
        one, other = chance.choice(known), chance.choice(known)
        at = NOW - timedelta(days=14) + timedelta(days=14) * number / count
        text = f"{one.text[:160]} {other.text[:80]} {chance.choice(places)} {chance.randint(1, 400)}"
        item = Item(f"i-{seed}-{number}", one.source, one.title, text, one.lang, None, at, at)
        made.append(item if number % 2 else replace(item, lang=None))
    return made


def _reader(settings: Settings) -> Reader:
    concepts, heads = load_concepts(settings.environment), text_heads(settings.environment)
    return Reader.of(settings.wijk, settings.themes, concepts, NOW.date(), heads=heads)


if __name__ == "__main__":
    main()
