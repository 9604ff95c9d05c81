"""The score of every test example of one run: what an interval needs to tell the chance in the choice of examples."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
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
        except (OSError, KeyError, EOFError) as error:
            raise ValueError(f"these are no example scores: {error}") from error
