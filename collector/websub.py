"""WebSub: a hub pushes what a feed publishes (W3C Recommendation, 23 January 2018). All pure.

Section numbers are the Recommendation's. Asking the hub is left to collector.fetch, receiving to the page's server.
"""

from __future__ import annotations

import hmac
import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from collector.reading import text_of
from wijkblik.models.items import Polling
from wijkblik.models.push import Subscription
from wijkblik.models.wijk import Source

LEASE = timedelta(days=10)
"""How long a hub is asked to push; the hub decides."""
LONGEST_LEASE = timedelta(days=366)
ASK_AGAIN, ASK_AGAIN_WHEN_DENIED = timedelta(hours=1), timedelta(days=1)
ASK_AT_MOST_EVERY = timedelta(minutes=10)
ALGORITHMS = {"sha1", "sha256", "sha384", "sha512"}
"""What a hub may sign with (7.1)."""
_HEAD = 64 * 1024
_FIRST_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)\b")
_LINK = re.compile(rb"<(?:\w{1,20}:)?link\b([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"""\b(rel|href)\s{0,9}=\s{0,9}(?:"([^"<>]*)"|'([^'<>]*)')""")


def advertised(body: bytes) -> tuple[list[str], str | None]:
    """The hubs that a feed names for itself, and its own address with them (4): Atom's links, in RSS too, or JSON Feed's.

    Of XML only what stands before the first entry is looked at.
    """
    if body.lstrip().startswith(b"{"):
        return _in_json(body)
    head = body[:_HEAD]
    first = _FIRST_ITEM.search(head)
    hubs, topic = [], None
    for link in _LINK.findall(head[: first.start()] if first else head):
        found = {
            name: html.unescape((one or other).decode("utf-8", "replace"))
            for name, one, other in _ATTRIBUTE.findall(link)
        }
        relations, target = found.get(b"rel", "").lower().split(), found.get(b"href", "").strip()
        if "hub" in relations and target:
            hubs.append(target)
        if "self" in relations and target:
            topic = topic or target
    return hubs, topic


def offer(source: Source, polling: Polling) -> tuple[str, str] | None:
    """Hub and topic to subscribe to: the hub that the configuration names, if the feed named it too, for an address on
    the feed's own host. None if there is nothing to ask."""
    hub, topic = source.query.get("hub"), polling.topic
    if not hub or hub != polling.hub or topic is None or source.url is None:
        return None
    try:
        own = urlsplit(topic)
        return (
            (hub, topic) if own.scheme in {"http", "https"} and own.hostname == urlsplit(source.url).hostname else None
        )
    except ValueError:
        return None


def subscription_form(subscription: Subscription, callback: str, lease: timedelta = LEASE) -> dict[str, str]:
    """What a hub is sent (5.1), for a new subscription as for one that is renewed."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic,
        "hub.callback": callback,
        "hub.secret": subscription.secret,
        "hub.lease_seconds": str(int(lease.total_seconds())),
    }


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Whether the hub is to be asked again: in the last quarter of a lease, or a while after it did not agree."""
    asked_at, until = subscription.asked_at, subscription.lease_until
    if subscription.state == "active" and until is not None:
        at = max(until - (until - asked_at) / 4, asked_at + ASK_AT_MOST_EVERY)
    else:
        at = asked_at + (ASK_AGAIN_WHEN_DENIED if subscription.state == "denied" else ASK_AGAIN)
    return now >= at


def confirmed(subscription: Subscription, asked: Mapping[str, str], now: datetime) -> tuple[Subscription, str] | None:
    """What a hub's verification (5.3) or refusal (5.2) makes of a subscription, and the challenge to echo.

    None if it is about a topic or a mode that we did not ask for: then the hub must be told so.
    """
    if asked.get("hub.topic") != subscription.topic:
        return None
    mode, challenge = asked.get("hub.mode"), asked.get("hub.challenge", "")
    if mode == "denied":
        return replace(subscription, state="denied", lease_until=None), ""
    if mode != "subscribe" or subscription.state == "denied" or not challenge:
        return None
    return replace(
        subscription, state="active", lease_until=now + _lease(asked.get("hub.lease_seconds", ""))
    ), challenge


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether the header X-Hub-Signature, such as `sha256=…`, fits the body under the secret (7.1; HMAC: RFC 2104)."""
    algorithm, _, given = signature.strip().partition("=")
    if algorithm.lower() not in ALGORITHMS:
        return False
    expected = hmac.new(secret.encode(), body, algorithm.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))


def _in_json(body: bytes) -> tuple[list[str], str | None]:
    if b'"hubs"' not in body:
        return [], None
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        return [], None
    hubs = feed.get("hubs") if isinstance(feed, dict) else None
    offered = [one for one in hubs if isinstance(one, dict)] if isinstance(hubs, list) else []
    urls = [text_of(one.get("url")) for one in offered if text_of(one.get("type")).lower() == "websub"]
    return [url for url in urls if url], text_of(feed.get("feed_url")) or None


def _lease(seconds: str) -> timedelta:
    """What the hub promises; what we asked for if it does not say."""
    return min(timedelta(seconds=int(seconds)), LONGEST_LEASE) if re.fullmatch("[0-9]{1,12}", seconds) else LEASE
