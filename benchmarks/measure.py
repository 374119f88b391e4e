"""Processor time, wall time and memory of this process, and how a result is kept.

Only the standard library: the peers' environment imports this too.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PEERS_PYTHON = ROOT / ".peers" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a piece of work took: seconds of processor time (user and system, all threads) and of the clock."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its target, if it has one; `at_most` says on which side of the target it should lie."""

    what: str
    measured: float
    unit: str
    target: float | None = None
    at_most: bool = True
    detail: str = ""


def measured(work: Callable[[], T]) -> tuple[T, Usage]:
    """What `work` returns, and what it took in this process."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    result = work()
    return result, Usage(_cpu_seconds() - cpu, time.perf_counter() - wall)


def best_cpu(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of processor time of the quickest of some runs: what disturbs a run only makes it slower."""
    return min(measured(work)[1].cpu for _ in range(times))


def peak_memory_mib() -> float:
    """The most memory that this process held since it started, in MiB (Linux only).

    getrusage won't do: a child inherits its parent's peak there.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def save(
    out: Path, title: str, command: str, figures: Sequence[Figure], parameters: Mapping[str, object] | None = None
) -> None:
    """Keep a result as JSON for benchmarks.report, with what it was measured under, and print it."""
    result: dict[str, object] = {
        "title": title,
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "measured_on": datetime.now(UTC).date().isoformat(),
        "figures": [asdict(figure) for figure in figures],
    }
    if parameters is not None:
        result["parameters"] = parameters
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(table(figures)))


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a Markdown table."""
    lines = ["| what | target | measured | |", "|---|---|---|---|"]
    return lines + [f"| {one.what} | {_target(one)} | {_number(one)} {one.unit} | {one.detail} |" for one in figures]


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    met = figure.measured <= figure.target if figure.at_most else figure.measured >= figure.target
    return f"{'≤' if figure.at_most else '≥'} {figure.target:g} {figure.unit}" + ("" if met else " (**not met**)")


def _number(figure: Figure) -> str:
    return f"{figure.measured:.3g}" if abs(figure.measured) < 100 else f"{figure.measured:,.0f}"


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
