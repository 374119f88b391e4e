"""One vectorisation that all text heads share: hashed words, word pairs and runs of letters, and how a text is written.

Feature hashing after K. Weinberger et al., "Feature hashing for large scale multitask learning", 2009. All texts of a
batch are hashed at once over their concatenated code points, with polynomial hashes modulo 2^64, so that there is no
vocabulary to keep and no loop per run of letters; the same text gives the same columns on every machine. Words for who
somebody is are masked first, so that no head can hold them against anyone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin

from classifier.identity import masked
from classifier.text import normal

COLUMNS = 1 << 18
"""Columns for words and their pairs, and again as many for runs of letters."""
RUNS = (2, 3, 4, 5)
LONGEST = 5_000
"""Letters of a text that are looked at; what a text is about is said by then."""
_LINK = re.compile(r"https?://\S+|www\.\S+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_PLACEHOLDER = re.compile(r"@\w+|\[[a-z-]+\]")
_SPACES = re.compile(r"[^\w#?!]+")
_BASE = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_SPACE = 32
_LONGEST_WORD = 48
STYLE = (
    "letters", "words", "letters_per_word", "capitals", "words_in_capitals", "digits", "exclamations", "questions", "links", "mentions",
    "tags", "quotes", "emoji", "commas", "colons", "ellipses", "lines", "begins_quoted", "ends_in_mark",
)  # fmt: skip
"""How a text is written, one dense column each, about 0..1."""
Counts = NDArray[np.float64]


class HashedText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts as counts in hashed columns and columns of style; stateless.

    `transform` gives a CSR matrix of `width` columns: words and pairs, then runs of letters, then STYLE.
    """

    def fit(self, texts: Sequence[str], labels: object = None) -> HashedText:
        """Nothing to learn."""
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """One row for each text."""
        cut = [masked(text[:LONGEST]) for text in texts]
        if not cut:
            return csr_matrix((0, WIDTH))
        words, letters = _hashed([_plain(text) for text in cut])
        return csr_matrix(hstack([words, letters, csr_matrix(_style(cut))], format="csr"))

    def __sklearn_is_fitted__(self) -> bool:
        return True


WIDTH = 2 * COLUMNS + len(STYLE)


def _plain(text: str) -> str:
    """The text as it is hashed: normal words between single spaces, links, numbers and masks each as one sign."""
    plain = _LINK.sub(" httplink ", text)
    plain = _PLACEHOLDER.sub(" someone ", plain)
    plain = _NUMBER.sub(" 0 ", normal(plain))
    plain = _STRETCHED.sub(r"\1\1", plain)
    return " " + _SPACES.sub(" ", plain.replace("?", " ? ").replace("!", " ! ")).strip() + " "


def _hashed(texts: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
    """Counts of words and pairs, and of runs of letters, for texts that begin and end with a space."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts])
    row_of = np.repeat(np.arange(len(texts)), lengths)
    space = codes == _SPACE
    return (
        _counts(*_words(codes, row_of, space), len(texts)),
        _counts(*_runs(codes, row_of, space), len(texts)),
    )


def _words(
    codes: NDArray[np.uint64], row_of: NDArray[np.int64], space: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Row and hash of each word and of each two that follow each other in a text."""
    starts = np.flatnonzero(~space & np.concatenate([[True], space[:-1]]))
    if not len(starts):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    inside = np.flatnonzero(~space)
    first_of = np.repeat(starts, np.diff(np.append(np.searchsorted(inside, starts), len(inside))))
    powers = np.ones(_LONGEST_WORD, dtype=np.uint64)
    powers[1:] = np.cumprod(np.full(_LONGEST_WORD - 1, _BASE))
    terms = codes[inside] * powers[np.minimum(inside - first_of, _LONGEST_WORD - 1)]
    hashes = np.add.reduceat(terms, np.searchsorted(inside, starts))
    rows = row_of[starts]
    together = rows[1:] == rows[:-1]
    pairs = (hashes[:-1] * _PAIR + hashes[1:])[together]
    return np.concatenate([rows, rows[1:][together]]), np.concatenate([hashes, pairs])


def _runs(
    codes: NDArray[np.uint64], row_of: NDArray[np.int64], space: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Row and hash of each run of letters within a word and the space on either side."""
    spaces_before = np.concatenate([[0], np.cumsum(space)])
    rows, hashes = [], []
    for length in RUNS:
        count = len(codes) - length + 1
        if count <= 0:
            continue
        hashed = np.zeros(count, dtype=np.uint64)
        for offset in range(length):
            hashed = hashed * _BASE + codes[offset : offset + count]
        # No space but at the ends, and not only spaces.
        within = spaces_before[length - 1 : length - 1 + count] - spaces_before[1 : 1 + count] == 0
        within &= ~(space[:count] & space[length - 1 : length - 1 + count] & (length == 2))
        rows.append(row_of[:count][within])
        hashes.append(hashed[within] + np.uint64(length * int(_PAIR) % 2**64))
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    return np.concatenate(rows), np.concatenate(hashes)


def _counts(rows: NDArray[np.int64], hashes: NDArray[np.uint64], count: int) -> csr_matrix:
    columns = ((hashes ^ (hashes >> np.uint64(29))) * _MIX >> np.uint64(64 - 18)).astype(np.int32)
    matrix = csr_matrix((np.ones(len(rows), dtype=np.float64), (rows, columns)), shape=(count, COLUMNS))
    matrix.sum_duplicates()
    return matrix


def _style(texts: Sequence[str]) -> Counts:
    rows = np.empty((len(texts), len(STYLE)))
    for number, text in enumerate(texts):
        words = text.split()
        letters = max(len(text), 1)
        rows[number] = (
            min(len(text) / 280, 3.0),
            min(len(words) / 40, 3.0),
            min(len(text) / max(len(words), 1) / 10, 2.0),
            sum(map(str.isupper, text)) / letters * 5,
            min(sum(len(word) > 2 and word.isupper() for word in words) / 3, 2.0),
            sum(map(str.isdigit, text)) / letters * 10,
            min(text.count("!") / 3, 2.0),
            min(text.count("?") / 2, 2.0),
            min(text.count("http") / 2, 2.0),
            min(text.count("@") / 3, 2.0),
            min(text.count("#") / 3, 2.0),
            min(sum(map(text.count, "\"“”‘’«»'")) / 4, 2.0),
            min(sum(char > "\u2600" and char > "\u26ff" and not char.isalnum() for char in text) / 3, 2.0),
            min(text.count(",") / 4, 2.0),
            min(text.count(":") / 3, 2.0),
            min((text.count("...") + text.count("…")) / 2, 2.0),
            min(text.count("\n") / 4, 2.0),
            float(text[:1] in "\"“‘«'"),
            float(text.rstrip()[-1:] in ".!?"),
        )
    return rows
