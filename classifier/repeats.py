"""Near-duplicates: shingles, their Jaccard overlap, and MinHash to find candidates among many.

MinHash: A. Broder, "On the resemblance and containment of documents", 1997.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from rensa import RMinHash

SHINGLE = 3
PERMUTATIONS, ROWS = 64, 2
SEED = 20
_FACTOR, _MASK = 1_000_003, (1 << 61) - 1
MOST_ALIKE, MOST_VERIFIED = 64, 8
"""So many of the last texts in a bucket are candidates, and so many of those that share most buckets are verified."""


def shingles(words: Sequence[str]) -> frozenset[int]:
    """The runs of three words of a text, as stable hashes; a shorter text is one run."""
    if not words:
        return frozenset()
    codes = [_code(word) for word in words] + [0] * (SHINGLE - len(words))
    return frozenset(
        (one * _FACTOR + two) * _FACTOR + three & _MASK
        for one, two, three in zip(codes, codes[1:], codes[2:], strict=False)
    )


@lru_cache(maxsize=200_000)
def _code(word: str) -> int:
    return zlib.crc32(word.encode())


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of runs that two texts have in common, 0..1."""
    return len(one & other) / len(one | other) if one and other else 0.0


class NearDuplicates:
    """Finds the earlier text that a new one nearly repeats."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._buckets: dict[tuple[int, ...], list[int]] = {}
        self._shingles: dict[int, frozenset[int]] = {}

    def find(self, words: Sequence[str]) -> tuple[int, float] | None:
        """The key of the most similar text over the threshold, and the overlap; candidates are verified."""
        own = shingles(words)
        shared = Counter(key for band in _bands(own) for key in self._buckets.get(band, ())[-MOST_ALIKE:])
        likeliest = sorted(shared, key=lambda key: (-shared[key], key))[:MOST_VERIFIED]
        best = max(((jaccard(own, self._shingles[key]), key) for key in likeliest), default=None)
        return (best[1], best[0]) if best and best[0] >= self._threshold else None

    def add(self, key: int, words: Sequence[str]) -> None:
        """Remember a text under a key."""
        self._shingles[key] = own = shingles(words)
        for band in _bands(own):
            self._buckets.setdefault(band, []).append(key)


def _bands(own: frozenset[int]) -> list[tuple[int, ...]]:
    if not own:
        return []
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update([str(value) for value in sorted(own)])
    digest = sketch.digest()
    return [(start, *digest[start : start + ROWS]) for start in range(0, PERMUTATIONS, ROWS)]
