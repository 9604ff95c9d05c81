"""IBM Model 1: which words of a target text each word of its source stands for, in NumPy and SciPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

ITERATIONS = 8
MOST_CELLS = 1 << 25
"""Most pairs of a source word and a target word that are fitted: further pairs of texts are left out."""

_BLOCK_CELLS = 1 << 21


class _Block(NamedTuple):
    """Consecutive target words, each with all words of its source: one entry for every two such words.

    words: of each entry, the place of its target word in the block, ascending. cells: the place of its two words in the
    table, -1 where they do not occur together in training. counts: how often the source has the source word.
    weights: (target words,) how often the target has each.
    """

    words: np.ndarray
    cells: np.ndarray
    counts: np.ndarray
    weights: np.ndarray


class IBMModel1:
    """t(target word | source word), fitted on pairs of texts by expectation maximization.

        p(f | e_1 ... e_l) = sum_{i=0..l} t(f | e_i) / (l + 1)

    e_0 is the null word, which every source has: for words of the target that no word of the source stands for.

    Source: Brown, Della Pietra, Della Pietra and Mercer 1993, "The mathematics of statistical machine translation:
    parameter estimation", section 4.1.

    left_out: the number of last pairs that were not fitted, for `MOST_CELLS`.

    Args:
        sources, targets: the word ids of each text; a source may be empty.
        source_size, target_size: ids are below these.

    Raises: ValueError for ids outside the vocabulary, or where no target has a word.
    """

    def __init__(
        self,
        sources: Sequence[np.ndarray],
        targets: Sequence[np.ndarray],
        *,
        source_size: int,
        target_size: int,
        iterations: int = ITERATIONS,
    ) -> None:
        self.source_size, self.target_size = source_size, target_size
        self.null = source_size
        of_sources, of_targets = self._counts(sources), _counts(targets, target_size)
        fitted = _fitting(of_sources, of_targets)
        self.left_out = len(sources) - fitted
        of_sources, of_targets = of_sources[:fitted], of_targets[:fitted]
        together = (of_sources.T @ of_targets).tocsr()
        if not together.nnz:
            raise ValueError("IBM Model 1 needs a target with a word")
        together.sort_indices()
        # the first step starts from t uniform over the words that occur together with a source word
        self.table = sparse.csr_array((np.ones(together.nnz), together.indices, together.indptr), together.shape)
        self._places = sparse.csr_array(
            (np.arange(1, together.nnz + 1), together.indices, together.indptr), together.shape
        )
        blocks = list(self._blocks(of_sources, of_targets))
        for _ in range(iterations):
            _normalize(self.table)
            expected = np.zeros(self.table.nnz)
            for block in blocks:
                joint = block.counts * self.table.data[block.cells]
                of_word = np.bincount(block.words, joint, minlength=len(block.weights))
                joint *= (block.weights / of_word)[block.words]
                expected += np.bincount(block.cells, joint, minlength=len(expected))
            self.table.data = expected
        _normalize(self.table)

    @property
    def parameters(self) -> int:
        """Number of translation probabilities above 0."""
        return int(np.count_nonzero(self.table.data))

    def probabilities(self, sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray:
        """p(word | source) of every word of the targets, one target after the other."""
        words = sparse.csr_array(
            (np.ones(sum(map(len, targets))), _joined(targets, self.target_size), _ends(targets)),
            (len(targets), self.target_size),
        )
        parts = []
        for block in self._blocks(self._counts(sources), words):
            known = np.flatnonzero(block.cells >= 0)
            joint = block.counts[known] * self.table.data[block.cells[known]]
            parts.append(np.bincount(block.words[known], joint, minlength=len(block.weights)))
        lengths = np.array([len(source) + 1 for source in sources])
        return np.concatenate([np.empty(0), *parts]) / np.repeat(lengths, [len(target) for target in targets])

    def best(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """(source words, count) the most probable target words of each source word, and their probabilities.

        Best first; probability 0 where a source word has fewer. The last row is the null word's.
        """
        table = self.table
        row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
        order = np.lexsort((table.indices, -table.data, row))
        rank = np.arange(table.nnz) - np.repeat(table.indptr[:-1], np.diff(table.indptr))
        words = np.zeros((table.shape[0], count), dtype=np.int64)
        probabilities = np.zeros((table.shape[0], count))
        order, rank = order[rank < count], rank[rank < count]
        words[row[order], rank] = table.indices[order]
        probabilities[row[order], rank] = table.data[order]
        return words, probabilities

    def _counts(self, sources: Sequence[np.ndarray]) -> sparse.csr_array:
        """How often each source has each word; the null word once."""
        if max((int(source.max()) for source in sources if len(source)), default=0) >= self.source_size:
            raise ValueError(f"source ids must be below {self.source_size}")
        return _counts([np.append(source, self.null) for source in sources], self.source_size + 1)

    def _blocks(self, sources: sparse.csr_array, targets: sparse.csr_array) -> Iterator[_Block]:
        source_words = np.diff(sources.indptr)
        cells = np.concatenate([[0], np.cumsum(source_words * np.diff(targets.indptr))])
        first = 0
        while first < targets.shape[0]:
            last = max(first + 1, int(np.searchsorted(cells, cells[first] + _BLOCK_CELLS, side="right")) - 1)
            yield self._block(sources, targets, slice(first, last))
            first = last

    def _block(self, sources: sparse.csr_array, targets: sparse.csr_array, rows: slice) -> _Block:
        begins, ends = targets.indptr[rows.start], targets.indptr[rows.stop]
        texts = np.repeat(np.arange(rows.start, rows.stop), np.diff(targets.indptr[rows.start : rows.stop + 1]))
        entries = np.diff(sources.indptr)[texts]  # of each target word
        words = np.repeat(np.arange(ends - begins, dtype=np.int32), entries)
        starts = sources.indptr[texts] - (np.cumsum(entries) - entries)
        places = np.arange(len(words)) + np.repeat(starts, entries)
        found = self._places[sources.indices[places], targets.indices[begins:ends][words]]
        cells = np.asarray(found).ravel().astype(np.int32) - 1
        return _Block(words, cells, sources.data[places].astype(np.float32), targets.data[begins:ends])


def _fitting(sources: sparse.csr_array, targets: sparse.csr_array) -> int:
    """The number of first pairs that have at most `MOST_CELLS` together, at least one."""
    cells = np.cumsum(np.diff(sources.indptr).astype(np.int64) * np.diff(targets.indptr))
    return max(1, int(np.searchsorted(cells, MOST_CELLS, side="right")))


def _counts(texts: Sequence[np.ndarray], size: int) -> sparse.csr_array:
    """(texts, size) how often each text has each word."""
    ids = _joined(texts, size)
    counts = sparse.csr_array((np.ones(len(ids)), ids, _ends(texts)), (len(texts), size))
    counts.sum_duplicates()
    return counts


def _joined(texts: Sequence[np.ndarray], size: int) -> np.ndarray:
    ids = np.concatenate([np.empty(0, dtype=np.int64), *texts])
    if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) < size:
        raise ValueError(f"ids must lie between 0 and {size - 1}")
    return ids


def _ends(texts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)


def _normalize(table: sparse.csr_array) -> None:
    """Divide each row by its sum, in place."""
    sums = table.sum(axis=1)
    table.data /= np.repeat(np.where(sums > 0, sums, 1.0), np.diff(table.indptr))
