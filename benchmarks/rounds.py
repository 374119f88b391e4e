"""Rounds over many feeds beside lemon24/reader: `python -m benchmarks.rounds`.

Wijkblik fetches, parses, sanitises, masks, makes pseudonyms, stores with full-text search and remembers each
source; reader 3.26 fetches, parses and stores. Both ask the same generated feeds (benchmarks.feeds) of the
same server; what is counted is the process of each side, from before a round until after it.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from benchmarks import feeds, publisher
from benchmarks.measure import PEERS_PYTHON, RESULTS, ROOT, Figure, Usage, save

PEER = "reader 3.26"


@dataclass(frozen=True, slots=True)
class Side:
    """How one side is started, told where the feeds are, made ready for another round, and looked into.

    `stored` gives the links of all stored items, one per row.
    """

    name: str
    python: str
    module: str
    configure: Callable[[Path, list[str]], None]
    make_due: Callable[[Path], None]
    stored: Callable[[Path], list[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one side took: the first round, the median steady round, the most memory (MiB); and what it stored.

    `missing` counts generated items that it does not hold, `extra` rows beyond one per item.
    """

    first: Usage
    steady: Usage
    first_mib: float
    steady_mib: float
    items: int
    missing: int
    extra: int


def main() -> None:
    """Measure both sides, or Wijkblik's alone where there are no peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5, help="steady rounds; the median counts")
    parser.add_argument("--only-wijkblik", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS / "rounds.json")
    args = parser.parse_args()
    if not (args.only_wijkblik or PEERS_PYTHON.exists()):
        parser.error("there are no peers to measure against: run `make peers` first, or add --only-wijkblik")
    ours = measure(WIJKBLIK, args.feeds, args.items, args.rounds)
    theirs = None if args.only_wijkblik else measure(READER, args.feeds, args.items, args.rounds)
    title = f"Rounds over {args.feeds:,} feeds of {args.items} items, beside {PEER}"
    save(args.out, title, f"python -m benchmarks.rounds --feeds {args.feeds}", figures(ours, theirs))


def measure(side: Side, count: int, items: int, rounds: int) -> Outcome:
    """A first round and `rounds` steady ones in a fresh folder, each kind in a process of its own."""
    origin = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=1) - items * feeds.STEP
    with (
        tempfile.TemporaryDirectory(prefix="wijkblik-rounds-") as name,
        publisher.running(count, items, origin) as server,
    ):
        folder = Path(name)
        urls = [f"http://{feeds.host(number)}:{server.port}{publisher.PATH}" for number in range(count)]
        side.configure(folder, urls)
        (first,), first_mib = _run(side, folder, [lambda: None])

        def turn() -> None:
            server.turn()
            side.make_due(folder)

        steady, steady_mib = _run(side, folder, [turn] * rounds)
        stored = side.stored(folder)
        expected = {
            feeds.link(number, server.port, n)
            for number in range(count)
            for n in range(items + sum(feeds.changes(number, turn) for turn in range(rounds)))
        }
        return Outcome(
            first,
            Usage(statistics.median(one.cpu for one in steady), statistics.median(one.wall for one in steady)),
            first_mib,
            steady_mib,
            items=len(stored),
            missing=len(expected - set(stored)),
            extra=len(stored) - len(expected & set(stored)),
        )


def figures(ours: Outcome, theirs: Outcome | None) -> list[Figure]:
    """The result as figures; ratios are ours over theirs."""
    if theirs is None:
        return _own(ours)

    def ratio(what: str, one: float, other: float, unit: str, target: float | None) -> Figure:
        return Figure(what, one / other, "×", target, detail=f"{one:.3g} {unit} against {other:.3g} {unit}")

    return [
        ratio("first round, processor time", ours.first.cpu, theirs.first.cpu, "s", 0.15),
        ratio("first round, clock", ours.first.wall, theirs.first.wall, "s", None),
        ratio("steady round, processor time", ours.steady.cpu, theirs.steady.cpu, "s", 0.12),
        ratio("steady round, clock", ours.steady.wall, theirs.steady.wall, "s", 0.35),
        ratio("first round, most memory", ours.first_mib, theirs.first_mib, "MiB", 1.3),
        ratio("steady rounds, most memory", ours.steady_mib, theirs.steady_mib, "MiB", 1.3),
        *_stored("Wijkblik", ours, target=0),
        *_stored(PEER, theirs),
    ]


def _own(outcome: Outcome) -> list[Figure]:
    return [
        Figure("first round, processor time", outcome.first.cpu, "s"),
        Figure("first round, clock", outcome.first.wall, "s"),
        Figure("steady round, processor time", outcome.steady.cpu, "s"),
        Figure("steady round, clock", outcome.steady.wall, "s"),
        Figure("first round, most memory", outcome.first_mib, "MiB"),
        Figure("steady rounds, most memory", outcome.steady_mib, "MiB"),
        *_stored("Wijkblik", outcome, target=0),
    ]


def _stored(name: str, outcome: Outcome, target: float | None = None) -> list[Figure]:
    return [
        Figure(f"items stored, {name}", outcome.items, "items"),
        Figure(f"generated items missing, {name}", outcome.missing, "items", target),
        Figure(f"rows stored twice or under another link, {name}", outcome.extra, "rows", target),
    ]


def _run(side: Side, folder: Path, before: list[Callable[[], None]]) -> tuple[list[Usage], float]:
    """One child that runs a round after each of the calls in `before`: what each took, and the child's peak in MiB."""
    command = [side.python, "-m", side.module, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        _told(child.stdout, "ready")
        used = []
        for prepare in before:
            prepare()
            child.stdin.write("round\n")
            child.stdin.flush()
            used.append(Usage(*_told(child.stdout, "used")))
        child.stdin.close()
        return used, _told(child.stdout, "peak_mib")


def _told(lines: IO[str], key: str) -> Any:
    line = lines.readline()
    if not line:
        raise RuntimeError("a side of the benchmark ended early; what it wrote above says why")
    return json.loads(line)[key]


def _configure_wijkblik(folder: Path, urls: list[str]) -> None:
    today = datetime.now(UTC).date()
    source = {"collector": "feed", "type": "news", "organisation": "Verzonnen", "terms_checked_at": str(today)}
    wijk = {
        "schema": 1,
        "name": "De Weverij",
        "municipality": "Lindevoort",
        "languages": ["nl"],
        "contact": "beheer@wijkblik.example",
        "places": [{"name": "Spoelstraat"}],
        "sources": [source | {"key": f"s{n}", "name": f"Bron {n}", "url": url} for n, url in enumerate(urls)],
        "purpose": "measuring",
        "legal_basis": "invented text only",
        "owner": "beheer",
        "review_date": str(today + timedelta(days=30)),
    }
    # JSON is YAML.
    (folder / "wijk.yaml").write_text(json.dumps(wijk), encoding="utf-8")


def _configure_reader(folder: Path, urls: list[str]) -> None:
    (folder / "urls.txt").write_text("\n".join(urls), encoding="ascii")


def _make_due(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "wijken" / "wijkblik.db")) as connection, connection:
        connection.execute("UPDATE source SET next_check_at = '2000-01-01 00:00:00.000000'")


def _column(file: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [value for (value,) in connection.execute(query)]


WIJKBLIK = Side(
    "Wijkblik",
    sys.executable,
    "benchmarks.side_wijkblik",
    _configure_wijkblik,
    _make_due,
    lambda folder: _column(folder / "wijken" / "wijkblik.db", "SELECT url FROM item"),
)
READER = Side(
    PEER,
    str(PEERS_PYTHON),
    "benchmarks.side_reader",
    _configure_reader,
    lambda folder: None,
    lambda folder: _column(folder / "reader.sqlite", "SELECT link FROM entries"),
)


if __name__ == "__main__":
    main()
