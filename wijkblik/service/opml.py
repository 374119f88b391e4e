"""Lists of feeds as OPML 2.0 (opml.org/spec2), to bring them along from a feed reader and to take them away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import get_args
from urllib.parse import urlsplit

from lxml import etree
from pydantic import ValidationError

from collector.text import plain
from collector.xml import local, safe_xml
from wijkblik.collecting import resolved
from wijkblik.errors import ConfigError, Mistake, ParseError
from wijkblik.models.wijk import Source, SourceType, Wijk
from wijkblik.service.proposal import NAME_LIMIT, asked_address, follows_one_account, new_key

MOST_BYTES = 5_000_000
MOST_FEEDS = 1_000
"""More feeds than this are no list for one wijk."""
TYPES: tuple[SourceType, ...] = get_args(SourceType)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list brings: new sources, how many are there already, and the names of entries that can't be asked."""

    sources: tuple[Source, ...]
    known: int
    refused: tuple[str, ...]


def read_opml(
    body: bytes, name: str, wijk: Wijk, *, type_: SourceType | None = None, base: str | None = None
) -> Imported:
    """The feeds of an OPML file that the wijk lacks; `name` is the file's, for messages. Raises ConfigError if it is none.

    Without `type_` a feed has the type that its folder is named after, as in a list of our own, else it is a community's.
    Their terms are unchecked: they stay off until a person has looked. `base` is a scenario's publisher.
    """
    known = {asked_address(resolved(source, base)) for source in wijk.sources}
    keys = {source.key for source in wijk.sources}
    found: list[Source] = []
    there, refused = 0, []
    for entry in _entries(body, name):
        source = _source(entry, type_ or entry.type or "community", keys)
        if source is None:
            refused.append(entry.title)
        elif asked_address(source) in known:
            there += 1
        else:
            known.add(asked_address(source))
            keys.add(source.key)
            found.append(source)
    return Imported(tuple(found), there, tuple(refused))


def feeds_of(wijk: Wijk, base: str | None = None) -> list[Source]:
    """The sources that a feed reader can read too; those of a scenario at its publisher's address, `base`."""
    sources = [resolved(source, base) for source in wijk.sources]
    return [source for source in sources if source.collector == "feed" and _is_web_address(source.url or "")]


def opml(wijk: Wijk, base: str | None = None) -> bytes:
    """The wijk's feeds as an OPML document, in folders by their type."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = plain(wijk.name)
    etree.SubElement(head, "dateCreated").text = format_datetime(datetime.now(UTC))
    feeds = feeds_of(wijk, base)
    for type_ in dict.fromkeys(source.type for source in feeds):
        folder = etree.SubElement(body, "outline", text=type_)
        for source in (source for source in feeds if source.type == type_):
            name = _line(source.name)
            etree.SubElement(folder, "outline", type="rss", text=name, title=name, xmlUrl=source.url or "")
    document: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return document


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    url: str
    type: SourceType | None


def _entries(body: bytes, name: str) -> Iterator[_Entry]:
    root = _document(body, name)
    outlines = [(one, url) for one in root.iter(etree.Element) if local(one) == "outline" and (url := _url(one))]
    if len(outlines) > MOST_FEEDS:
        raise _wrong(name, f"it lists {len(outlines)} feeds, and a wijk takes at most {MOST_FEEDS} at once")
    for outline, url in outlines:
        title = _line(outline.get("title") or outline.get("text") or "") or _host(url) or url[:NAME_LIMIT]
        folders = {parent.get("text") for parent in outline.iterancestors()}
        yield _Entry(title, url, next((type_ for type_ in TYPES if type_ in folders), None))


def _document(body: bytes, name: str) -> etree._Element:
    if len(body) > MOST_BYTES:
        raise _wrong(name, f"it is larger than {MOST_BYTES} bytes")
    try:
        root = safe_xml(body)
    except ParseError as error:
        raise _wrong(name, f"this is no OPML ({error})") from error
    if local(root) != "opml":
        raise _wrong(name, "this is no OPML")
    return root


def _wrong(name: str, wrong: str) -> ConfigError:
    return ConfigError([Mistake(name, None, "", wrong, "Export the list from your feed reader once more")])


def _url(outline: etree._Element) -> str:
    """The feed's address; readers do not agree on the capitals."""
    return next((value.strip() for key, value in outline.attrib.items() if str(key).lower() == "xmlurl"), "")


def _source(entry: _Entry, type_: SourceType, keys: set[str]) -> Source | None:
    if not _is_web_address(entry.url) or follows_one_account(entry.url):
        return None
    try:
        return Source(
            key=new_key(entry.title, keys),
            name=entry.title,
            collector="feed",
            url=entry.url,
            type=type_,
            organisation=None if type_ == "social" else entry.title,
        )
    except ValidationError:
        return None


def _is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and bool(_host(url)) and url.isprintable() and " " not in url


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _line(text: str) -> str:
    return " ".join(plain(text).split())[:NAME_LIMIT]
