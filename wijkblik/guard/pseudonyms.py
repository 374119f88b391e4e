"""Pseudonyms for authors: an HMAC under a key per wijk and ISO week, kept outside the database.

When a week's key is destroyed nothing links to that week's authors any more, and what was
sealed under it (wijkblik.guard.seals) can't be opened. HMAC-SHA-256: RFC 2104.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from wijkblik.errors import DataFolderError

IDENTITY = "identity"
"""The name of the key that item ids of social sources are made under; it lives as long as the store."""


def week_of(moment: datetime) -> str:
    """The ISO week of an aware moment in UTC, such as 2026-W48."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02}"


class KeyRing:
    """The keys in one file that only its owner may read (mode 0600). A missing key is made by `new_key`.

    Rounds and the page, which takes in what hubs push, may both be the first of a week to need one.
    """

    def __init__(self, path: Path, new_key: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> None:
        self._path, self._new_key = path, new_key
        self._keys = self._load()

    def pseudonym(self, wijk: str, week: str, author: str) -> str:
        """Who wrote, for that wijk and week only: 32 hexadecimal digits."""
        return hmac.new(self._key(wijk, week), author.strip().casefold().encode(), hashlib.sha256).hexdigest()[:32]

    def item_identity(self, wijk: str, text: str) -> str:
        """An id made of text that may name a person: it can't be made again without the key."""
        return hmac.new(self._key(wijk, IDENTITY), text.encode(), hashlib.sha256).hexdigest()

    def seal(self, wijk: str, week: str, author: str | None, url: str | None) -> bytes:
        """Author and address, encrypted under the week's key."""
        # Where no persons write, the ciphers are never loaded.
        from wijkblik.guard.seals import seal

        content = json.dumps({"author": author, "url": url}, ensure_ascii=False).encode()
        return seal(self._key(wijk, week), _context(wijk, week), content)

    def unseal(self, wijk: str, week: str, sealed: bytes) -> tuple[str | None, str | None]:
        """Author and address again. Raises LookupError when the key is gone or is not the one."""
        from wijkblik.guard.seals import unseal

        if week not in self._keys.get(wijk, {}):
            raise LookupError(f"the key of {week} is gone")
        content = json.loads(unseal(self._key(wijk, week), _context(wijk, week), sealed))
        return content["author"], content["url"]

    def destroy_before(self, week: str) -> list[str]:
        """Destroy the keys of all weeks before one; what they protected is lost for good."""
        gone: list[str] = []
        with self._alone():
            self._keys = self._load()
            for keys in self._keys.values():
                old = [name for name in keys if name != IDENTITY and name < week]
                gone += old
                for name in old:
                    del keys[name]
            if gone:
                self._save()
        return sorted(set(gone))

    def _key(self, wijk: str, name: str) -> bytes:
        if name not in self._keys.get(wijk, {}):
            with self._alone():
                self._keys = self._load()
                if name not in self._keys.setdefault(wijk, {}):
                    self._keys[wijk][name] = self._new_key()
                    self._save()
        return self._keys[wijk][name]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Other processes wait meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _load(self) -> dict[str, dict[str, bytes]]:
        try:
            content = json.loads(self._path.read_text(encoding="ascii"))
            return {wijk: {name: base64.b64decode(key) for name, key in keys.items()} for wijk, keys in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise DataFolderError(
                f"The key file {self._path} can't be read. Restore it from a back-up; without it sealed authors stay closed.",
                self._path.parent,
            ) from error

    def _save(self) -> None:
        content = {
            wijk: {name: base64.b64encode(key).decode() for name, key in keys.items()}
            for wijk, keys in self._keys.items()
        }
        draft = self._path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _context(wijk: str, week: str) -> bytes:
    return f"{wijk}/{week}".encode()
