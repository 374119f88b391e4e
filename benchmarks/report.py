"""docs/performance.md from the results, so that nobody types a figure: `python -m benchmarks.report`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import RESULTS, ROOT, Figure, table

ORDER = ("rounds", "parsing", "insert", "cadence")
"""Results in this order; others follow by name."""
PAGE = ROOT / "docs" / "performance.md"
OPENING = """\
# Performance

What Wijkblik takes, beside programs that do part of the same work. `make bench` measures all of it anew in some
twenty minutes, keeps the results in `benchmarks/results/` and writes this page from them; no figure is typed by hand
and none is asserted in a test. × is Wijkblik's figure over the other's unless a line says otherwise; ≤ and ≥ say on
which side of its target a figure should lie.

- **The other sides** are named with their versions in `requirements-peers.lock` and run in an environment of their
  own (`make peers`).
- **Processor time** is user and system time of the measured process with all its threads, read before and after the
  work: starting Python and importing are not in it. **Most memory** is of the whole process, imports included.
- **The feeds** are generated (`benchmarks/feeds.py`): invented Dutch news in RSS and Atom, with markup, of varied
  length, 3 % of them malformed, each on a loopback address of its own. The server is another process and not counted.
  reader refuses a feed that is not well-formed whole: those are the items it misses, and the work it is spared.
- Other work on the machine moves clock times much and processor times a little; compare figures of one run only.
"""


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--out", type=Path, default=PAGE)
    args = parser.parse_args()
    args.out.write_text(page(read(args.results)), encoding="utf-8")


def read(folder: Path) -> list[Mapping[str, Any]]:
    """The kept results, in the page's order."""
    files = {file.stem: file for file in sorted(folder.glob("*.json"))}
    names = [name for name in ORDER if name in files] + [name for name in files if name not in ORDER]
    return [json.loads(files[name].read_text(encoding="utf-8")) for name in names]


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """The whole page as Markdown."""
    return "\n".join([OPENING, *(_section(result) for result in results)])


def _section(result: Mapping[str, Any]) -> str:
    lines = [
        f"## {result['title']}",
        "",
        f"`{result['command']}` · {result['machine']} · {result['measured_on']}",
        "",
        *table([Figure(**figure) for figure in result["figures"]]),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
