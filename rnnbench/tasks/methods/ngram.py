"""Witten-Bell interpolated n-gram models over integer symbols, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

MAX_ORDER = 8
UNSEEN = -1


@dataclass(frozen=True)
class _Level:
    """The n-grams of one length: `keys` = code of the context x vocabulary size + last symbol, sorted.

    An n-gram's code is its index in `keys`; it is the code of the context one level up. Codes are below the number of
    training symbols, so keys fit 64 bits for any vocabulary and order.
    counts: occurrences of each n-gram. totals, types: by context, the number of symbols and of different symbols that
    follow it.
    """

    keys: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    types: np.ndarray


class WittenBell:
    """Probability of the next symbol given the order - 1 symbols before it, fitted on `train_ids`.

        p_0(w)     = 1 / vocabulary_size
        p_k(w | h) = (count(h w) + types(h) p_{k-1}(w | h')) / (count(h) + types(h))

    h is the k - 1 symbols before w, h' is h without its oldest symbol, types(h) is the number of different symbols
    after h in training. For a context that is not in training, p_k = p_{k-1}, so that the probabilities of every order
    sum to one over the vocabulary. The first symbols of a text have shorter contexts.

    end_id: the symbol after which a new text begins, where `train_ids` are many short texts: contexts go back to it and
    no further. A symbol before the first text, which it stands for there, is left to the caller.

    Source: Witten and Bell 1991, "The zero-frequency problem" (method C); interpolated as in Chen and Goodman 1998, "An
    empirical study of smoothing techniques for language modeling", section 2.6.

    Raises: ValueError for ids outside the vocabulary, an empty training text or an order below 1.
    """

    def __init__(
        self, train_ids: np.ndarray, *, vocabulary_size: int, order: int = MAX_ORDER, end_id: int | None = None
    ) -> None:
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        self.vocabulary_size, self.end_id = vocabulary_size, end_id
        ids = self._checked(train_ids)
        if not len(ids):
            raise ValueError("an n-gram needs at least one training symbol")
        self.order = min(order, len(ids))
        self._levels: list[_Level] = []
        contexts = np.zeros(len(ids), dtype=np.int64)
        for length in range(1, self.order + 1):
            symbols = ids[length - 1 :]
            level, grams = _count(contexts, symbols, vocabulary_size)
            self._levels.append(level)
            contexts = self._contexts(grams, symbols, length)[:-1]  # no symbol follows the last n-gram

    def parameters(self, order: int | None = None) -> int:
        """Number of counts of a model of that order: the different n-grams of every length up to it."""
        return sum(len(level.keys) for level in self._levels[:order])

    def log_probabilities(self, ids: np.ndarray) -> np.ndarray:
        """Natural log probability of each symbol of `ids`, given those before it in `ids`."""
        *_, last = self.log_probabilities_by_order(ids)
        return last

    def log_probabilities_by_order(self, ids: np.ndarray) -> Iterator[np.ndarray]:
        """`log_probabilities` of each order from 1 to the model's, which one recursion computes."""
        ids = self._checked(ids)
        probability = np.full(len(ids), 1.0 / self.vocabulary_size)
        contexts = np.zeros(len(ids), dtype=np.int64)
        for length, level in enumerate(self._levels, start=1):
            # the n-gram at the end of the training text may have a code beyond the contexts of this level
            rows = np.flatnonzero((contexts >= 0) & (contexts < len(level.totals)))
            before = contexts[rows]
            keys = before * self.vocabulary_size + ids[rows]
            codes = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
            is_known = level.keys[codes] == keys
            types, totals = level.types[before], level.totals[before]
            with_lower = np.where(is_known, level.counts[codes], 0) + types * probability[rows]
            probability[rows] = np.where(totals > 0, with_lower / np.maximum(totals + types, 1), probability[rows])
            yield np.log(probability)
            contexts = np.full(len(ids), UNSEEN, dtype=np.int64)
            inside = rows + 1 < len(ids)
            grams = self._contexts(np.where(is_known, codes, UNSEEN), ids[rows], length)
            contexts[rows[inside] + 1] = grams[inside]

    def _contexts(self, grams: np.ndarray, symbols: np.ndarray, length: int) -> np.ndarray:
        """The codes of n-grams, `UNSEEN` where a context of that length does not follow their last symbol."""
        if self.end_id is None or length == 1:
            return grams
        return np.where(symbols == self.end_id, UNSEEN, grams)

    def _checked(self, ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids)
        if ids.ndim != 1:
            raise ValueError(f"ids must be one row of symbols, got shape {ids.shape}")
        if len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= self.vocabulary_size):
            raise ValueError(f"ids must lie between 0 and {self.vocabulary_size - 1}")
        return ids.astype(np.int64)


def _count(contexts: np.ndarray, symbols: np.ndarray, vocabulary_size: int) -> tuple[_Level, np.ndarray]:
    """The n-grams of each context and the symbol after it, and the code of each n-gram in the order of the text.

    contexts: `UNSEEN` where there is none of that length; so is the code of its n-gram.
    """
    valid = contexts != UNSEEN
    grams = np.full(len(contexts), UNSEEN, dtype=np.int64)
    keys, grams[valid], counts = np.unique(
        (contexts * vocabulary_size + symbols)[valid], return_inverse=True, return_counts=True
    )
    prefixes = keys // vocabulary_size
    level = _Level(
        keys=keys,
        counts=counts.astype(np.int32),
        totals=np.bincount(prefixes, weights=counts).astype(np.int32),
        types=np.bincount(prefixes).astype(np.int32),
    )
    return level, grams
