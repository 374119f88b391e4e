"""A Mastodon instance's public side: a timeline, one status, and what the instance says of itself.

Specification: docs.joinmastodon.org (methods/timelines, methods/statuses, entities/Status, api/rate-limits) and, for the
order of pages, Paginable in the server's own source: `min_id` starts at the oldest status after it, `since_id` at the newest.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json
from wijkblik.demo.formats.pages import Meter, link_header
from wijkblik.demo.scenario import Published

USUAL, MOST = 20, 40
LIMIT, STRETCH = 300, 300
_HASHTAG = re.compile(r"#(\w*[^\W\d_]\w*)")
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_KEPT = ("local", "limit", "only_media", "remote")


def routes(path: str) -> Routes:
    """The timeline at its path and at the API's own, single statuses, and the instance."""
    base, tag = _parts(path)
    meter = Meter(LIMIT, STRETCH)
    timeline, instance = meter(_timeline), meter(_instance)
    served = {
        "/api/v2/instance": instance,
        f"{base}/api/v2/instance": instance,
        f"{base}/api/v1/statuses/{{}}": meter(_status),
        path: timeline,
    }
    if tag:
        served[f"{base}/api/v1/timelines/tag/{tag}"] = timeline
    return served


def document(channel: Channel, items: Sequence[Published]) -> Answer:
    """A timeline of these items."""
    return as_json([_entity(channel, item) for item in _newest_first(items)])


def status_id(item: Published) -> int:
    """A snowflake: the publication time in milliseconds, and the item's number to keep two of one moment apart."""
    return (int(item.published_at.timestamp() * 1000) << 16) + item.number % (1 << 16)


def _timeline(channel: Channel, request: Request) -> Answer:
    limit = min(abs(_integer(request.get("limit", str(USUAL)))), MOST)
    before, since, after = (_integer(request.get(name)) for name in ("max_id", "since_id", "min_id"))
    items = [item for item in _newest_first(channel.items) if not request.get("max_id") or status_id(item) < before]
    if request.get("min_id"):
        items = [item for item in items if status_id(item) > after]
        items = items[max(len(items) - limit, 0) :]
    else:
        items = [item for item in items if status_id(item) > since][:limit]
    answer = as_json([_entity(channel, item) for item in items])
    if not items:
        return answer
    older = request.address({"max_id": status_id(items[-1])}, keep=_KEPT)
    newer = request.address({"min_id": status_id(items[0])}, keep=_KEPT)
    return Answer(answer.body, answer.content_type, headers=link_header(next=older, prev=newer))


def _status(channel: Channel, request: Request) -> Answer:
    for item in channel.items:
        if str(status_id(item)) == request.captured:
            return as_json(_entity(channel, item))
    return as_json({"error": "Record not found"}, 404)


def _instance(channel: Channel, request: Request) -> Answer:
    public = {"local": "public", "remote": "public"}
    return as_json(
        {
            "domain": _domain(channel),
            "title": channel.title,
            "version": "4.5.3",
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "",
            "usage": {"users": {"active_month": 0}},
            "languages": list(channel.wijk.languages),
            "configuration": {
                "urls": {},
                "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
                "timelines_access": {"live_feeds": public, "hashtag_feeds": public, "trending_link_feeds": public},
                "limited_federation": False,
            },
            "registrations": {"enabled": False, "approval_required": False, "message": None, "url": None},
            "api_versions": {"mastodon": 7},
            "rules": [
                {"id": "1", "text": "Houd het vriendelijk.", "hint": "", "translations": {}},
                {"id": "2", "text": "Zet geen gegevens van anderen online.", "hint": "", "translations": {}},
            ],
        }
    )


def _entity(channel: Channel, item: Published) -> dict[str, Any]:
    base, tag = _parts(urlsplit(channel.url).path)
    origin = channel.url.removesuffix(urlsplit(channel.url).path) + base
    own_id = str(status_id(item))
    account = _account(channel, item)
    names = dict.fromkeys([*([tag] if tag else []), *(name.lower() for name in _HASHTAG.findall(item.text))])
    return {
        "id": own_id,
        "created_at": _time(item.published_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": item.lang,
        "uri": f"{account['uri']}/statuses/{own_id}",
        "url": item.url,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": _time(item.updated_at) if item.updated_at > item.published_at else None,
        "content": _content(item, origin),
        "reblog": None,
        "account": account,
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": name, "url": f"{origin}/tags/{quote(name)}"} for name in names],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _account(channel: Channel, item: Published) -> dict[str, Any]:
    """Who wrote it. Its addresses have the server's public name, so that a status is the same on every port."""
    domain = _domain(channel)
    user, _, host = (item.author or "anonymous").lstrip("@").partition("@")
    home = f"https://{host or domain}"
    return {
        "id": str(int(hashlib.sha256((item.author or "").encode()).hexdigest()[:14], 16)),
        "username": user,
        "acct": user if host in {"", domain} else f"{user}@{host}",
        "display_name": user,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": "2024-01-01T00:00:00.000Z",
        "note": "",
        "url": f"{home}/@{quote(user)}",
        "uri": f"{home}/users/{quote(user)}",
        "avatar": f"{home}/avatars/original/missing.png",
        "header": f"{home}/headers/original/missing.png",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "noindex": False,
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def _content(item: Published, origin: str) -> str:
    def linked(found: re.Match[str]) -> str:
        name = found.group(1)
        address = f"{origin}/tags/{quote(name.lower())}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'

    paragraphs = [part for part in (item.title, *item.text.split("\n\n")) if part]
    escaped = (html.escape(part, quote=False).replace("\n", "<br />") for part in paragraphs)
    return "".join(f"<p>{_HASHTAG.sub(linked, part)}</p>" for part in escaped)


def _parts(path: str) -> tuple[str, str]:
    """Where the instance stands, and the timeline's tag ("" for a public timeline)."""
    name = path.rpartition("/")[2].partition(".")[0]
    if "/api/" in path:
        return path.partition("/api/")[0], name if "/tag/" in path else ""
    return path.rpartition("/")[0].removesuffix("/tags"), name


def _domain(channel: Channel) -> str:
    hosts = Counter(item.author.rpartition("@")[2] for item in channel.items if item.author and "@" in item.author)
    return hosts.most_common(1)[0][0] if hosts else "mastodon.example"


def _newest_first(items: Sequence[Published]) -> list[Published]:
    return sorted(items, key=status_id, reverse=True)


def _integer(text: str) -> int:
    # The server is lenient here: what is no number counts as 0.
    found = _INTEGER.match(text.strip())
    return int(found.group()) if found else 0


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
