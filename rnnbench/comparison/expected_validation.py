"""Expected validation performance: the best validation score that a search of n trials, or s seconds, would find.

With the scores of N independent random draws sorted from worst to best, x_1 <= ... <= x_N where higher is better,

    biased     V(n) = sum_i x_i [(i / N)^n - ((i - 1) / N)^n]         n draws with replacement
    unbiased   U(n) = sum_i x_i C(i - 1, n - 1) / C(N, n)             n draws without replacement

V is too pessimistic for n > 1. Over seconds, U has no closed form: it is the mean over random orders of the draws (all
orders up to six draws) of the best of those that end within the budget, one after the other.

Bands are t bands: U +- t(95 %, N - 1) * sqrt(N / (N - 1)) * the standard deviation of U over resampled trials.
Percentiles are too narrow, because no resample has a score above the best one. On synthetic scores (normal, exponential
in both directions, log-normal; 4 to 20 draws) the bands cover 79 to 97 % up to half of the draws, percentiles 60 to
96 %; at n = N, 73 to 97 % and 39 to 67 %. Curves are therefore reliable up to half of the draws.

It does not give the number of trials after which to stop. Where trials are pruned, the score and seconds of a draw
depend slightly on the draws before it.

Source: Dodge, Gururangan, Card, Schwartz and Smith (2019), Show your work: improved reporting of experimental results,
arXiv:1909.03004 (biased); Tang, Lee, Xin, Liu, Yu and Lin (2020), Showing your work doesn't always work,
arXiv:2004.13705 (its bias, and the unbiased estimator).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from rnnbench.comparison.model import LEVEL
from rnnbench.comparison.random_trials import FEWEST_DRAWS, Draws
from rnnbench.comparison.statistics.summary import bounded_ends

RESAMPLES = 2000
"""Number of resamples for a band over trials; a curve over seconds costs more."""
RESAMPLES_OF_SECONDS = 500
_ORDERS, _ORDERS_OF_RESAMPLE = 4000, 60
_MOST_AT_ONCE = 1_000_000
_SEED = 20
Array = np.ndarray


@dataclass(frozen=True)
class Band:
    """Expected scores, with a band, at the budgets `at` in trials or seconds."""

    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class ExpectedCurve:
    """Expected best validation score of a random search with one encoder, by trials and by seconds.

    seconds: None where no seconds are stored. done: share of searches in which a trial has ended; the others count
        with the worst score (`Draws`).
    """

    draws: Draws
    unbiased: Band
    biased: Band
    seconds: Band | None = None
    done: tuple[float, ...] = ()

    @property
    def model(self) -> str:
        """The encoder."""
        return self.draws.model

    @property
    def reliable_trials(self) -> int:
        """The most trials for which the coverage of the band is close to nominal."""
        return len(self.draws.scores) // 2

    @property
    def reliable_seconds(self) -> float:
        """The most seconds for which it is: half of the seconds of all draws."""
        return sum(self.draws.seconds) / 2


def refusal(draws: Draws) -> str:
    """Why there is no curve for these draws; empty where there is one."""
    count = len(draws.scores)
    if count < FEWEST_DRAWS:
        return f"{count} random {'trial' if count == 1 else 'trials'}, and {FEWEST_DRAWS} are needed"
    return "no random trial has a validation score" if draws.failed == count else ""


def curve_of(draws: Draws) -> ExpectedCurve:
    """The curve of draws that have no `refusal`; deterministic."""
    count = len(draws.scores)
    generator = generator_of(draws, "bands")
    at = tuple(float(n) for n in range(1, count + 1))
    numbers = generator.integers(count, size=(RESAMPLES, count))
    unbiased, biased = (
        _band(draws, at, over_trials(draws, weights), over_trials(draws, weights, numbers).std(axis=0))
        for weights in (unbiased_weights(count), biased_weights(count))
    )
    if not draws.seconds:
        return ExpectedCurve(draws, unbiased, biased)
    budgets = budgets_of(draws)
    mean, done = over_seconds(draws, budgets, orders(count, _ORDERS, generator)[None])
    spread = seconds_resampled(draws, budgets, generator).std(axis=0)
    return ExpectedCurve(draws, unbiased, biased, _band(draws, budgets, mean[0], spread), tuple(done[0].tolist()))


def biased_weights(count: int) -> Array:
    """Rows: draws from worst to best. Columns: n = 1 to N trials, with replacement."""
    place, n = np.arange(1, count + 1)[:, None], np.arange(1, count + 1)[None]
    return (place / count) ** n - ((place - 1) / count) ** n


def unbiased_weights(count: int) -> Array:
    """Rows: draws from worst to best. Columns: n = 1 to N trials, without replacement."""
    sizes = range(1, count + 1)
    return np.array([[math.comb(place - 1, n - 1) / math.comb(count, n) for n in sizes] for place in sizes])


def over_trials(draws: Draws, weights: Array, numbers: Array | None = None) -> Array:
    """Expected best score by number of trials, of the draws or of each resample (rows of `numbers`)."""
    good = np.array(draws.scores) * draws.metric.sign
    return np.asarray(draws.metric.sign * (np.sort(good if numbers is None else good[numbers], axis=-1) @ weights))


def over_seconds(draws: Draws, budgets: Sequence[float], orders: Array) -> tuple[Array, Array]:
    """Expected best score by seconds, and the share of orders in which a trial has ended: a row per resample.

    orders: (resamples, orders, draws), indices of the draws in the order of running.
    """
    good = np.array(draws.scores) * draws.metric.sign
    ends = np.cumsum(np.array(draws.seconds)[orders], axis=-1)
    best = np.maximum.accumulate(good[orders], axis=-1)
    gains = np.diff(best, axis=-1, prepend=draws.worst * draws.metric.sign)
    # sums of the same seconds in another order differ by rounding errors
    within = np.searchsorted(np.array(budgets), ends * (1 - 1e-12), side="left")
    resamples, width = len(orders), len(budgets) + 1
    cells = within + width * np.arange(resamples)[:, None, None]
    runs = orders.shape[1]
    gained = np.bincount(cells.ravel(), weights=gains.ravel(), minlength=resamples * width).reshape(resamples, width)
    started = np.bincount(cells[..., 0].ravel(), minlength=resamples * width).reshape(resamples, width)
    mean = draws.worst * draws.metric.sign + np.cumsum(gained[:, :-1], axis=1) / runs
    return draws.metric.sign * mean, np.cumsum(started[:, :-1], axis=1) / runs


def seconds_resampled(draws: Draws, budgets: Sequence[float], generator: np.random.Generator) -> Array:
    """The curve over seconds of every resample of the draws, a row each, with the same orders for all."""
    count = len(draws.scores)
    numbers = generator.integers(count, size=(RESAMPLES_OF_SECONDS, count))
    run = orders(count, _ORDERS_OF_RESAMPLE, generator)
    parts = np.array_split(numbers, math.ceil(len(numbers) * run.size / _MOST_AT_ONCE))
    return np.concatenate([over_seconds(draws, budgets, part[:, run])[0] for part in parts])


def orders(count: int, at_least: int, generator: np.random.Generator) -> Array:
    """All orders of `count` draws, if at most `at_least`; else random ones with all their rotations."""
    if math.factorial(min(count, 10)) <= at_least:
        return np.array([*itertools.permutations(range(count))])
    whole = math.ceil(at_least / count)
    first = generator.permuted(np.tile(np.arange(count), (whole, 1)), axis=1)
    turned = (np.arange(count)[:, None] + np.arange(count)[None]) % count
    return first[:, turned].reshape(whole * count, count)


def budgets_of(draws: Draws) -> tuple[float, ...]:
    """Budgets in seconds up to the sum over all draws."""
    steps = math.ceil(sum(draws.seconds) / draws.step * (1 - 1e-12))
    return tuple(round(draws.step * number, 9) for number in range(1, steps + 1))


def generator_of(draws: Draws, purpose: str) -> np.random.Generator:
    """A generator that depends on the encoder and the purpose alone, not on other encoders."""
    return np.random.default_rng([_SEED, *f"{purpose} {draws.model}".encode()])


def _band(draws: Draws, at: tuple[float, ...], mean: Array, spread: Array) -> Band:
    count = len(draws.scores)
    reach = special.stdtrit(count - 1, (1 + LEVEL) / 2) * math.sqrt(count / (count - 1)) * spread
    low, high = bounded_ends(mean, reach, draws.metric.bounds)
    return Band(at, tuple(mean.tolist()), tuple(low.tolist()), tuple(high.tolist()))
