"""One side of benchmarks.rounds: a child process that runs a round for every line on its standard input.

It says when it is ready, what each round took, and at the end the most memory it held, each as a line of JSON.
Only the standard library: the peers' environment imports this too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from benchmarks.measure import measured, peak_memory_mib


def serve_rounds(run: Callable[[], object]) -> None:
    """Run a round per line until the input ends; starting up and imports lie before this and are not counted."""
    say("ready", True)
    for _ in sys.stdin:
        _, usage = measured(run)
        say("used", [usage.cpu, usage.wall])
    say("peak_mib", peak_memory_mib())


def say(key: str, value: object) -> None:
    """One line to the parent."""
    print(json.dumps({key: value}), flush=True)
