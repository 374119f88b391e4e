"""Every benchmark runs, small, on the real thing. What it measures is not asserted: that depends on the machine."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import feeds, report, rounds
from benchmarks.measure import PEERS_PYTHON, Figure, peak_memory_mib, table

ROOT = Path(__file__).parents[2]


def run(tmp_path, name, *words):
    """The figures of a benchmark by what they say."""
    out = tmp_path / f"{name}.json"
    command = [sys.executable, "-m", f"benchmarks.{name}", *words, "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "| what | target |" in done.stdout
    return {figure["what"]: figure["measured"] for figure in json.loads(out.read_text(encoding="utf-8"))["figures"]}


def test_rounds_store_every_item_of_feeds_with_every_kind_of_damage(tmp_path):
    count = feeds.EVERY * len(feeds.DAMAGES)
    figures = run(tmp_path, "rounds", "--feeds", str(count), "--items", "3", "--rounds", "2", "--only-wijkblik")
    changed = sum(feeds.changes(number, turn) for number in range(count) for turn in range(2))
    assert figures["items stored, Wijkblik"] == count * 3 + changed
    assert figures["generated items missing, Wijkblik"] == 0
    assert figures["rows stored twice or under another link, Wijkblik"] == 0
    assert figures["first round, processor time"] > 0


def test_rounds_measure_reader_too():
    if not PEERS_PYTHON.exists():
        message = "needs reader as a peer: make peers"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    outcome = rounds.measure(rounds.READER, 5, 3, 1)
    assert (outcome.items, outcome.missing, outcome.extra) == (16, 0, 0)
    assert outcome.steady.cpu > 0
    figures = {figure.what: figure for figure in rounds.figures(outcome, outcome)}
    assert figures["first round, processor time"].measured == figures["steady rounds, most memory"].measured == 1


def test_parsing_measures_time_and_agreement(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    for number in range(4):
        (files / f"{number}.xml").write_bytes(feeds.render(number, 2, 3, 80, datetime(2026, 7, 1, tzinfo=UTC)))
    figures = run(tmp_path, "parsing", "--feeds", "5", "--fixtures", str(files))
    assert figures["processor time, feedparser's over ours"] > 0
    assert figures["items with feedparser's title"] == 100
    assert figures["items with feedparser's title, forgiving parser alone"] == 100
    assert figures["crashes on those files"] == 0


def test_inserting_stores_the_same_both_ways(tmp_path):
    assert run(tmp_path, "insert", "--items", "250", "--batch", "100")["processor time, the store's over sqlite3's"] > 0


def test_the_page_is_what_the_results_say():
    assert report.PAGE.read_text(encoding="utf-8") == report.page(report.read(report.RESULTS))


def test_a_target_that_is_not_met_says_so():
    met, missed = table([Figure("a", 1.0, "×", 1.3), Figure("b", 11.0, "×", 12, at_most=False)])[2:]
    assert met == "| a | ≤ 1.3 × | 1 × |  |"
    assert missed == "| b | ≥ 12 × (**not met**) | 11 × |  |"


def test_peak_memory_is_of_this_process():
    before = peak_memory_mib()
    held = bytearray(int((before + 20) * 1024 * 1024))
    assert peak_memory_mib() >= before + 20
    del held
