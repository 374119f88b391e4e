"""JSON Schemas that ship with the product, made from the models by `python -m wijkblik.schemas`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wijkblik.models.feed import FeedJson

FEED = Path(__file__).with_name("feed-1.json")


def feed_schema() -> dict[str, Any]:
    """The schema of the feed's JSON, version 1 (JSON Schema 2020-12)."""
    schema = FeedJson.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Wijkblik feed, version 1"} | schema


def write() -> None:
    """Write the schemas beside this module."""
    FEED.write_text(json.dumps(feed_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
