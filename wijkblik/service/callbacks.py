"""What hubs tell us (WebSub), handed on by the page's server."""

from __future__ import annotations

from collections.abc import Mapping

from wijkblik import push
from wijkblik.push import ROUTE
from wijkblik.service.day import Service

__all__ = ["ROUTE", "confirm", "receive"]


def confirm(service: Service, path: str, asked: Mapping[str, str]) -> str | None:
    """The challenge to echo to a hub that verifies a subscription; None if we did not ask for it."""
    return push.confirm(service.settings, service.store, path, asked)


def receive(service: Service, path: str, body: bytes, signature: str, content_type: str) -> bool:
    """Take in what a hub pushed; False if nothing is awaited at this path."""
    service.refresh()
    return push.receive(service.settings, service.store, service.keys(), path, body, signature, content_type)
