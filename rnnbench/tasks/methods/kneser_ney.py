"""Kneser-Ney interpolated n-gram models of many short texts over integer symbols, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

MAX_ORDER = 6
SMALLEST_DISCOUNT = 0.1
"""Where no n-gram occurs once, so that every symbol keeps a probability."""

UNSEEN = -1


@dataclass(frozen=True)
class _Shares:
    """shares: by n-gram, (count - discount) / total of its context. rest: by context, what the discounts leave."""

    shares: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray, contexts: np.ndarray, context_count: int) -> _Shares:
        """counts, contexts: of each n-gram. A context without n-grams leaves everything."""
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        discount = max(once / max(once + 2 * twice, 1), SMALLEST_DISCOUNT)
        totals = np.bincount(contexts, counts, minlength=context_count)
        types = np.bincount(contexts, minlength=context_count)
        rest = np.where(totals > 0, discount * types / np.maximum(totals, 1), 1.0)
        return cls((counts - discount) / totals[contexts], rest)

    def probabilities(self, grams: np.ndarray, contexts: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Of symbols that end n-grams, `UNSEEN` where new, given those of the next lower order."""
        known = grams != UNSEEN
        own = np.zeros(len(grams))
        own[known] = self.shares[grams[known]]
        return own + self.rest[contexts] * lower


@dataclass(frozen=True)
class _Level:
    """The n-grams of one length: `keys` = code of the context x vocabulary size + last symbol, sorted.

    An n-gram's code is its index in `keys`; it is the code of the context one level up.
    counted: by occurrences, for the highest order. continued: by different symbols before the n-gram, for lower ones.
    """

    keys: np.ndarray
    counted: _Shares
    continued: _Shares


class KneserNey:
    """Probability of the next symbol of a text given the order - 1 symbols before it, fitted on the texts `train_ids`.

        p_k(w | h) = (c(h w) - d) / c(h) + d types(h) / c(h) x p_{k-1}(w | h'),  p_0(w) = 1 / vocabulary_size

    h is the k - 1 symbols before w, h' is h without its oldest symbol, types(h) is the number of different symbols
    after h. c counts occurrences at the highest order; below it, the different symbols that occur before h w, or
    occurrences where h w begins a text. d = n_1 / (n_1 + 2 n_2), with n_i the number of n-grams of count i, at each
    order. Each text ends with `end_id`; contexts go back to the end of the text before and no further.

    Source: Kneser and Ney 1995, "Improved backing-off for m-gram language modeling"; interpolated as in Chen and
    Goodman 1998, "An empirical study of smoothing techniques for language modeling", section 2.7.

    Raises: ValueError for ids outside the vocabulary, texts that do not end with `end_id`, or an order below 1.
    """

    def __init__(self, train_ids: np.ndarray, *, vocabulary_size: int, end_id: int, order: int = MAX_ORDER) -> None:
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        self.vocabulary_size, self.end_id, self.order = vocabulary_size, end_id, order
        symbols = self._checked(train_ids)
        if not len(symbols) or symbols[-1] != end_id:
            raise ValueError("the training texts must end with the end symbol")
        self._code_of_end = int(np.searchsorted(np.unique(symbols), end_id))
        self._levels: list[_Level] = []
        grams, context_count = _grams(np.zeros(len(symbols), dtype=np.int64), symbols, vocabulary_size), 1
        for length in range(1, order + 1):
            longer = _grams(self._contexts(grams.codes, symbols, length), symbols, vocabulary_size)
            self._levels.append(_level(grams, longer, grams.keys // vocabulary_size, context_count))
            grams, context_count = longer, len(grams.keys)

    def parameters(self, order: int | None = None) -> int:
        """Number of counts of a model of that order: the different n-grams of every length up to it."""
        return sum(len(level.keys) for level in self._levels[:order])

    def log_probabilities_by_order(self, ids: np.ndarray) -> Iterator[np.ndarray]:
        """Natural log probability of each symbol of texts that end with the end symbol, for each order from 1."""
        ids = self._checked(ids)
        lower = np.full(len(ids), 1.0 / self.vocabulary_size)
        contexts = np.zeros(len(ids), dtype=np.int64)
        for length, level in enumerate(self._levels, start=1):
            rows = np.flatnonzero(contexts != UNSEEN)
            codes = np.full(len(ids), UNSEEN, dtype=np.int64)
            codes[rows] = _codes(level.keys, contexts[rows] * self.vocabulary_size + ids[rows])
            highest = lower.copy()
            highest[rows] = level.counted.probabilities(codes[rows], contexts[rows], lower[rows])
            yield np.log(highest)
            lower[rows] = level.continued.probabilities(codes[rows], contexts[rows], lower[rows])
            contexts = self._contexts(codes, ids, length)

    def _contexts(self, codes: np.ndarray, symbols: np.ndarray, length: int) -> np.ndarray:
        """The code of the n-gram before each symbol, of that length; `UNSEEN` where it is new or the text too short."""
        if length == 1:
            return np.concatenate([[self._code_of_end], codes[:-1]])[: len(codes)]
        return np.concatenate([[UNSEEN], np.where(symbols == self.end_id, UNSEEN, codes)[:-1]])[: len(codes)]

    def _checked(self, ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids)
        if ids.ndim != 1:
            raise ValueError(f"ids must be one row of symbols, got shape {ids.shape}")
        if len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= self.vocabulary_size):
            raise ValueError(f"ids must lie between 0 and {self.vocabulary_size - 1}")
        return ids.astype(np.int64)


class _Grams(NamedTuple):
    """The n-grams of one length. codes: of the n-gram that ends at each symbol, `UNSEEN` where there is none."""

    keys: np.ndarray
    codes: np.ndarray
    counts: np.ndarray


def _grams(contexts: np.ndarray, symbols: np.ndarray, vocabulary_size: int) -> _Grams:
    codes = np.full(len(symbols), UNSEEN, dtype=np.int64)
    valid = contexts != UNSEEN
    keys, codes[valid], counts = np.unique(
        contexts[valid] * vocabulary_size + symbols[valid], return_inverse=True, return_counts=True
    )
    return _Grams(keys, codes, counts)


def _level(grams: _Grams, longer: _Grams, prefixes: np.ndarray, context_count: int) -> _Level:
    """longer: the n-grams of the same symbols with one symbol more before them."""
    suffixes = np.zeros(len(longer.keys), dtype=np.int64)
    valid = longer.codes != UNSEEN
    suffixes[longer.codes[valid]] = grams.codes[valid]
    before = np.bincount(suffixes, minlength=len(grams.keys))
    return _Level(
        keys=grams.keys,
        counted=_Shares.of(grams.counts, prefixes, context_count),
        continued=_Shares.of(np.where(before > 0, before, grams.counts), prefixes, context_count),
    )


def _codes(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The index of each wanted key in the sorted keys, `UNSEEN` where it is not among them."""
    if not len(keys):
        return np.full(len(wanted), UNSEEN, dtype=np.int64)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, UNSEEN)
