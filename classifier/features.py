"""One vectorisation that all text heads share: what a text says, and how it is written.

Words and pairs, runs of letters, runs of characters as they stand, shapes of words (what is left of a sentence once what it
is about is taken away), how it begins and ends, and measures of style. Shapes and style carry over to other subjects, which
words don't. There is nothing to learn, so that a batch is read once for all heads. Words for who somebody is are masked
first, so that no head can hold them against anyone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.base import BaseEstimator, TransformerMixin

from classifier import hashing
from classifier.hashing import CAPITAL, DIGIT, END, IN_CAPITALS, MARK, SPACE, START, Batch, Tokens
from classifier.identity import masked
from classifier.text import normal

COLUMNS = 1 << 18
"""Columns of words and their pairs, and as many of runs of letters."""
BLOCKS = {"words": COLUMNS, "runs": COLUMNS, "written": COLUMNS, "shapes": 1 << 16, "ends": 1 << 16}
"""Columns of each block, in their order."""
STARTS = (0, *accumulate(BLOCKS.values()))
"""Where each block begins; the last is where the style begins."""
RUNS, WRITTEN, SHAPES, ENDS = (2, 3, 4, 5), 4, 4, 3
AT_ONCE = 1_000
"""Texts that are read in one go: more of them no longer fit the processor's cache."""
LONGEST = 5_000
"""Letters of a text that are looked at; what a text is about is said by then."""
STYLE = (
    "letters", "words", "letters_per_word", "capitals", "words_in_capitals", "digits", "exclamations", "questions", "links", "mentions",
    "tags", "quotes", "emoji", "commas", "colons", "ellipses", "lines", "begins_quoted", "ends_in_mark",
)  # fmt: skip
"""Measures of style, one dense column each, about 0..1."""
WIDTH = STARTS[-1] + len(STYLE)
Values = NDArray[np.float32]
_LINK, _SOMEONE = "\x01", "\x04"
_LINKS = re.compile(r"https?://\S+|www\.\S+")
_PLACEHOLDERS = re.compile(r"@\w+|\[[a-z-]+\]")
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_BETWEEN = re.compile(rf"[^\w#?!{_LINK}{_SOMEONE}]+")
_QUOTES = "\"“”‘’«»'"
_SYMBOLS = 0x2600
"""From here on marks are pictures and emoji."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


class HashedText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts as rows of `WIDTH` columns; stateless.

    `transform` gives a CSR matrix: for each block logarithms of counts, of length one, then STYLE.
    """

    def fit(self, texts: Sequence[str], labels: object = None) -> HashedText:
        """Nothing to learn."""
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """One row for each text."""
        if not len(texts):
            return csr_matrix((0, WIDTH), dtype=np.float32)
        parts = [_read(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
        return csr_matrix(vstack(parts, format="csr"))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _read(texts: Sequence[str]) -> csr_matrix:
    cut = [_PLACEHOLDERS.sub(f" {_SOMEONE} ", _LINKS.sub(f" {_LINK} ", masked(text[:LONGEST]))) for text in texts]
    plain = Batch.of([_plain(text) for text in cut])
    written = Batch.of([START + text + END for text in cut])
    tokens = Tokens.of(written)
    pieces = (
        hashing.words_and_pairs(plain),
        hashing.runs_in_words(plain, RUNS),
        hashing.runs(written, WRITTEN),
        hashing.shapes(tokens, SHAPES),
        hashing.ends(tokens, ENDS),
    )
    return csr_matrix(hstack([_rows(pieces, len(texts)), csr_matrix(_style(written, tokens))], format="csr"))


def _plain(text: str) -> str:
    """Normal words between single spaces; links, numbers and masks each as one sign."""
    plain = _STRETCHED.sub(r"\1\1", _NUMBERS.sub(" 0 ", normal(text)))
    return " " + _BETWEEN.sub(" ", plain.replace("?", " ? ").replace("!", " ! ")).strip() + " "


def _rows(pieces: Sequence[hashing.Pieces], count: int) -> csr_matrix:
    """Pieces as logarithms of their counts, each block of length one."""
    rows = np.concatenate([rows for rows, _ in pieces])
    columns = np.concatenate(
        [
            ((hashes ^ (hashes >> np.uint64(29))) * _MIX >> np.uint64(65 - size.bit_length())).astype(np.int32) + start
            for (_, hashes), size, start in zip(pieces, BLOCKS.values(), STARTS, strict=False)
        ]
    )
    matrix = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(count, STARTS[-1]))
    matrix.sum_duplicates()
    values = 1 + np.log(matrix.data)
    row_of = np.repeat(np.arange(count), np.diff(matrix.indptr))
    part = row_of * len(BLOCKS) + np.searchsorted(STARTS[1:], matrix.indices, side="right")
    lengths = np.sqrt(np.bincount(part, values * values)).astype(np.float32)
    matrix.data = values / lengths[part]
    return matrix


def _style(written: Batch, tokens: Tokens) -> Values:
    """STYLE of each text."""
    codes, kinds, count = written.codes, written.kinds, written.count

    def having(there: NDArray[np.bool_]) -> Values:
        return np.bincount(written.row_of[there], minlength=count).astype(np.float32)

    def signs(marks: str) -> Values:
        return having(np.isin(codes, [ord(mark) for mark in marks]))

    letters = np.maximum(np.bincount(written.row_of, minlength=count) - 2.0, 1.0)
    words = having(kinds == SPACE) + 1
    capitals = np.bincount(tokens.row_of[tokens.shapes == IN_CAPITALS], minlength=count)
    begins = np.searchsorted(written.row_of, np.arange(count))
    after, before = codes[begins + 1], codes[np.append(begins[1:], len(codes)) - 2]
    columns = (
        np.minimum(letters / 280, 3.0),
        np.minimum(words / 40, 3.0),
        np.minimum(letters / words / 10, 2.0),
        having(kinds == CAPITAL) / letters * 5,
        np.minimum(capitals / 3, 2.0),
        having(kinds == DIGIT) / letters * 10,
        np.minimum(signs("!") / 3, 2.0),
        np.minimum(signs("?") / 2, 2.0),
        np.minimum(signs(_LINK) / 2, 2.0),
        np.minimum(signs(_SOMEONE) / 3, 2.0),
        np.minimum(signs("#") / 3, 2.0),
        np.minimum(signs(_QUOTES) / 4, 2.0),
        np.minimum(having((kinds == MARK) & (codes >= _SYMBOLS)) / 3, 2.0),
        np.minimum(signs(",") / 4, 2.0),
        np.minimum(signs(":") / 3, 2.0),
        np.minimum(having(_dots(codes)) + signs("…"), 4.0) / 2,
        np.minimum(signs("\n") / 4, 2.0),
        np.isin(after, [ord(mark) for mark in _QUOTES]),
        np.isin(before, [ord(mark) for mark in ".!?"]),
    )
    return np.column_stack(columns).astype(np.float32)


def _dots(codes: hashing.Hashes) -> NDArray[np.bool_]:
    """Where the third of three dots stands."""
    dot = np.concatenate([[False, False], codes == ord(".")])
    return np.asarray(dot[2:] & dot[1:-1] & dot[:-2])
