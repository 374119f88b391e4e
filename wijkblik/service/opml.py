"""Lists of feeds as OPML 2.0 (opml.org/spec2), to bring them along from a feed reader and to take them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
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


def read_opml(path: Path, wijk: Wijk, type_: SourceType = "community") -> Imported:
    """The feeds of an OPML file that the wijk lacks. Raises ConfigError if the file is none.

    Their terms are unchecked: they stay off until a person has looked.
    """
    known_urls = {source.url for source in wijk.sources}
    keys = [source.key for source in wijk.sources]
    found: list[Source] = []
    known, refused = 0, []
    for outline in _document(path).iter("outline"):
        url = (outline.get("xmlUrl") or "").strip()
        if not url:
            continue
        name = " ".join((outline.get("title") or outline.get("text") or urlsplit(url).hostname or url).split())[:200]
        if not url.startswith(("http://", "https://")):
            refused.append(name)
        elif url in known_urls:
            known += 1
        else:
            known_urls.add(url)
            keys.append(new_key(name, keys))
            organisation = None if type_ == "social" else name
            found.append(
                Source(key=keys[-1], name=name, collector="feed", url=url, type=type_, organisation=organisation)
            )
    return Imported(tuple(found), known, tuple(refused))


def write_opml(wijk: Wijk, path: Path) -> tuple[int, int]:
    """The wijk's feeds as OPML; how many were written, and how many sources are no feeds and stayed out."""
    feeds = [source for source in wijk.sources if source.collector == "feed" and source.url]
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = wijk.name
    ET.SubElement(head, "dateCreated").text = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = ET.SubElement(root, "body")
    for group in _types(feeds):
        folder = ET.SubElement(body, "outline", text=group)
        for source in feeds:
            if source.type == group:
                ET.SubElement(
                    folder, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url or ""
                )
    draft = path.with_name(path.name + ".new")
    ET.indent(root)
    ET.ElementTree(root).write(draft, encoding="utf-8", xml_declaration=True)
    draft.replace(path)
    return len(feeds), len(wijk.sources) - len(feeds)


def _types(feeds: Sequence[Source]) -> list[str]:
    return list(dict.fromkeys(source.type for source in feeds))


def _document(path: Path) -> ET.Element:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            [Mistake(path, None, "", f"it can't be read ({type(error).__name__})", "Check the name")]
        ) from error
    wrong, right = "this is no OPML", "Export the list from your feed reader once more"
    # An entity that grows or that reaches out needs a document type; a list of feeds has none.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ConfigError([Mistake(path, None, "", "it declares a document type, which is not read", right)])
    try:
        root = ET.fromstring(body)  # noqa: S314 - without a document type there are no entities to expand
    except ET.ParseError as error:
        raise ConfigError([Mistake(path, error.position[0], "", wrong, right)]) from error
    if root.tag != "opml":
        raise ConfigError([Mistake(path, None, "", wrong, right)])
    return root
