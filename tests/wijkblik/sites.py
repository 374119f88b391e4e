"""Web sites on loopback, and what they answer: feeds, pages that offer them, timelines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from configured import serving

Route = bytes | tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Site:
    """Answers each path with what `routes` has for it, or for it without its query, and any other with 404.

    `asked` are the paths in order.
    """

    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __call__(self, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        route = self.routes.get(path) or self.routes.get(path.partition("?")[0], (404, {}, b""))
        return route if isinstance(route, tuple) else (200, {}, route)


@contextmanager
def running_site(routes: dict[str, Route] | None = None) -> Iterator[Site]:
    """A site that answers while the block runs."""
    it = Site(dict(routes or {}))
    with serving(it) as it.url:
        yield it


def rss(*titles, channel="", name="De Lindebode", newest=None, apart=timedelta(hours=1)):
    """A feed with an item per title, the first one `newest` (by default just now), the others each so much older."""
    newest = newest or datetime.now(UTC)
    items = "".join(
        f"<item><guid isPermaLink='false'>nr-{title}</guid><title>{title}</title>"
        f"<pubDate>{format_datetime(newest - number * apart)}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{channel}{items}</channel></rss>'.encode()


def page(*feeds, head="", body=""):
    """A web page that offers feeds, each an address and a title."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}" title="{title}">' for href, title in feeds
    )
    return (
        200,
        HTML,
        f"<!doctype html><html><head>{links}{head}</head><body>{body}<h1>Welkom</h1></body></html>".encode(),
    )


def moved(to, status=302):
    return status, {"Location": to}, b""


def timeline(*texts):
    """What a Mastodon server answers, the newest first."""
    now = datetime.now(UTC)
    posts = [
        {
            "id": str(int((now - timedelta(hours=number)).timestamp() * 1000) << 16),
            "created_at": (now - timedelta(hours=number)).isoformat(),
            "visibility": "public",
            "spoiler_text": "",
            "content": f"<p>{text}</p>",
            "url": f"https://weefsel.example/@sjoukje/{number}",
            "account": {"acct": "sjoukje", "url": "https://weefsel.example/@sjoukje"},
        }
        for number, text in enumerate(texts)
    ]
    return 200, {"Content-Type": "application/json"}, json.dumps(posts).encode()


TAG_PAGE = page(
    ("/tags/deweverij.rss", "#deweverij"),
    head="<title>#deweverij - Weefsel</title>",
    body='<div class="app-holder" id="mastodon"></div>',
)
