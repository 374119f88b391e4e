"""JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

from collections.abc import Sequence

from wijkblik.demo.formats.base import Answer, Channel, as_json, markup
from wijkblik.demo.scenario import Published


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The feed with these items."""
    entries = []
    for item in items:
        entry: dict[str, object] = {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            "content_html": markup(item.text),
            "date_published": item.published_at.astimezone(channel.zone).isoformat(),
            "date_modified": item.updated_at.astimezone(channel.zone).isoformat(),
            "language": item.lang,
        }
        if item.author:
            entry["authors"] = [{"name": item.author}]
        entries.append(entry)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.url,
        "items": entries,
    }
    return as_json(feed, content_type="application/feed+json; charset=utf-8")
