"""Scores of single test examples of a run, for intervals over the choice of test examples."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

_DAMAGED = (
    ValueError, OSError, KeyError, EOFError, TypeError, AttributeError, NotImplementedError, RuntimeError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise for damaged content."""


def block_length(examples: int, overlap: int = 1) -> int:
    """The number of consecutive examples of a text or series that depend on each other.

    It is the square root of the number of examples, so that with more data blocks become both longer and more numerous.
    The cube root, which is best for short memory (Hall, Horowitz and Jing, 1995, On blocking rules for the bootstrap
    with dependent data), gives far too small errors where dependence decays slowly, as in texts and series (a scene, a
    play, a season). Where windows overlap, a block holds at least twice as many as share a row: a block of only as many
    would contain two thirds of the variance of their mean.

    overlap: as in `ExampleScores.consecutive`.
    """
    return min(examples, max(math.ceil(math.sqrt(examples)), 2 * overlap if overlap > 1 else 1))


@dataclass(frozen=True, eq=False)
class ExampleScores:
    """One number per test example; the metric is their weighted mean.

    scores: (examples,) such as 0 or 1 for a wrong or right class, bits per character of a piece of text, or the scaled
        absolute error of a forecast window.
    weights: (examples,) weight of each example, such as the number of characters of a piece of text.
    block: number of consecutive examples that depend on each other; 1 for independent examples.
    """

    scores: np.ndarray
    weights: np.ndarray
    block: int = 1

    def __post_init__(self) -> None:
        if self.scores.ndim != 1 or self.scores.shape != self.weights.shape or not self.scores.size:
            raise ValueError(
                f"scores and weights must be one number per example each, got {self.scores.shape} and "
                f"{self.weights.shape}"
            )
        if self.block < 1:
            raise ValueError(f"a block holds at least one example, got {self.block}")

    @classmethod
    def of(cls, scores: ArrayLike, weights: ArrayLike | None = None, block: int = 1) -> Self:
        """Example scores in single precision, as stored; without weights, each example counts once."""
        single = np.asarray(scores, dtype=np.float32)
        return cls(single, np.ones_like(single) if weights is None else np.asarray(weights, dtype=np.float32), block)

    @classmethod
    def consecutive(cls, scores: ArrayLike, weights: ArrayLike | None = None, overlap: int = 1) -> Self:
        """Scores of consecutive examples of a text or series, in blocks for a block bootstrap: see `block_length`.

        overlap: number of consecutive examples that share data, such as the horizon for windows one row apart.
        """
        single = cls.of(scores, weights)
        return cls(single.scores, single.weights, block_length(len(single.scores), overlap))

    def in_blocks(self) -> Self:
        """The same scores, of consecutive examples that depend on each other."""
        return self.consecutive(self.scores, self.weights)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExampleScores):
            return NotImplemented
        is_same = np.array_equal(self.scores, other.scores) and np.array_equal(self.weights, other.weights)
        return is_same and self.block == other.block

    @property
    def mean(self) -> float:
        """The metric over all examples."""
        return float(np.average(self.scores.astype(np.float64), weights=self.weights.astype(np.float64)))

    def to_bytes(self) -> bytes:
        """The scores as a compressed .npz file in single precision."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            scores=self.scores.astype(np.float32),
            weights=self.weights.astype(np.float32),
            block=np.int64(self.block),
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read the output of `to_bytes`. Raises: ValueError for other or damaged content."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                return cls(stored["scores"], stored["weights"], int(stored["block"]))
        except _DAMAGED as error:
            raise ValueError(f"not a file of example scores: {error}") from error
