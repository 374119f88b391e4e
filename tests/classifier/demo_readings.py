"""Readings of small made-up texts, as the demonstration's wijk reads them."""

from datetime import UTC, datetime, timedelta

from classifier.reading import Reader
from wijkblik.models.items import Item
from wijkblik.settings import load_concepts, load_settings

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DEMO = load_settings("demo", now=NOW)
SOURCES = {source.key: source for source in DEMO.wijk.sources}
CONCEPTS = load_concepts(DEMO.environment)
READER = Reader.of(DEMO.wijk, DEMO.themes, CONCEPTS, NOW.date())


def read(text, source="lindebode", title="", lang="nl", hours=1.0, item_id=None, point=None):
    at = NOW - timedelta(hours=hours)
    name = item_id or f"i-{abs(hash((text, title, source, hours)))}"
    return READER.read([Item(name, source, title, text, lang, None, at, NOW, point=point)])[0]
