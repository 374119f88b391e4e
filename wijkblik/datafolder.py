"""The data folder: one process at a time works on it, and a scenario's moment is fixed in it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wijkblik.errors import InUseError
from wijkblik.settings import Settings
from wijkblik.store import Store
from wijkblik.store.database import erase_all

SCENARIO_LIFE = timedelta(hours=24)
DEMO_PORT = 8765


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is fixed when a scenario first starts in a folder: its now, until when that holds, and the publisher's port."""

    now: str
    until: str
    port: int


@contextmanager
def hold(folder: Path, what: str) -> Iterator[None]:
    """Work alone on the folder for the length of the block; the lock goes with the process, however it ends.

    Raises InUseError when another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            pid, _, holder = file.read().partition(" ")
            raise InUseError(folder, int(pid) if pid.isdigit() else None, holder.strip() or what) from error
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} {what}")
        file.flush()
        yield


def keys_path(settings: Settings) -> Path:
    """Where the pseudonyms' keys lie: beside the database, never in it."""
    return settings.folder / "keys.json"


def open_store(settings: Settings) -> Store:
    """The wijk's store, made or migrated where needed."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    return Store(settings.database_url, settings.kind)


def as_fixed(settings: Settings) -> Settings:
    """For readers: a scenario at the moment that its folder is fixed at; anything else as it is."""
    fixed = _read(settings)
    return settings.at(datetime.fromisoformat(fixed.now)) if fixed else settings


def fix(settings: Settings, port: int = DEMO_PORT) -> tuple[Settings, int]:
    """For a run that holds the folder: the scenario at its fixed moment, and the port to publish on.

    A folder whose day is over, or that was fixed at another moment than --now asks for, starts afresh.
    """
    assert settings.scenario is not None, "only scenarios are fixed"
    fixed, asked = _read(settings), settings.environment.now
    wanted = asked.astimezone(UTC).isoformat() if asked else None
    clock = datetime.now(UTC)
    if fixed and clock < datetime.fromisoformat(fixed.until) and wanted in {None, fixed.now}:
        return settings.at(datetime.fromisoformat(fixed.now)), fixed.port
    now = settings.scenario.now
    if fixed:
        erase_all(settings.database_url)
        keys_path(settings).unlink(missing_ok=True)
    keep(settings, Fixed(now.isoformat(), ((clock if asked else now) + SCENARIO_LIFE).isoformat(), port))
    return settings, port


def keep(settings: Settings, fixed: Fixed) -> None:
    """Write down what is fixed, whole or not at all."""
    path = _marker(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(fixed)), encoding="utf-8")
    draft.replace(path)


def keep_port(settings: Settings, port: int) -> None:
    """Remember where the publisher came to listen, so that links and validators hold the next time."""
    fixed = _read(settings)
    if fixed and fixed.port != port:
        keep(settings, Fixed(fixed.now, fixed.until, port))


def published_at(settings: Settings) -> str | None:
    """The address that a scenario's publisher has, or had, in this folder; None before the first run and for a real wijk."""
    fixed = _read(settings)
    return f"http://127.0.0.1:{fixed.port}" if fixed else None


def _marker(settings: Settings) -> Path:
    return settings.folder / "scenario.json"


def _read(settings: Settings) -> Fixed | None:
    if settings.scenario is None:
        return None
    try:
        return Fixed(**json.loads(_marker(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
