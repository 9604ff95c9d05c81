"""How often intervals hold the truth and tests call alike encoders different, over many simulated tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnbench.comparison.model import ALPHA, LEVEL
from rnnbench.comparison.statistics.crossed_intervals import (
    Estimate,
    in_blocks,
    influence_of,
    reach_of_dependence,
    two_way,
)
from rnnbench.comparison.statistics.permutation import flips, step_down_of
from rnnbench.comparison.statistics.probability_of_improvement import drawn_examples, jeffreys, won
from rnnbench.testing.calibration.shapes import Shape

BATCH = 20
"""Tables drawn at once."""

DRAWS = 300
"""Draws of a bootstrap; every batch has its own, shared by its tables, which saves most of the time."""

WAYS = 2**10
"""Ways to flip the signs of twenty seeds that are tried, where a real table takes 2^16."""


class Share(NamedTuple):
    """How often something happened, in percent, with the Monte Carlo standard error."""

    percent: float
    error: float


def coverage(shape: Shape, seeds: int, replicates: int, seed: int = 0) -> dict[str, Share]:
    """How often each candidate's 95 % interval of an encoder's mean holds the true one; `two-way` is the one in use."""
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block])
    held: dict[str, int] = defaultdict(int)
    for size in _batches(replicates):
        scores = shape.draw(generator, (size, 1, seeds))[:, 0]
        for name, (low, high) in _candidates(scores, shape, generator).items():
            held[name] += int(np.sum((low <= shape.mean) & (shape.mean <= high)))
    return {name: share(count, replicates) for name, count in held.items()}


def false_positives(
    shape: Shape, seeds: int, encoders: tuple[int, ...], replicates: int, seed: int = 0
) -> dict[int, dict[str, Share]]:
    """How often, of so many encoders that are all alike, some one is called worse than the best; `both` is in use."""
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 1])
    ways = flips(seeds)[:WAYS]
    called: dict[int, dict[str, int]] = {count: defaultdict(int) for count in encoders}
    for size in _batches(replicates):
        for table in shape.draw(generator, (size, max(encoders), seeds)):
            for count in encoders:
                for name, is_called in _called(table[:count], shape, ways).items():
                    called[count][name] += is_called
    return {count: {name: share(hits, replicates) for name, hits in own.items()} for count, own in called.items()}


def chance_coverage(shape: Shape, seeds: int, gap: float, replicates: int, seed: int = 0) -> dict[str, Share]:
    """How often the interval of P(one run beats another) holds the true one; `Beta` is the one in use.

    gap: how much better the one encoder is, in standard deviations of the difference of two runs.
    """
    generator = np.random.default_rng([seed, seeds, shape.examples, shape.block, 2])
    fresh = np.concatenate([_gaps(shape.draw(generator, (size, 2, 1)))[0] for size in _batches(replicates)])
    shift = gap * fresh.std()
    truth = float(np.mean(fresh + shift > 0))
    held: dict[str, int] = defaultdict(int)
    for size in _batches(replicates):
        means, rest = _gaps(shape.draw(generator, (size, 2, seeds)))
        counts = _counts(shape, generator, reach_of_dependence(shape.examples, shape.block))
        for wins in won((means + shift)[..., None] + rest @ counts, axis=1):
            drawn = generator.binomial(seeds, wins / seeds, (2, DRAWS)) / seeds
            low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            held["percentile"] += int(low <= truth <= high)
            held["Beta"] += int(truth in jeffreys(wins, seeds))
    return {"truth": Share(100 * truth, 0.0)} | {name: share(count, replicates) for name, count in held.items()}


def share(count: int, replicates: int) -> Share:
    """So many of so many, in percent."""
    part = count / replicates
    return Share(100 * part, 100 * float(np.sqrt(part * (1 - part) / replicates)))


def _batches(replicates: int) -> Iterator[int]:
    for start in range(0, replicates, BATCH):
        yield min(BATCH, replicates - start)


def _candidates(
    scores: np.ndarray, shape: Shape, generator: np.random.Generator
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The ends of every candidate's intervals, (tables,) each."""
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
    """The middle 95 % of means over seeds and blocks of examples drawn with replacement."""
    seeds = scores.shape[1]
    by_seed = scores @ _counts(shape, generator, shape.block)
    times = generator.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS).T / seeds
    low, high = np.quantile((by_seed * times).sum(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    return low, high


def _counts(shape: Shape, generator: np.random.Generator, length: int) -> np.ndarray:
    """(examples, draws): the share of each example in each draw."""
    counts = drawn_examples(generator, shape.examples, length, DRAWS).T
    return (counts / counts.sum(axis=0)).astype(np.float32)


def _called(table: np.ndarray, shape: Shape, ways: np.ndarray) -> dict[str, bool]:
    """Whether some encoder of one table is called worse than the best: by the flips alone, and with either interval."""
    means = table.mean(axis=2, dtype=np.float64)
    best = int(np.argmax(means.mean(axis=1)))
    p_values = step_down_of(means, best, ways)
    behind = [one for one in range(len(table)) if one != best and p_values[one] < ALPHA]
    if not behind:
        return {"flips alone": False, "pairwise interval": False, "both": False}
    estimate = two_way(table[best] - table[behind], np.ones(shape.examples, np.float32), shape.block)
    pairs = len(table) * (len(table) - 1) // 2
    return {
        "flips alone": True,
        "pairwise interval": bool(np.any(np.abs(estimate.mean) > estimate.reach(LEVEL))),
        "both": bool(np.any(np.abs(estimate.mean) > estimate.reach(LEVEL, pairs))),
    }


def _gaps(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much better the first of two encoders is, per seed, and what single examples add to that."""
    differences = scores[:, 0] - scores[:, 1]
    means = differences.mean(axis=-1, dtype=np.float64)
    return means, differences - means[..., None].astype(np.float32)
