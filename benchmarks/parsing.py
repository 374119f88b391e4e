"""Parsing beside feedparser 6: `python -m benchmarks.parsing`.

Processor time: `collector.rss.parse`, which sanitises too, against `feedparser.parse` with its own sanitising on, as
it is by default, over the same generated well-formed feeds of 10 to 100 items. Agreement: over feedparser's own test
files, where the folder ../shared/data/feeds/feedparser is there. Texts are made plain by the same function on both
sides, so that what is compared is parsing.
"""

from __future__ import annotations

import argparse
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import feedparser

from benchmarks import feeds
from benchmarks.measure import RESULTS, ROOT, Figure, best_cpu, save
from collector import rss
from collector.text import plain
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source

FIXTURES = ROOT.parent / "shared" / "data" / "feeds" / "feedparser" / "tests"
SIZES = (10, 20, 30, 50, 100)
PORT = 80
CONTENT_TYPE = "application/xml"
Fixture = tuple[bytes, str]
"""A test file's bytes, and the content type that it says it is served with."""
_CONTENT_TYPE = re.compile(rb"^\s*Header:\s*Content-type:\s*(.*?)\s*$", re.IGNORECASE | re.MULTILINE)


def main() -> None:
    """Measure the time, and the agreement where there are files to agree on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200, help="feeds to parse, of mixed sizes")
    parser.add_argument("--fixtures", type=Path, default=FIXTURES)
    parser.add_argument("--out", type=Path, default=RESULTS / "parsing.json")
    args = parser.parse_args()
    figures = [time_ratio(args.feeds)]
    if args.fixtures.is_dir():
        figures += agreement(list(fixtures(args.fixtures)))
    else:
        print(f"No agreement measured: it needs feedparser's test files in {args.fixtures}")
    save(args.out, "Parsing and sanitising, beside feedparser 6", "python -m benchmarks.parsing", figures)


def time_ratio(count: int) -> Figure:
    """How many times feedparser's processor time ours goes into."""
    bodies = list(well_formed(count))
    ours, theirs = best_cpu(lambda: _parse_ours(bodies)), best_cpu(lambda: _parse_theirs(bodies))
    detail = f"{ours / count * 1000:.3g} ms against {theirs / count * 1000:.3g} ms a feed"
    return Figure("processor time, feedparser's over ours", theirs / ours, "×", 12, at_most=False, detail=detail)


def well_formed(count: int) -> Iterator[tuple[int, bytes]]:
    """Generated feeds with nothing wrong, by number, their sizes going round in SIZES."""
    origin = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=7)
    numbers = (number for number in range(count * 2) if feeds.damage(number) is None)
    for place, number in zip(range(count), numbers, strict=False):
        size = SIZES[place % len(SIZES)]
        yield number, feeds.render(number, size - 1, size, PORT, origin)


def agreement(files: Sequence[Fixture]) -> list[Figure]:
    """How many of feedparser's items come out of ours with the same title: as it is, and by the forgiving parser alone."""
    expected = [_their_titles(fixture) for fixture in files]
    total = sum(titles.total() for titles in expected)
    same, crashes = _compare(files, expected)
    # There is no other way to ask for the forgiving parser alone.
    with patch.object(rss, "_needs_forgiveness", lambda body: True):
        same_forgiving, crashes_forgiving = _compare(files, expected)
    what, of = "items with feedparser's title", f"of {total:,} in its own {len(files):,} test files"
    return [
        Figure(what, 100 * same / total, "%", 98.5, at_most=False, detail=of),
        Figure(f"{what}, forgiving parser alone", 100 * same_forgiving / total, "%", 100, at_most=False, detail=of),
        Figure("crashes on those files", crashes + crashes_forgiving, "crashes", 0),
    ]


def fixtures(folder: Path) -> Iterator[Fixture]:
    """Every test file in the folder and below."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        body = path.read_bytes()
        told = _CONTENT_TYPE.search(body[:2000])
        usual = "application/json" if path.suffix == ".json" else "application/xml"
        yield body, told.group(1).decode() if told else usual


def _parse_ours(bodies: Sequence[tuple[int, bytes]]) -> None:
    for number, body in bodies:
        rss.parse(body, _source(feeds.host(number)), CONTENT_TYPE)


def _parse_theirs(bodies: Sequence[tuple[int, bytes]]) -> None:
    for _, body in bodies:
        feedparser.parse(io.BytesIO(body), response_headers={"content-type": CONTENT_TYPE})


def _compare(files: Sequence[Fixture], expected: Sequence[Counter[str]]) -> tuple[int, int]:
    """How many of the expected titles we give, and how many files make us crash."""
    source, same, crashes = _source("127.0.0.1"), 0, 0
    for (body, content_type), titles in zip(files, expected, strict=True):
        try:
            items = rss.parse(body, source, content_type).items
        except ParseError:
            continue
        except Exception:  # noqa: BLE001 - crashes are what is counted
            crashes += 1
            continue
        same += (Counter(item.title for item in items) & titles).total()
    return same, crashes


def _their_titles(fixture: Fixture) -> Counter[str]:
    """The titles of feedparser's entries; one that is repeated word for word without an id of its own is one item."""
    body, content_type = fixture
    document = feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type}, sanitize_html=False)
    distinct = {
        (entry.get("title", ""), entry.get("id"), entry.get("link"), entry.get("summary"), _contents(entry))
        for entry in document.entries
    }
    return Counter(plain(title) for title, *_ in distinct)


def _contents(entry: feedparser.FeedParserDict) -> tuple[str, ...]:
    return tuple(part.get("value", "") for part in entry.get("content", ()))


def _source(host: str) -> Source:
    address = f"http://{host}:{PORT}/nieuws.xml"
    return Source(key="s", name="S", collector="feed", type="news", organisation="S", url=address)


if __name__ == "__main__":
    main()
