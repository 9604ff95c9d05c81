"""Rounding errors of float64: which differences between values are none."""

from __future__ import annotations

import numpy as np

ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""A difference of two values below this share of their size may be the rounding of how they were computed."""


def is_constant(values: np.ndarray) -> np.ndarray:
    """Per column of (rows, columns), whether all values are equal but for rounding, whatever their size."""
    if not len(values):
        return np.ones(values.shape[1], dtype=bool)
    low, high = values.min(axis=0), values.max(axis=0)
    return np.asarray(high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high)))
