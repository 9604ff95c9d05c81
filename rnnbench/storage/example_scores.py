"""The score of every test example of one run: what an interval needs to tell the chance in the choice of examples."""

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
"""What NumPy and zipfile raise for content that is not theirs."""


@dataclass(frozen=True, eq=False)
class ExampleScores:
    """One number per test example, of which the selecting metric is the weighted mean.

    scores: (examples,) such as 0 or 1 for a text told wrong or right, bits per character of a piece of text, or the
        scaled absolute error of a forecast window.
    weights: (examples,) how much each counts, such as the characters of a piece of text.
    block: how many consecutive examples depend on one another; 1 where each stands for itself.
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
        """The same in single precision, as it is stored; without weights, each example counts once."""
        single = np.asarray(scores, dtype=np.float32)
        return cls(single, np.ones_like(single) if weights is None else np.asarray(weights, dtype=np.float32), block)

    @classmethod
    def consecutive(cls, scores: ArrayLike, weights: ArrayLike | None = None, overlap: int = 1) -> Self:
        """The same of examples in the order of a text or of time, in blocks as long as their dependence asks for.

        A block is as long as the square root of their number, so that longer blocks and more of them come with more
        data: in texts and series dependence dies off slowly (a scene, a play, a season), and the cube root that is best
        for short memory (Hall, Horowitz and Jing, 1995, On blocking rules for the bootstrap with dependent data) gives
        errors far too small. Where windows overlap, it holds at least twice as many as share a row: a block of no more
        than that would see two thirds of the variance of their mean.

        overlap: how many consecutive examples share data, such as the horizon of windows one row apart.
        """
        found = cls.of(scores, weights)
        count = len(found.scores)
        longest = max(math.ceil(math.sqrt(count)), 2 * overlap if overlap > 1 else 1)
        return cls(found.scores, found.weights, min(count, longest))

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
        """A compressed .npz with single-precision numbers."""
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
        """What `to_bytes` wrote. Raises: ValueError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                return cls(stored["scores"], stored["weights"], int(stored["block"]))
        except _DAMAGED as error:
            raise ValueError(f"these are no example scores: {error}") from error
