"""Power of the comparison: the difference that most simulated tables detect."""

from __future__ import annotations

import numpy as np

from rnnbench.comparison.model import ALPHA, LEVEL
from rnnbench.comparison.statistics.crossed_intervals import two_way
from rnnbench.comparison.statistics.permutation import flips, step_down_of
from rnnbench.testing.calibration.coverage import BATCH, SIGN_FLIPS
from rnnbench.testing.calibration.shapes import Shape

POWERS = (0.5, 0.8, 0.95)
"""Shares of tables that detect the difference."""

HALVINGS = 20


def smallest_differences(
    shape: Shape, seeds: int, encoders: int, replicates: int, seed: int = 0
) -> dict[float, tuple[float, float]]:
    """The difference that 50, 80 and 95 % of tables detect, with its Monte Carlo standard error, in the score's unit.

    One encoder is better than all others by this difference. Detected: one given encoder of the others is called worse.
    """
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 3])
    sign_flips = flips(seeds)[:SIGN_FLIPS]
    least: list[float] = []
    while len(least) < replicates:
        tables = shape.draw(generator, (min(BATCH, replicates - len(least)), encoders, seeds))
        least += [least_difference(table, shape.block, sign_flips) for table in tables]
    return {part: _quantile(np.array(least), part) for part in POWERS}


def least_difference(table: np.ndarray, block: int, sign_flips: np.ndarray) -> float:
    """The smallest advantage of the first encoder over all others with which the second is called worse.

    table: scores (encoders, seeds, examples) of equal encoders, higher is better. sign_flips: of the permutation test.
    """
    means = table.mean(axis=2, dtype=np.float64)
    estimate = two_way(table[:1] - table[1:2], np.ones(table.shape[2], np.float32), block)
    pairs = len(table) * (len(table) - 1) // 2
    low = max(0.0, float((estimate.reach(LEVEL, pairs) - estimate.mean)[0]))

    def is_detected(difference: float) -> bool:
        shifted = means + np.array([difference] + [0.0] * (len(means) - 1))[:, None]
        best = int(np.argmax(shifted.mean(axis=1)))
        return best == 0 and float(step_down_of(shifted, best, sign_flips)[1]) < ALPHA

    if is_detected(low):
        return low
    high = low + float(np.ptp(means)) or 1.0
    while not is_detected(high):
        if high > 1e6:
            return np.inf  # too few seeds: no difference can be detected
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_detected(middle) else (middle, high)
    return high


def _quantile(values: np.ndarray, part: float) -> tuple[float, float]:
    """The quantile and its standard error, from the quantiles one standard error of the rank below and above."""
    error = np.sqrt(part * (1 - part) / len(values))
    low, middle, high = np.quantile(values, [part - error, part, min(1.0, part + error)])
    return float(middle), float((high - low) / 2)
