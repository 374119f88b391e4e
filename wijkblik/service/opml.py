"""Lists of feeds as OPML 2.0 (opml.org/spec2), to bring them along from a feed reader and to take them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from wijkblik.errors import ConfigError, Mistake
from wijkblik.models.wijk import Source, SourceType, Wijk
from wijkblik.service.preview import new_key


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list brings: new sources, how many are there already, and entries that are no web addresses."""

    sources: tuple[Source, ...]
    known: int
    refused: tuple[str, ...]


def read_opml(body: bytes, name: str, wijk: Wijk, type_: SourceType = "community") -> Imported:
    """The feeds of an OPML file that the wijk lacks; `name` is the file's, for messages. Raises ConfigError if it is none.

    Their terms are unchecked: they stay off until a person has looked.
    """
    known_urls = {source.url for source in wijk.sources}
    keys = [source.key for source in wijk.sources]
    found: list[Source] = []
    known, refused = 0, []
    for outline in _document(body, name).iter("outline"):
        url = (outline.get("xmlUrl") or "").strip()
        if not url:
            continue
        title = " ".join((outline.get("title") or outline.get("text") or urlsplit(url).hostname or url).split())[:200]
        if not url.startswith(("http://", "https://")):
            refused.append(title)
        elif url in known_urls:
            known += 1
        else:
            known_urls.add(url)
            keys.append(new_key(title, keys))
            organisation = None if type_ == "social" else title
            found.append(
                Source(key=keys[-1], name=title, collector="feed", url=url, type=type_, organisation=organisation)
            )
    return Imported(tuple(found), known, tuple(refused))


def feeds_of(wijk: Wijk) -> list[Source]:
    """The sources that a feed reader can read too."""
    return [source for source in wijk.sources if source.collector == "feed" and source.url]


def opml(wijk: Wijk) -> bytes:
    """The wijk's feeds as an OPML document, in folders by their type."""
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = wijk.name
    ET.SubElement(head, "dateCreated").text = format_datetime(datetime.now(UTC))
    body = ET.SubElement(root, "body")
    feeds = feeds_of(wijk)
    for group in _types(feeds):
        folder = ET.SubElement(body, "outline", text=group)
        for source in feeds:
            if source.type == group:
                ET.SubElement(
                    folder, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url or ""
                )
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _types(feeds: Sequence[Source]) -> list[str]:
    return list(dict.fromkeys(source.type for source in feeds))


def _document(body: bytes, name: str) -> ET.Element:
    wrong, right = "this is no OPML", "Export the list from your feed reader once more"
    # An entity that grows or that reaches out needs a document type; a list of feeds has none.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ConfigError([Mistake(name, None, "", "it declares a document type, which is not read", right)])
    try:
        root = ET.fromstring(body)  # noqa: S314 - without a document type there are no entities to expand
    except ET.ParseError as error:
        raise ConfigError([Mistake(name, error.position[0], "", wrong, right)]) from error
    if root.tag != "opml":
        raise ConfigError([Mistake(name, None, "", wrong, right)])
    return root
