"""How large a difference has to be before a table calls it one, over many simulated tables."""

from __future__ import annotations

import numpy as np

from rnnbench.comparison.model import ALPHA, LEVEL
from rnnbench.comparison.statistics.crossed_intervals import two_way
from rnnbench.comparison.statistics.permutation import flips, step_down_of
from rnnbench.testing.calibration.coverage import BATCH, WAYS
from rnnbench.testing.calibration.shapes import Shape

PARTS = (0.5, 0.8, 0.95)
"""Shares of tables that have to find the difference."""

HALVINGS = 20


def smallest_differences(
    shape: Shape, seeds: int, encoders: int, replicates: int, seed: int = 0
) -> dict[float, tuple[float, float]]:
    """The difference that 50, 80 and 95 % of tables find, and its Monte Carlo standard error, in the score's own unit.

    One encoder is better than all others by that much; found is what calls a given one of these worse than it.
    """
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 3])
    ways = flips(seeds)[:WAYS]
    least: list[float] = []
    while len(least) < replicates:
        tables = shape.draw(generator, (min(BATCH, replicates - len(least)), encoders, seeds))
        least += [least_difference(table, shape.block, ways) for table in tables]
    return {part: _quantile(np.array(least), part) for part in PARTS}


def least_difference(table: np.ndarray, block: int, ways: np.ndarray) -> float:
    """By how much the first encoder of a table has to be ahead of all others for the second to be called worse.

    table: scores (encoders, seeds, examples), higher is better, of encoders that are alike.
    ways: the flips of the seeds' signs that are tried.
    """
    means = table.mean(axis=2, dtype=np.float64)
    estimate = two_way(table[:1] - table[1:2], np.ones(table.shape[2], np.float32), block)
    pairs = len(table) * (len(table) - 1) // 2
    low = max(0.0, float((estimate.reach(LEVEL, pairs) - estimate.mean)[0]))

    def is_found(difference: float) -> bool:
        shifted = means + np.array([difference] + [0.0] * (len(means) - 1))[:, None]
        best = int(np.argmax(shifted.mean(axis=1)))
        return best == 0 and float(step_down_of(shifted, best, ways)[1]) < ALPHA

    if is_found(low):
        return low
    high = low + float(np.ptp(means)) or 1.0
    while not is_found(high):
        if high > 1e6:
            return np.inf  # too few seeds: no difference could be found
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_found(middle) else (middle, high)
    return high


def _quantile(values: np.ndarray, part: float) -> tuple[float, float]:
    """The quantile, and half the distance between those a standard error of its rank below and above it."""
    error = np.sqrt(part * (1 - part) / len(values))
    low, middle, high = np.quantile(values, [part - error, part, min(1.0, part + error)])
    return float(middle), float((high - low) / 2)
