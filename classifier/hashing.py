"""Texts cut into hashed pieces, all texts of a batch at once over their code points: no vocabulary, no loop per piece.

Each function gives rows and hashes: for each piece the number of its text, and a polynomial hash modulo 2^64 that is the
same on every machine. Feature hashing after K. Weinberger et al., "Feature hashing for large scale multitask learning", 2009.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

BASE = np.uint64(0x100000001B3)
PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
LONGEST_WORD = 48
"""Letters of a word that have a place of their own in its hash."""
START, END = "\x02", "\x03"
SPACE, LETTER, CAPITAL, DIGIT, MARK, UNSEEN = range(6)
"""Kinds of characters."""
_TABLE = 0x10000
_NAMED = 1 << 40
"""Above all code points: shapes of words, so that none is taken for a mark."""
IN_CAPITALS = np.uint64(_NAMED + 3)
"""The shape of a word in capitals."""
Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Pieces = tuple[Numbers, Hashes]


@dataclass(frozen=True, slots=True)
class Batch:
    """The characters of all texts in a row: code points, kinds, and the number of the text of each."""

    codes: Hashes
    kinds: NDArray[np.uint8]
    row_of: Numbers
    count: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Batch:
        """Texts as they stand between a start and an end; unseen characters are left out, and one space stands for more."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32)
        row_of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        kinds = _kinds()[np.minimum(codes, _TABLE)]
        spaces = (kinds == SPACE)[1:] & (kinds == SPACE)[:-1] & (np.diff(row_of) == 0)
        kept = (kinds != UNSEEN) & ~np.concatenate([[False], spaces])
        return cls(codes[kept].astype(np.uint64), kinds[kept], row_of[kept], len(texts))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words and marks of a batch: of each the text, a hash of its letters in lower case, and its shape.

    A shape is the mark itself, or whether it is a tag, a number (how long), or a word in capitals, with a capital, or of
    some length: what is left of a sentence once what it is about is taken away.
    """

    row_of: Numbers
    hashes: Hashes
    shapes: Hashes

    @classmethod
    def of(cls, batch: Batch) -> Tokens:
        inside = np.flatnonzero(batch.kinds != SPACE)
        if not len(inside):
            return cls(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint64))
        codes, kinds = batch.codes[inside], batch.kinds[inside]
        after_tag = np.concatenate([[False], (codes == ord("#"))[:-1]])
        after_mark = np.concatenate([[True], (kinds == MARK)[:-1]])
        apart = np.concatenate([[True], np.diff(inside) > 1])
        begins = apart | (kinds == MARK) | (after_mark & ~after_tag)
        starts = np.flatnonzero(begins)
        lengths = np.diff(np.append(starts, len(inside)))
        lower = _lower()[np.minimum(codes, _TABLE).astype(np.int64)]
        place = np.arange(len(inside)) - np.repeat(starts, lengths)
        hashes = np.add.reduceat(
            np.where(codes < _TABLE, lower, codes) * _powers()[np.minimum(place, LONGEST_WORD - 1)], starts
        )
        first, capitals = kinds[starts], np.add.reduceat((kinds == CAPITAL).astype(np.int64), starts)
        shape = np.where(
            first == DIGIT,
            np.searchsorted([3, 5], lengths, side="right"),
            np.where(
                first == CAPITAL,
                np.where((capitals == lengths) & (lengths > 1), 3, 4),
                5 + np.searchsorted([4, 8], lengths, side="right"),
            ),
        ).astype(np.uint64) + np.uint64(_NAMED)
        tag = (first == MARK) & (lengths > 1)
        shape = np.where(first == MARK, np.where(tag, np.uint64(_NAMED + 8), codes[starts]), shape)
        return cls(batch.row_of[inside][starts], hashes, shape)


def words_and_pairs(plain: Batch) -> Pieces:
    """Each word between spaces, and each two that follow each other."""
    inside = np.flatnonzero(plain.kinds != SPACE)
    if not len(inside):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(inside) > 1]))
    place = np.arange(len(inside)) - np.repeat(starts, np.diff(np.append(starts, len(inside))))
    hashes = np.add.reduceat(plain.codes[inside] * _powers()[np.minimum(place, LONGEST_WORD - 1)], starts)
    rows = plain.row_of[inside][starts]
    together = rows[1:] == rows[:-1]
    pairs = (hashes[:-1] * PAIR + hashes[1:])[together]
    return np.concatenate([rows, rows[1:][together]]), np.concatenate([hashes, pairs])


def runs_in_words(plain: Batch, lengths: Sequence[int]) -> Pieces:
    """Each run of letters of these lengths within a word and the space on either side."""
    space = plain.kinds == SPACE
    spaces_before = np.concatenate([[0], np.cumsum(space)])
    found = []
    for length in lengths:
        rows, hashes = _rolling(plain.codes, plain.row_of, length)
        count = len(hashes)
        # No space but at the ends, and not only spaces.
        within = spaces_before[length - 1 : length - 1 + count] - spaces_before[1 : 1 + count] == 0
        within &= ~(space[:count] & space[length - 1 : length - 1 + count] & (length == 2))
        found.append((rows[within], hashes[within]))
    return _together(found)


def runs(written: Batch, length: int) -> Pieces:
    """Each run of characters of this length, capitals, marks and spaces as they stand."""
    return _within_text(written.codes, written.row_of, length)


def shapes(tokens: Tokens, longest: int) -> Pieces:
    """Each sequence of up to so many shapes."""
    return _together([_within_text(tokens.shapes, tokens.row_of, length) for length in range(1, longest + 1)])


def ends(tokens: Tokens, count: int) -> Pieces:
    """So many words and marks from the beginning, and from the end, with their places; the start and end signs are none."""
    rows = tokens.row_of
    texts = np.arange(rows[-1] + 1 if len(rows) else 0)
    first, last = np.searchsorted(rows, texts), np.searchsorted(rows, texts, side="right") - 1
    place = np.arange(len(rows))
    found = []
    for side, rank in ((1, place - first[rows]), (2, last[rows] - place)):
        here = (rank >= 1) & (rank <= count) & (place > first[rows]) & (place < last[rows])
        found.append((rows[here], tokens.hashes[here] * PAIR + (rank[here] * 4 + side).astype(np.uint64)))
    return _together(found)


def _within_text(codes: Hashes, row_of: Numbers, length: int) -> Pieces:
    rows, hashes = _rolling(codes, row_of, length)
    whole = rows == row_of[length - 1 :]
    return rows[whole], hashes[whole]


def _rolling(codes: Hashes, row_of: Numbers, length: int) -> Pieces:
    count = max(len(codes) - length + 1, 0)
    hashes = np.full(count, length * int(PAIR) % 2**64, dtype=np.uint64)
    for offset in range(length):
        hashes = hashes * BASE + codes[offset : offset + count]
    return row_of[:count], hashes


def _together(found: Sequence[Pieces]) -> Pieces:
    return np.concatenate([rows for rows, _ in found]), np.concatenate([hashes for _, hashes in found])


@cache
def _powers() -> Hashes:
    powers = np.ones(LONGEST_WORD, dtype=np.uint64)
    powers[1:] = np.cumprod(np.full(LONGEST_WORD - 1, BASE))
    return powers


@cache
def _lower() -> Hashes:
    """The lower case of each code point of the basic plane where that is one character."""
    lower = [ord(low) if len(low := chr(code).lower()) == 1 else code for code in range(_TABLE + 1)]
    return np.array(lower, dtype=np.uint64)


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each code point of the basic plane; one place for all others, which are signs such as emoji."""
    return np.array([*(_kind(chr(code)) for code in range(_TABLE)), MARK], dtype=np.uint8)


def _kind(char: str) -> int:
    if char.isspace():
        return SPACE
    if char.isupper():
        return CAPITAL
    if char.isdigit():
        return DIGIT
    if char.isalnum() or char == "_":
        return LETTER
    category = unicodedata.category(char)
    return UNSEEN if category == "Cf" else LETTER if category.startswith("M") else MARK
