"""lemon24/reader's side of benchmarks.rounds, for the peers' environment: FOLDER, then one address a line in urls.txt there.

Its default storage, as its documentation shows it; 20 workers, and every feed each time.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.side import serve_rounds


def main(folder: Path) -> None:
    """Add the feeds, then update them once a line."""
    from reader import make_reader  # type: ignore[import-not-found]

    reader = make_reader(str(folder / "reader.sqlite"))
    for url in (folder / "urls.txt").read_text(encoding="ascii").splitlines():
        reader.add_feed(url, exist_ok=True)
    serve_rounds(lambda: reader.update_feeds(workers=20, scheduled=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
