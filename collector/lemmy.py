"""Lemmy: what is posted in one community of a server, through the feed that the server gives of it.

The feed is RSS 2.0 with Dublin Core (join-lemmy.org; the server's own source, routes/feeds). Each description begins with
who submitted it and how many points and comments it has: that is no part of the text, and changes all the time.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from collector import rss
from collector.base import Fetch, NoParameters, parameters
from collector.mastodon import Instance
from collector.reading import first_sign, path_of
from wijkblik.models.items import FetchedItem, Harvest
from wijkblik.models.wijk import Config, Source

kind = "lemmy"

_MARKS = (b"submitted by ", b" points | ", b" comments")
_SUBMITTED = re.compile(r"\Asubmitted by .{1,300} to .{1,300}\n-?\d{1,12} points \| \d{1,12} comments\s*")


class Parameters(Config):
    """A server, such as lemmy.example, and the name of a community on it."""

    instance: Instance
    community: Annotated[str, Field(pattern=r"^\w{1,100}$")]


def address(source: Source) -> str:
    """The feed's address. Raises ValueError unless the source is of type social, and for the feed of one person."""
    if source.type != "social":
        raise ValueError("persons write in a community; use 'type: social' and 'organisation: null'")
    if source.url is None:
        asked = parameters(source, Parameters)
        return f"{asked.instance}/feeds/c/{asked.community}.xml?sort=New"
    parameters(source, NoParameters)
    if re.search(r"/(?:u|user)/", urlsplit(source.url).path):
        raise ValueError("this address follows one person; use a community: https://.../feeds/c/NAME.xml?sort=New")
    return source.url


def recognises(url: str, body: bytes) -> bool:
    """Whether an answer is the feed of a community."""
    if first_sign(body) != b"<" or b"<rss" not in body[:1024]:
        return False
    return "/feeds/c/" in path_of(url) or all(mark in body for mark in _MARKS)


async def collect(source: Source, fetch: Fetch) -> Harvest:
    """What the community's feed has now. Raises a CollectError."""
    page = await fetch(address(source))
    return Harvest(unchanged=True) if page.unchanged else parse(page.body, source, page.content_type)


def parse(body: bytes, source: Source, content_type: str = "") -> Harvest:
    """The posts in the feed's order. Raises ParseError if the body is no feed at all."""
    home = source.url or address(source)
    harvest = rss.parse(body, source.model_copy(update={"url": home}), content_type)
    return replace(harvest, items=tuple(_item(item, home) for item in harvest.items))


def _item(item: FetchedItem, home: str) -> FetchedItem:
    """The item without the server's own line, and with the post's own address: the feed's link may be what it is about."""
    own = urljoin(home, item.entry_id) if item.entry_id.startswith(("/", "http://", "https://")) else item.url
    return replace(item, text=_SUBMITTED.sub("", item.text), url=own)
