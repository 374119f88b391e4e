"""What commands share: their options, the consoles, and a wijk's folder held for work."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wijkblik.datafolder import fix, hold, keep_port, keys_path, open_store, published_at
from wijkblik.demo.publisher import Publisher
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.locale import words
from wijkblik.settings import Settings, load_settings
from wijkblik.store import Store

if TYPE_CHECKING:
    from wijkblik.pipeline import RoundSummary

NO_SCREEN = 160
"""Columns of what goes into a file or another program."""
out = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else NO_SCREEN)
err = Console(stderr=True, highlight=False)
WijkOption = Annotated[str, typer.Option("--wijk", help="A name under configs/wijken or configs/scenarios, or a path.")]
NowOption = Annotated[
    datetime | None,
    typer.Option(
        "--now",
        formats=["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"],
        help="The moment to take for now, such as 2026-11-01T08:00+0100.",
    ),
]


@dataclass(frozen=True, slots=True)
class Work:
    settings: Settings
    store: Store
    keys: KeyRing
    base: str | None


@contextmanager
def at_work(wijk: str, what: str, **overrides: object) -> Iterator[Work]:
    """The wijk's folder held, its store open and, for a scenario, its publisher listening."""
    settings = load_settings(wijk, **overrides)
    with hold(settings.folder, what):
        wanted = 0
        if settings.scenario is not None:
            settings, wanted = fix(settings)
        publisher = Publisher(settings, wanted) if settings.scenario is not None else None
        with publisher.in_background() if publisher else nullcontext(), open_store(settings) as store:
            if publisher is not None:
                keep_port(settings, publisher.port)
            yield Work(settings, store, KeyRing(keys_path(settings)), publisher.base if publisher else None)


@contextmanager
def published(settings: Settings) -> Iterator[str | None]:
    """Where a scenario is published while the block runs: by a process that works on it, else by us. None for a real wijk."""
    known = published_at(settings)
    if settings.scenario is None or (known is not None and _listens(known)):
        yield known
        return
    with Publisher(settings).in_background() as publisher:
        yield publisher.base


def _listens(base: str) -> bool:
    parts = urlsplit(base)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def round_with_progress(work: Work) -> RoundSummary:
    # The models take a second to load, and only a round needs them.
    from wijkblik.pipeline import run_round

    say = words(work.settings.language)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(say(f"cli.{step}"), total=total)
            bar.update(tasks[step], completed=done, total=total)

        return run_round(work.settings, work.store, work.keys, base=work.base, progress=progress)
