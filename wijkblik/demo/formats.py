"""A listing in the wire formats of real feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from wijkblik.demo.scenario import Published

ATOM, DC, SY = (
    "http://www.w3.org/2005/Atom",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/rss/1.0/modules/syndication/",
)
for prefix, uri in (("", ATOM), ("dc", DC), ("sy", SY)):
    ET.register_namespace(prefix, uri)


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose listing it is, and where it stands."""

    title: str
    url: str
    home: str
    zone: ZoneInfo
    updated_at: datetime


def rss(channel: Channel, items: Sequence[Published]) -> tuple[str, bytes]:
    """Content type and body of an RSS 2.0 document."""
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    for name, text in (("title", channel.title), ("link", channel.home), ("description", channel.title), ("ttl", "15")):
        ET.SubElement(top, name).text = text
    ET.SubElement(top, "lastBuildDate").text = format_datetime(channel.updated_at.astimezone(channel.zone))
    for item in items:
        entry = ET.SubElement(top, "item")
        ET.SubElement(entry, "title").text = item.title
        ET.SubElement(entry, "link").text = item.url
        ET.SubElement(entry, "guid", isPermaLink="false").text = item.id
        ET.SubElement(entry, "pubDate").text = format_datetime(item.published_at.astimezone(channel.zone))
        if item.author:
            ET.SubElement(entry, f"{{{DC}}}creator").text = item.author
        ET.SubElement(entry, f"{{{DC}}}language").text = item.lang
        ET.SubElement(entry, "description").text = _markup(item.text)
    return "application/rss+xml; charset=utf-8", _document(root)


def atom(channel: Channel, items: Sequence[Published]) -> tuple[str, bytes]:
    """Content type and body of an Atom document."""
    root = ET.Element(f"{{{ATOM}}}feed")
    _atom_text(root, "id", channel.url)
    _atom_text(root, "title", channel.title)
    _atom_text(root, "updated", channel.updated_at.astimezone(channel.zone).isoformat())
    ET.SubElement(root, f"{{{ATOM}}}link", rel="self", href=channel.url)
    for item in items:
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        entry.set("{http://www.w3.org/XML/1998/namespace}lang", item.lang)
        _atom_text(entry, "id", item.id)
        _atom_text(entry, "title", item.title)
        ET.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=item.url)
        _atom_text(entry, "published", item.published_at.astimezone(channel.zone).isoformat())
        _atom_text(entry, "updated", item.updated_at.astimezone(channel.zone).isoformat())
        if item.author:
            _atom_text(ET.SubElement(entry, f"{{{ATOM}}}author"), "name", item.author)
        ET.SubElement(entry, f"{{{ATOM}}}content", type="html").text = _markup(item.text)
    return "application/atom+xml; charset=utf-8", _document(root)


def jsonfeed(channel: Channel, items: Sequence[Published]) -> tuple[str, bytes]:
    """Content type and body of a JSON Feed."""
    entries = []
    for item in items:
        entry: dict[str, object] = {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            "content_html": _markup(item.text),
            "date_published": item.published_at.astimezone(channel.zone).isoformat(),
            "date_modified": item.updated_at.astimezone(channel.zone).isoformat(),
            "language": item.lang,
        }
        if item.author:
            entry["authors"] = [{"name": item.author}]
        entries.append(entry)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.url,
        "items": entries,
    }
    return "application/feed+json; charset=utf-8", json.dumps(document, ensure_ascii=False, indent=1).encode()


FORMATS: dict[str, Callable[[Channel, Sequence[Published]], tuple[str, bytes]]] = {
    "rss": rss,
    "atom": atom,
    "jsonfeed": jsonfeed,
}


def page(item: Published) -> bytes:
    """An item's own web page."""
    title = html.escape(item.title or item.text[:60])
    return (
        f'<!doctype html><html lang="{html.escape(item.lang)}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body dir="auto"><h1>{title}</h1>{_markup(item.text)}</body></html>'
    ).encode()


def _markup(text: str) -> str:
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _atom_text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _document(root: ET.Element) -> bytes:
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body
