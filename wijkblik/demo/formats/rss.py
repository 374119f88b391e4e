"""RSS 2.0 (rssboard.org), with the author and language of Dublin Core."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from wijkblik.demo.formats.base import Answer, Channel, as_xml, child, markup
from wijkblik.demo.scenario import Published

DC = "http://purl.org/dc/elements/1.1/"
ET.register_namespace("dc", DC)


def channel_of(channel: Channel) -> tuple[ET.Element, ET.Element]:
    """An RSS document without items, and the element that they go into."""
    root = ET.Element("rss", version="2.0")
    top = child(root, "channel")
    for name, text in (("title", channel.title), ("link", channel.home), ("description", channel.title), ("ttl", "15")):
        child(top, name, text)
    child(top, "lastBuildDate", format_datetime(channel.updated_at.astimezone(channel.zone)))
    return root, top


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The feed with these items."""
    root, top = channel_of(channel)
    for item in items:
        entry = child(top, "item")
        child(entry, "title", item.title)
        child(entry, "link", item.url)
        child(entry, "guid", item.id, isPermaLink="false")
        child(entry, "pubDate", format_datetime(item.published_at.astimezone(channel.zone)))
        if item.author:
            child(entry, f"{{{DC}}}creator", item.author)
        child(entry, f"{{{DC}}}language", item.lang)
        child(entry, "description", markup(item.text))
    return as_xml(root, "application/rss+xml")
