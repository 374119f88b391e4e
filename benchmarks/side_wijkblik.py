"""Wijkblik's side of benchmarks.rounds: the product's own collecting, FOLDER holding wijk.yaml and getting the data."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import structlog

from benchmarks.side import serve_rounds
from collector.registry import collectors
from wijkblik.collecting import SourceResult, collect, run
from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.settings import load_settings


def main(folder: Path) -> None:
    """Open the store, then collect once a line."""
    # As the command line does it by default.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = load_settings(str(folder / "wijk.yaml"), data=folder)
    # Imports it, which counts as starting up.
    collectors()["feed"]
    with open_store(settings) as store:
        keys = KeyRing(keys_path(settings))

        def one_round() -> list[SourceResult]:
            return run(collect(settings, store, keys, None, lambda step, done, total: None))

        serve_rounds(one_round)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
