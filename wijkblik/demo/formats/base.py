"""What every wire format shares: a source at a moment, what was asked of it, and what it answers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from wijkblik.demo.scenario import Published
from wijkblik.models.wijk import Wijk

ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", ATOM)
_INTEGER = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Channel:
    """One source at a moment: whose it is, where its listing stands, and what it lists, newest first.

    `withdrawn` are the items that were taken back by then. Times are aware UTC.
    """

    title: str
    url: str
    home: str
    wijk: Wijk
    now: datetime
    updated_at: datetime
    items: tuple[Published, ...] = ()
    withdrawn: tuple[Published, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of local times on the wire."""
        return self.wijk.zone

    def beside(self, name: str) -> str:
        """The address of a neighbour of the listing."""
        return f"{self.url.rpartition('/')[0]}/{name}"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the address without its query, the query in order, and what stood where the route has {}."""

    url: str
    query: tuple[tuple[str, str], ...] = ()
    captured: str = ""

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for key, value in self.query if key == name]

    def get(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return next(iter(reversed(self.all(name))), default)

    def number(self, name: str, default: int) -> int | None:
        """A parameter that is a whole number from 0 on; None if it is there and is none."""
        text = self.get(name, str(default))
        return int(text) if _INTEGER.fullmatch(text) else None

    def address(self, changes: Mapping[str, object], keep: Sequence[str] | None = None) -> str:
        """This address with other parameters; of the present ones only those in `keep` stay, if it is given."""
        rest = [(key, value) for key, value in self.query if key not in changes and (keep is None or key in keep)]
        query = urlencode(rest + [(key, str(value)) for key, value in changes.items()])
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer before the caching headers; `changed` is None where it changes with its listing."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    changed: datetime | None = None


Handler = Callable[[Channel, Request], Answer]
Routes = Mapping[str, Handler]
"""Handlers by path; one `{}` in a path stands for any one segment's part."""
Document = Callable[[Channel, Sequence[Published]], Answer]


@dataclass(frozen=True, slots=True)
class Format:
    """A wire format. `routes` says what is served for a listing at a path: the listing, and its neighbours.

    `document` is a listing of exactly the given items; background formats list no items and have none.
    """

    routes: Callable[[str], Routes]
    document: Document | None = None


def whole(document: Document) -> Format:
    """A format whose listing is one document, without pages."""

    def listing(channel: Channel, request: Request) -> Answer:
        return document(channel, channel.items)

    return Format(lambda path: {path: listing}, document)


def as_json(
    value: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json; charset=utf-8",
) -> Answer:
    """A JSON answer."""
    return Answer(json.dumps(value, ensure_ascii=False, indent=1).encode(), content_type, status, headers or {})


def as_xml(root: ET.Element, content_type: str) -> Answer:
    """An XML answer."""
    return Answer(ET.tostring(root, encoding="utf-8", xml_declaration=True), f"{content_type}; charset=utf-8")


def child(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new element under `parent`."""
    element = ET.SubElement(parent, name, attributes)
    element.text = text
    return element


def markup(text: str) -> str:
    """Paragraphs of plain text as HTML."""
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in text.split("\n\n"))


def page(item: Published) -> Answer:
    """An item's own web page."""
    title = html.escape(item.title or item.text[:60])
    body = (
        f'<!doctype html><html lang="{html.escape(item.lang)}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body dir="auto"><h1>{title}</h1>{markup(item.text)}</body></html>'
    )
    return Answer(body.encode(), "text/html; charset=utf-8", changed=item.updated_at)


def not_found() -> Answer:
    """Nothing stands at this address."""
    return Answer(b"not found\n", status=404)


def gone(item: Published) -> Answer:
    """What stood at this address was taken back."""
    return Answer(b"withdrawn\n", status=410, changed=item.updated_at)
