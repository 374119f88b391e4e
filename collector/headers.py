"""What response headers say: until when an answer is fresh, when to come back, where the next page is. All pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(days=7)
"""No header of a server's makes a source wait longer than this for its next visit."""
_EPOCH_FROM = 1_000_000_000
_LINK = re.compile(r"<([^<>]{0,4000})>([^<>]{0,1000})")
_REL = re.compile(r"""(?:^|;)\s*rel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))""", re.IGNORECASE)
_IETF = re.compile(r"(?:^|[;,\s])(remaining|reset|r|t)\s*=\s*(\d{1,12})(?=$|[;,\s])", re.IGNORECASE)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a Retry-After header (RFC 9110, 10.2.3; seconds or a date) allows the next request, at most a week on."""
    if value is None:
        return None
    try:
        at = now + timedelta(seconds=int(value)) if value.strip().isdigit() else _http_date(value)
    except (OverflowError, ValueError):
        return now + LONGEST_WAIT if value.strip().isdigit() else None
    return min(max(at, now), now + LONGEST_WAIT)


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the answer counts as fresh (RFC 9111: max-age less Age, else Expires), at most a week on."""
    directives = {part.strip().lower() for part in headers.get("cache-control", "").split(",")}
    if directives & {"no-store", "no-cache"}:
        return None
    age = next((part.partition("=")[2].strip('"') for part in directives if part.startswith("max-age=")), None)
    try:
        if age is not None:
            elapsed = int(headers.get("age", "0") or 0)
            at = now + timedelta(seconds=min(max(int(age) - elapsed, 0), LONGEST_WAIT.total_seconds()))
        elif "expires" in headers:
            at = _http_date(headers["expires"])
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return min(at, now + LONGEST_WAIT) if at > now else None


def limited_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when a used-up allowance forbids the next request; None while there is some left.

    Reads `X-RateLimit-Remaining` with `-Reset` (a timestamp, seconds or milliseconds since 1970, or seconds from now), the same without
    `X-`, and the structured `RateLimit` field (IETF draft-ietf-httpapi-ratelimit-headers). At most a week on.
    """
    remaining = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset")
    if remaining is None and "ratelimit" in headers:
        fields = {name.lower()[0:3]: value for name, value in _IETF.findall(headers["ratelimit"])}
        remaining, reset = fields.get("rem", fields.get("r")), fields.get("res", fields.get("t"))
    try:
        if remaining is None or reset is None or float(remaining) > 0:
            return None
        at = _reset_at(reset.strip(), now)
    except (ValueError, OverflowError):
        return None
    return min(at, now + LONGEST_WAIT) if at > now else None


def links(headers: Mapping[str, str]) -> dict[str, str]:
    """The targets of a Link header by their relation, such as `next` (RFC 8288); as they stand, relative ones too."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(headers.get("link", "")):
        if named := _REL.search(parameters):
            for relation in next(group for group in named.groups() if group is not None).split():
                found.setdefault(relation.lower(), target)
    return found


def _reset_at(reset: str, now: datetime) -> datetime:
    if not reset.replace(".", "", 1).isdigit():
        at = datetime.fromisoformat(reset)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    seconds = float(reset)
    if seconds >= _EPOCH_FROM * 1000:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if seconds >= _EPOCH_FROM else now + timedelta(seconds=seconds)


def _http_date(value: str) -> datetime:
    at = parsedate_to_datetime(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
