"""Coverage of intervals and false positive rate of tests, over many simulated tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnbench.comparison.model import ALPHA, LEVEL
from rnnbench.comparison.statistics.crossed_intervals import (
    FEWEST_BLOCKS,
    Estimate,
    in_blocks,
    independent_blocks,
    influence_of,
    reach_of_dependence,
    two_way,
)
from rnnbench.comparison.statistics.permutation import flips, step_down_of
from rnnbench.comparison.statistics.probability_of_improvement import drawn_examples, jeffreys, won
from rnnbench.testing.calibration.shapes import Shape

BATCH = 20
"""Number of tables simulated at once."""

DRAWS = 300
"""Bootstrap draws. All tables of a batch share them, which saves most of the time."""

SIGN_FLIPS = 2**10
"""Sign flips of the permutation test; a real table uses up to 2^16."""


class Share(NamedTuple):
    """Relative frequency in percent, with the Monte Carlo standard error."""

    percent: float
    error: float


def coverage(shape: Shape, seeds: int, replicates: int, seed: int = 0) -> dict[str, Share]:
    """Coverage of each method's 95 % interval of an encoder's mean; `two-way` is the method in use."""
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block])
    covered: dict[str, int] = defaultdict(int)
    for size in _batches(replicates):
        scores = shape.draw(generator, (size, 1, seeds))[:, 0]
        for name, (low, high) in _intervals(scores, shape, generator).items():
            covered[name] += int(np.sum((low <= shape.mean) & (shape.mean <= high)))
    return {name: share(count, replicates) for name, count in covered.items()}


def false_positives(
    shape: Shape, seeds: int, encoders: tuple[int, ...], replicates: int, seed: int = 0
) -> dict[int, dict[str, Share]]:
    """How often at least one of `encoders` equal encoders is called worse than the best; `both` is the rule in use.

    In a test split of fewer than FEWEST_BLOCKS independent blocks, it calls none worse.
    """
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 1])
    sign_flips = flips(seeds)[:SIGN_FLIPS]
    called: dict[int, dict[str, int]] = {count: defaultdict(int) for count in encoders}
    for size in _batches(replicates):
        for table in shape.draw(generator, (size, max(encoders), seeds)):
            for count in encoders:
                for name, is_called in _called(table[:count], shape, sign_flips).items():
                    called[count][name] += is_called
    return {
        count: {name: share(hits, replicates) for name, hits in by_rule.items()} for count, by_rule in called.items()
    }


def improvement_coverage(shape: Shape, seeds: int, gap: float, replicates: int, seed: int = 0) -> dict[str, Share]:
    """Coverage of the interval of the probability of improvement P(A > B); `Beta` is the method in use.

    gap: how much better A is, in standard deviations of the difference of two runs.
    """
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 2])
    fresh = np.concatenate([_gaps(shape.draw(generator, (size, 2, 1)))[0] for size in _batches(replicates)])
    shift = gap * fresh.std()
    truth = float(np.mean(fresh + shift > 0))
    covered: dict[str, int] = defaultdict(int)
    for size in _batches(replicates):
        means, rest = _gaps(shape.draw(generator, (size, 2, seeds)))
        counts = _counts(shape, generator, reach_of_dependence(shape.examples, shape.block))
        for wins in won((means + shift)[..., None] + rest @ counts, axis=1):
            drawn = generator.binomial(seeds, wins / seeds, (2, DRAWS)) / seeds
            low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            covered["percentile"] += int(low <= truth <= high)
            covered["Beta"] += int(truth in jeffreys(wins, seeds))
    return {"truth": Share(100 * truth, 0.0)} | {name: share(count, replicates) for name, count in covered.items()}


def share(count: int, replicates: int) -> Share:
    """`count` of `replicates` in percent, with its binomial standard error."""
    fraction = count / replicates
    return Share(100 * fraction, 100 * float(np.sqrt(fraction * (1 - fraction) / replicates)))


def _batches(replicates: int) -> Iterator[int]:
    for start in range(0, replicates, BATCH):
        yield min(BATCH, replicates - start)


def _intervals(
    scores: np.ndarray, shape: Shape, generator: np.random.Generator
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Lower and upper ends, (tables,) each, of every method's intervals."""
    seeds = scores.shape[1]
    means, influence = influence_of(scores, np.ones(shape.examples, np.float32))
    mean, by_seed = means.mean(axis=1), means.var(axis=1, ddof=1) / seeds
    by_example = in_blocks(influence.mean(axis=1), shape.block)
    blocks = shape.examples - 1 if shape.block == 1 else 1.5 * shape.examples / shape.block - 1
    both = by_seed + by_example
    degrees = both**2 / (by_seed**2 / (seeds - 1) + by_example**2 / blocks)
    return {
        "Student t": _around(Estimate(mean, by_seed, np.full_like(mean, seeds - 1))),
        "percentile": _percentile(scores, shape, generator),
        "bootstrap t": _around(Estimate(mean, both, degrees)),
        "two-way": _around(two_way(scores, np.ones(shape.examples, np.float32), shape.block)),
    }


def _around(estimate: Estimate) -> tuple[np.ndarray, np.ndarray]:
    reach = estimate.reach(LEVEL)
    return estimate.mean - reach, estimate.mean + reach


def _percentile(scores: np.ndarray, shape: Shape, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Percentile bootstrap of the mean over seeds and blocks of examples, both drawn with replacement."""
    seeds = scores.shape[1]
    by_seed = scores @ _counts(shape, generator, shape.block)
    weights = generator.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS).T / seeds
    low, high = np.quantile((by_seed * weights).sum(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    return low, high


def _counts(shape: Shape, generator: np.random.Generator, length: int) -> np.ndarray:
    """(examples, draws): the weight of each example in each draw."""
    counts = drawn_examples(generator, shape.examples, length, DRAWS).T
    return (counts / counts.sum(axis=0)).astype(np.float32)


def _called(table: np.ndarray, shape: Shape, sign_flips: np.ndarray) -> dict[str, bool]:
    """Whether some encoder of a table is called worse than the best, by each of three rules.

    The intervals of the second and third need at least two examples.
    """
    means = table.mean(axis=2, dtype=np.float64)
    best = int(np.argmax(means.mean(axis=1)))
    p_values = step_down_of(means, best, sign_flips)
    worse = [encoder for encoder in range(len(table)) if encoder != best and p_values[encoder] < ALPHA]
    if not worse or shape.examples < 2:
        return {"flips alone": bool(worse), "pairwise interval": False, "both": False}
    estimate = two_way(table[best] - table[worse], np.ones(shape.examples, np.float32), shape.block)
    pairs = len(table) * (len(table) - 1) // 2
    is_long_enough = independent_blocks(shape.examples, shape.block) >= FEWEST_BLOCKS
    return {
        "flips alone": True,
        "pairwise interval": bool(np.any(np.abs(estimate.mean) > estimate.reach(LEVEL))),
        "both": is_long_enough and bool(np.any(np.abs(estimate.mean) > estimate.reach(LEVEL, pairs))),
    }


def _gaps(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Difference of two encoders: the mean per seed, and the deviations of single examples from it."""
    differences = scores[:, 0] - scores[:, 1]
    means = differences.mean(axis=-1, dtype=np.float64)
    return means, differences - means[..., None].astype(np.float32)
