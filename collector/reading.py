"""What every collector needs to read a value that a source sent: cut, checked, and never trusted. All pure."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem, Point

TITLE_LIMIT, TEXT_LIMIT, ADDRESS_LIMIT = 500, 20_000, 2_000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_PAGE_START = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
# What is whole and plain already needs no joining, which costs ten times as much.
_WHOLE_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:/(?:[!-\"$-:<->@-~]|[?#;](?=[!-\"$-:<->@-~]))*)?"
)
_PASSWORD_FIELD = re.compile(rb"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_LANGUAGE = re.compile(r"^[a-z]{2}(?![a-z])")


def require_data(body: bytes) -> None:
    """Raises ParseError, code `empty` or `html`, if the body is nothing or a web page."""
    if not body.strip():
        raise ParseError("the body is empty", code="empty")
    if is_page(body):
        raise ParseError("this is a web page, not data", code="html")


def is_page(body: bytes) -> bool:
    """Whether a body begins as a web page does."""
    return _PAGE_START.match(body[:4096]) is not None


def first_sign(body: bytes) -> bytes:
    """What a body begins with, beyond white space and the mark of its encoding: one byte, or none of an empty body.

    >>> first_sign(b" [1]")
    b'['
    """
    return body[:256].removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def asks_for_password(body: bytes) -> bool:
    """Whether a web page has a field for a password."""
    return _PASSWORD_FIELD.search(body) is not None


def path_of(url: str) -> str:
    """An address's path; nothing of what is no address."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def as_json(body: bytes) -> Any:
    """What a JSON body says (RFC 8259). Raises ParseError, code `empty`, `html` or `not_json`, and nothing else."""
    require_data(body)
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError("the body is no JSON", code="not_json") from error


def text_of(value: Any) -> str:
    """The value if it is a string that can be stored, else nothing: JSON can hold half a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def written(value: Any) -> str:
    """An id or a code as text; some servers write it as a whole number.

    >>> written(12), written("a"), written(None)
    ('12', 'a', '')
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return text_of(value).strip()


def record(value: Any) -> Mapping[str, Any]:
    """The value if it is a JSON object, else one without members."""
    return value if isinstance(value, Mapping) else {}


def folded(text: str) -> str:
    """The text without regard to case, marks on letters and punctuation, to compare names by.

    >>> folded("Fryslân"), folded("Noord-Holland ")
    ('fryslan', 'noord holland')
    """
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(_WORD.findall("".join(letters).casefold()))


def cut(text: str, limit: int, code: str, faults: list[Fault]) -> str:
    """The text, at most `limit` characters long; a cut is added to the faults under this code."""
    if len(text) <= limit:
        return text
    faults.append(Fault(code, f"{len(text)} characters"))
    return text[: limit - 1] + "…"


def web_address(link: str, base: str, faults: list[Fault]) -> str | None:
    """The link, seen from `base`, if it is an http or https address; None without one, with the fault `bad_link` for another."""
    if not link:
        return None
    if len(link) <= ADDRESS_LIMIT and _WHOLE_ADDRESS.fullmatch(link):
        return link
    try:
        address = urljoin(base, link)
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"} and parts.hostname and len(address) <= ADDRESS_LIMIT:
            return address
    except ValueError:
        pass
    faults.append(Fault("bad_link"))
    return None


def moment(value: Any) -> datetime | None:
    """A time as ISO 8601 writes it: in UTC, or naive where it names no zone; None if it is another thing or can't be right.

    >>> moment("2026-07-15T12:00:00+02:00")
    datetime.datetime(2026, 7, 15, 10, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        return plausible(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def end_of(value: Any) -> datetime | None:
    """When a warning ends, in UTC. Where no zone is named it counts as UTC: rather shown an hour too long than too short."""
    at = moment(value)
    return at and at.replace(tzinfo=UTC)


def plausible(at: datetime) -> datetime | None:
    """The time, in UTC unless naive, if a source can have meant it: neither from before the web nor far ahead."""
    if not EARLIEST.year <= at.year < LATEST.year:
        return None
    return at.astimezone(UTC) if at.tzinfo else at


def point_of(lat: Any, lon: Any) -> Point | None:
    """Latitude and longitude in degrees (WGS 84), as numbers or written out; None if they are no spot on earth.

    >>> point_of("52.37", 4.9)
    (52.37, 4.9)
    """
    try:
        point = float(lat), float(lon)
    except (TypeError, ValueError, OverflowError):
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def language(value: Any) -> str | None:
    """The two letters (ISO 639-1) that a language tag (BCP 47) begins with."""
    found = _LANGUAGE.match(value.strip().lower()) if isinstance(value, str) else None
    return found.group() if found else None


def digest(*parts: str) -> str:
    """A name for what has none of its own: 32 hexadecimal digits of a SHA-256."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def each_once(found: Iterable[FetchedItem | None], faults: list[Fault]) -> tuple[FetchedItem, ...]:
    """The entries that could be read, each id once; for the others a fault `bad_item` or `duplicate_id`."""
    items: dict[str, FetchedItem] = {}
    for item in found:
        if item is None:
            faults.append(Fault("bad_item"))
        elif items.setdefault(item.entry_id, item) is not item:
            faults.append(Fault("duplicate_id"))
    return tuple(items.values())


def counted(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Equal kinds of fault as one, with their number."""
    counts = Counter(fault.code for fault in faults)
    first = {fault.code: fault for fault in reversed(faults)}
    return tuple(first[code] if number == 1 else Fault(code, f"{number} times") for code, number in counts.items())


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
