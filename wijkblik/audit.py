"""The tamper-evident log: who did what when, as a hash chain over canonical JSON. Ids only, never content."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from wijkblik.store import Store

ORIGIN = "0" * 64
"""Stands before the first entry."""


def record(store: Store, at: datetime, actor: str, action: str, **subject: str | int | float | bool | None) -> int:
    """Append one entry and give its number. `subject` holds ids, counts and codes."""

    def seal(seq: int, previous: str) -> str:
        return entry_hash(seq, at, actor, action, subject, previous)

    return store.log.append(at, actor, action, subject, seal, ORIGIN)


def entry_hash(seq: int, at: datetime, actor: str, action: str, subject: dict[str, Any], previous: str) -> str:
    """SHA-256 of the entry's canonical JSON (sorted keys, no spaces, UTF-8; compare RFC 8785) and the hash before it."""
    entry = {
        "seq": seq,
        "at": at.isoformat(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "previous": previous,
    }
    return hashlib.sha256(
        json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def first_break(store: Store) -> int | None:
    """The number of the first entry whose hash or link does not fit; None when the chain is whole."""
    previous, expected = ORIGIN, 1
    for row in store.log.entries():
        own = entry_hash(row.seq, row.at, row.actor, row.action, row.subject, previous)
        if row.seq != expected or row.previous != previous or row.hash != own:
            return expected
        previous, expected = row.hash, expected + 1
    return None
