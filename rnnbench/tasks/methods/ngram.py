"""Witten-Bell interpolated n-grams over integer symbols, in numpy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

MAX_ORDER = 8
UNSEEN = -1


@dataclass(frozen=True)
class _Level:
    """The grams of one length: `keys` = code of the context x vocabulary size + last symbol, sorted.

    A gram's place in `keys` is its code, and the code of the context one level up. Codes stay below the number of
    training symbols, so keys fit 64 bits for any vocabulary and any order.
    `totals` and `types` belong to contexts: how often one was followed, and by how many different symbols.
    """

    keys: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    types: np.ndarray


class WittenBell:
    """The probability of the next symbol from the order - 1 symbols before it, learned from `train_ids` alone.

        p_0(w)     = 1 / vocabulary_size
        p_k(w | h) = (count(h w) + types(h) p_{k-1}(w | h')) / (count(h) + types(h))

    h is the k - 1 symbols before w, h' is h without its oldest symbol, types(h) is the number of different symbols seen
    after h. A context never seen in training passes the shorter context's probability on unchanged, so that the
    probabilities of every order sum to one over the vocabulary. The first symbols of a text use what context there is.

    Source: Witten and Bell 1991, "The zero-frequency problem" (method C); interpolated as in Chen and Goodman 1998, "An
    empirical study of smoothing techniques for language modeling", section 2.6.

    Raises: ValueError for ids outside the vocabulary, an empty training text or an order below 1.
    """

    def __init__(self, train_ids: np.ndarray, *, vocabulary_size: int, order: int = MAX_ORDER) -> None:
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        self.vocabulary_size = vocabulary_size
        ids = self._checked(train_ids)
        if not len(ids):
            raise ValueError("an n-gram needs at least one training symbol")
        self.order = min(order, len(ids))
        self._levels: list[_Level] = []
        contexts = np.zeros(len(ids), dtype=np.int64)
        for length in range(1, self.order + 1):
            level, grams = _count(contexts, ids[length - 1 :], vocabulary_size)
            self._levels.append(level)
            contexts = grams[:-1]  # the last gram ends the text: nothing follows it

    def parameters(self, order: int | None = None) -> int:
        """How many counts a model of that order keeps: one per different gram of every length up to it."""
        return sum(len(level.keys) for level in self._levels[:order])

    def log_probabilities(self, ids: np.ndarray) -> np.ndarray:
        """The natural log probability of each symbol of `ids`, given those before it in `ids`."""
        *_, last = self.log_probabilities_by_order(ids)
        return last

    def log_probabilities_by_order(self, ids: np.ndarray) -> Iterator[np.ndarray]:
        """The same for each order from 1 to the model's: they are the steps of one computation."""
        ids = self._checked(ids)
        probability = np.full(len(ids), 1.0 / self.vocabulary_size)
        contexts = np.zeros(len(ids), dtype=np.int64)
        for level in self._levels:
            # a gram that only ever ended the training text is a code that no key of the next level starts with
            rows = np.flatnonzero((contexts >= 0) & (contexts < len(level.totals)))
            before = contexts[rows]
            keys = before * self.vocabulary_size + ids[rows]
            found = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
            is_known = level.keys[found] == keys
            types, totals = level.types[before], level.totals[before]
            with_lower = np.where(is_known, level.counts[found], 0) + types * probability[rows]
            probability[rows] = np.where(totals > 0, with_lower / np.maximum(totals + types, 1), probability[rows])
            yield np.log(probability)
            contexts = np.full(len(ids), UNSEEN, dtype=np.int64)
            inside = rows + 1 < len(ids)
            contexts[rows[inside] + 1] = np.where(is_known, found, UNSEEN)[inside]

    def _checked(self, ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids)
        if ids.ndim != 1:
            raise ValueError(f"ids must be one row of symbols, got shape {ids.shape}")
        if len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= self.vocabulary_size):
            raise ValueError(f"ids must lie between 0 and {self.vocabulary_size - 1}")
        return ids.astype(np.int64)


def _count(contexts: np.ndarray, symbols: np.ndarray, vocabulary_size: int) -> tuple[_Level, np.ndarray]:
    """The grams made of each context and the symbol after it, and each gram's code in the order of the text."""
    keys, grams, counts = np.unique(contexts * vocabulary_size + symbols, return_inverse=True, return_counts=True)
    prefixes = keys // vocabulary_size
    level = _Level(
        keys=keys,
        counts=counts.astype(np.int32),
        totals=np.bincount(prefixes, weights=counts).astype(np.int32),
        types=np.bincount(prefixes).astype(np.int32),
    )
    return level, grams
