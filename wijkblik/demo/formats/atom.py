"""Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from wijkblik.demo.formats.base import ATOM, Answer, Channel, as_xml, child, markup
from wijkblik.demo.scenario import Published

_A = f"{{{ATOM}}}"


def feed_of(channel: Channel, feed_id: str) -> ET.Element:
    """An Atom document without entries."""
    root = ET.Element(f"{_A}feed")
    child(root, f"{_A}id", feed_id)
    child(root, f"{_A}title", channel.title)
    child(root, f"{_A}updated", channel.updated_at.astimezone(channel.zone).isoformat())
    child(root, f"{_A}link", rel="self", href=channel.url)
    return root


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """The feed with these items."""
    root = feed_of(channel, channel.url)
    for item in items:
        entry = child(root, f"{_A}entry")
        entry.set("{http://www.w3.org/XML/1998/namespace}lang", item.lang)
        child(entry, f"{_A}id", item.id)
        child(entry, f"{_A}title", item.title)
        child(entry, f"{_A}link", rel="alternate", href=item.url)
        child(entry, f"{_A}published", item.published_at.astimezone(channel.zone).isoformat())
        child(entry, f"{_A}updated", item.updated_at.astimezone(channel.zone).isoformat())
        if item.author:
            child(child(entry, f"{_A}author"), f"{_A}name", item.author)
        child(entry, f"{_A}content", markup(item.text), type="html")
    return as_xml(root, "application/atom+xml")
