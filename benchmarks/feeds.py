"""Generated feeds: RSS 2.0 and Atom with invented Dutch news, some 3 % of them malformed.

All is decided by numbers: feed `number` holds items `newest - count + 1 .. newest`, each the same
whenever it is asked for. Specifications: RSS 2.0 (rssboard.org), Atom (RFC 4287).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from benchmarks import texts

DAMAGES = ("cut", "charset", "namespace", "dates", "ids", "ampersand")
"""What is wrong with a malformed feed: ends in its last item, other characters than declared, an undeclared
namespace, dates that are none, items without an id, a bare & in titles."""
EVERY = 32
"""One feed in so many is malformed: 3 %."""
STEP = timedelta(minutes=37)
BAD_DATES = ("gisteren om half acht", "31 feb 2026 25:61", "32/13/2026")


@dataclass(frozen=True, slots=True)
class Item:
    """One generated entry; `html` is its text, `at` aware."""

    link: str
    title: str
    html: str
    author: str | None
    at: datetime


def host(number: int) -> str:
    """The loopback address that serves the feed; each has its own, so that no limit per host decides a result."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def damage(number: int) -> str | None:
    """What is wrong with the feed, one of DAMAGES, or None."""
    group, place = divmod(number, EVERY)
    return DAMAGES[group % len(DAMAGES)] if place == 7 else None


def is_atom(number: int) -> bool:
    """A third is Atom, which knows no entry without an id."""
    return number % 3 == 1 and damage(number) != "ids"


def has_validators(number: int) -> bool:
    """Whether the feed's server sends ETag and Last-Modified: nine in ten do."""
    return number % 10 != 3


def changes(number: int, turn: int) -> bool:
    """Whether the feed has a new item in this steady round: one in ten has."""
    return number % 10 == turn % 10


def link(number: int, port: int, n: int) -> str:
    """The address of item `n`, by which it is known in any store."""
    return f"http://{host(number)}:{port}/bericht/{n}"


def render(number: int, newest: int, count: int, port: int, origin: datetime) -> bytes:
    """The feed as its server sends it, newest item first. `origin` (aware) is when item 0 was published."""
    items = [_item(number, n, port, origin) for n in range(newest, newest - count, -1)]
    wrong = damage(number)
    document = _atom(number, items, wrong) if is_atom(number) else _rss(number, items, wrong)
    if wrong == "cut":
        document = document[: document.rindex("</item>" if not is_atom(number) else "</entry>") - 40]
    # The euro sign and the dashes are in windows-1252 too, so nothing is lost but the truth of the declaration.
    return document.encode("cp1252" if wrong == "charset" else "utf-8")


def _item(number: int, n: int, port: int, origin: datetime) -> Item:
    dice = random.Random(number * 1_000_003 + n)
    author = dice.choice(texts.AUTHORS) if dice.random() < 0.25 else None
    return Item(link(number, port, n), texts.title(dice), texts.body(dice), author, origin + n * STEP)


def _rss(number: int, items: list[Item], wrong: str | None) -> str:
    namespaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    entries = "\n".join(_rss_item(number, n, item, wrong) for n, item in enumerate(items))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {namespaces}>\n<channel>\n'
        f"<title>Café &amp; buurt nr. {number}</title>\n<link>http://{host(number)}/</link>\n"
        f"<description>Verzonnen berichten</description>\n<language>nl</language>\n{entries}\n</channel>\n</rss>\n"
    )


def _rss_item(number: int, n: int, item: Item, wrong: str | None) -> str:
    lines = [f"<title>{_title(item, wrong)}</title>", f"<link>{item.link}</link>"]
    if wrong != "ids":
        lines.append(f'<guid isPermaLink="false">bericht-{item.link.rpartition("/")[2]}@{number}</guid>')
    lines.append(
        f"<pubDate>{BAD_DATES[n % len(BAD_DATES)] if wrong == 'dates' else format_datetime(item.at)}</pubDate>"
    )
    if item.author:
        lines.append(f"<dc:creator>{item.author}</dc:creator>")
    if wrong == "namespace":
        lines.append('<media:thumbnail url="http://127.0.0.1/foto.jpg" />')
    if number % 5 == 0:
        lines.append("<description>Lees het hele bericht.</description>")
        lines.append(f"<content:encoded><![CDATA[{item.html}]]></content:encoded>")
    elif number % 2:
        lines.append(f"<description>{escape(item.html, quote=False)}</description>")
    else:
        lines.append(f"<description><![CDATA[{item.html}]]></description>")
    return "<item>\n" + "\n".join(lines) + "\n</item>"


def _atom(number: int, items: list[Item], wrong: str | None) -> str:
    entries = "\n".join(_atom_entry(number, n, item, wrong) for n, item in enumerate(items))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl">\n'
        f"<title>Café &amp; buurt nr. {number}</title>\n<id>urn:lindevoort:{number}</id>\n"
        f'<link href="http://{host(number)}/" />\n<updated>{items[0].at.isoformat()}</updated>\n{entries}\n</feed>\n'
    )


def _atom_entry(number: int, n: int, item: Item, wrong: str | None) -> str:
    at = BAD_DATES[n % len(BAD_DATES)] if wrong == "dates" else item.at.isoformat()
    lines = [
        f"<title>{_title(item, wrong)}</title>",
        f'<link href="{item.link}" />',
        f"<id>urn:lindevoort:{number}:{item.link.rpartition('/')[2]}</id>",
        f"<updated>{at}</updated>",
        f"<published>{at}</published>",
    ]
    if item.author:
        lines.append(f"<author><name>{item.author}</name></author>")
    if wrong == "namespace":
        lines.append('<media:thumbnail url="http://127.0.0.1/foto.jpg" />')
    lines.append(f'<content type="html">{escape(item.html, quote=False)}</content>')
    return "<entry>\n" + "\n".join(lines) + "\n</entry>"


def _title(item: Item, wrong: str | None) -> str:
    return item.title + (" R&D" if wrong == "ampersand" else "")
