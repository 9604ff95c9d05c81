"""The mean cost per target token of training pairs whose lengths differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from rnnbench.data.batches.pairs import PairBatch
from rnnbench.data.pairs import EncodedPairs

QUANTILES = (0.1, 0.5, 0.95)


def mean_over_lengths(pairs: EncodedPairs, count: Callable[[Any], float], batch_size: int) -> float:
    """The mean of `count` (such as FLOPs) per target token over all pairs, without padding.

    Counts three lengths of each side and interpolates by a polynomial of the second degree in both, which is exact for
    costs that are linear or quadratic in a length (a recurrence, attention) or in their product (cross-attention).
    """
    sources, targets = pairs.sources.lengths.astype(float), pairs.targets.lengths.astype(float)
    grid = [(source, target) for source in _lengths(sources) for target in _lengths(targets)]
    costs = [count(_batch(batch_size, int(source), int(target))) / batch_size for source, target in grid]
    terms = _terms(*np.array(grid, dtype=float).T)
    coefficients, *_ = np.linalg.lstsq(terms, np.array(costs), rcond=None)
    return float((_terms(sources, targets) @ coefficients).sum() / (targets - 1).sum())


def _lengths(lengths: np.ndarray) -> list[int]:
    """Three lengths of the data; neighbouring ones where it has fewer."""
    first, middle, last = (int(value) for value in np.quantile(lengths, QUANTILES, method="nearest"))
    first = max(2, first)
    middle = max(first + 1, middle)
    return [first, middle, max(middle + 1, last)]


def _terms(sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    ones = np.ones_like(sources)
    return np.stack([ones, sources, targets, sources**2, sources * targets, targets**2], axis=1)


def _batch(batch_size: int, source: int, target: int) -> PairBatch:
    """A batch of full rows of these lengths."""
    return PairBatch(
        torch.zeros(batch_size, source, dtype=torch.long),
        torch.full((batch_size,), source),
        torch.zeros(batch_size, target, dtype=torch.long),
        torch.full((batch_size,), target),
        torch.zeros(batch_size, dtype=torch.long),
    )
