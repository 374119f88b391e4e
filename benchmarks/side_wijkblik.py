"""Wijkblik's side of benchmarks.rounds: the product's own collecting, FOLDER holding wijk.yaml and getting the data."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import structlog
import uvloop

from benchmarks.side import serve_rounds
from collector.registry import collectors
from wijkblik.collecting import SourceResult, collect
from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.settings import load_settings


def main(folder: Path) -> None:
    """Open the store, then collect once a line."""
    # As the command line does it by default.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = load_settings(str(folder / "wijk.yaml"), data=folder)
    # Finds and imports them, which counts as starting up.
    collectors()
    with open_store(settings) as store:
        keys = KeyRing(keys_path(settings))

        def run() -> list[SourceResult]:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(collect(settings, store, keys, None, lambda step, done, total: None))

        serve_rounds(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
