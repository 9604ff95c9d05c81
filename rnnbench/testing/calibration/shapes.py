"""Simulated test scores with known true mean: (replicates, encoders, seeds, examples).

    score  =  example (shared by all)  +  encoder and example  +  encoder and seed  +  encoder, seed and example

All encoders have the same true mean, so every difference found is a false positive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import signal, special

from rnnbench.storage.example_scores import block_length

Draw = Callable[[np.random.Generator, tuple[int, int, int]], np.ndarray]
"""From a generator and (replicates, encoders, seeds) to scores (replicates, encoders, seeds, examples)."""


@dataclass(frozen=True)
class Shape:
    """A kind of test split: how scores are drawn, their true mean, and the block length stored with them."""

    name: str
    examples: int
    block: int
    mean: float
    draw: Draw


LATENT_MEAN = 0.74
"""Mean of the latent variable, in standard deviations: 77 % of the predictions are correct."""


def _accuracy(examples: int, seed_effects: Draw | None = None, spread: float = 0.012) -> Draw:
    """Scores 0 or 1: correct if the sum of the effects of text, encoder, seed and pair is above zero.

    Two seeds of an encoder disagree on 12 % of the texts; accuracies of seeds have a standard deviation of 0.8 points.
    """

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        ease = _normal(generator, replicates, 1, 1, examples) * np.sqrt(0.65)
        ease = ease + _normal(generator, replicates, encoders, 1, examples) * np.sqrt(0.20)
        effect = _normal(generator, *size) * spread if seed_effects is None else seed_effects(generator, size)
        pairs = _normal(generator, *size, examples) * np.float32(np.sqrt(0.15))
        pairs += ease
        pairs += (LATENT_MEAN + effect)[..., None].astype(np.float32)
        return (pairs > 0).astype(np.float32)

    return draw


def _rare_failures(spread: float, probability: float, loss: float) -> Draw:
    """Seed effects of mean zero; each is worse by `loss` with the given probability."""

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        failed = generator.random(size, dtype=np.float32) < probability
        return _normal(generator, *size) * np.float32(spread) - loss * (failed - np.float32(probability))

    return draw


def _bits(examples: int, seed_effects: Draw | None = None) -> Draw:
    """Bits per character of pieces of text: neighbouring pieces are correlated, difficulty is skewed."""

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        shared = _ar1(generator, (replicates, 1, 1, examples), 0.5)
        own = _ar1(generator, (replicates, encoders, 1, examples), 0.5) * np.float32(0.05)
        pieces = 0.25 * (np.exp(0.5 * shared) - np.float32(np.exp(0.125))) / 0.6 + own
        scores = _normal(generator, *size, examples) * np.float32(0.04)
        scores += pieces
        effect = 0.01 * _normal(generator, *size) if seed_effects is None else seed_effects(generator, size)
        scores += (2.3 + effect)[..., None].astype(np.float32)
        return scores

    return draw


def _windows(examples: int, horizon: int) -> Draw:
    """MASE of overlapping windows: heavy tails, volatility clusters, and a small effect of the seed.

    Errors of single steps have autocorrelated volatility; a window is the mean over its steps.
    """

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        steps = examples + horizon - 1
        volatility = _ar1(generator, (replicates, 1, 1, steps), 0.9)
        tails = np.abs(_student(generator, (replicates, 1, 1, steps), 5))
        shared = _moving_mean(np.exp(0.4 * volatility - 0.08) * tails / _mean_tail(5), horizon)
        own = _moving_mean(_ar1(generator, (replicates, encoders, 1, steps), 0.9), horizon) * np.float32(0.06)
        # effects of seed and window last for a horizon, as in a moving mean, at a tenth of the cost
        pairs = np.repeat(_normal(generator, *size, steps // horizon + 1) * np.float32(0.02), horizon, axis=-1)
        pairs = pairs[..., :examples] * shared
        pairs += 0.87 * shared + own
        pairs += (0.005 * _normal(generator, *size))[..., None]
        return pairs

    return draw


def _normal(generator: np.random.Generator, *size: int) -> np.ndarray:
    return generator.standard_normal(size, dtype=np.float32)


def _ar1(generator: np.random.Generator, size: tuple[int, ...], memory: float) -> np.ndarray:
    """Standard normal AR(1) process with coefficient `memory`."""
    noise = _normal(generator, *size)
    noise[..., 1:] *= np.float32(np.sqrt(1 - memory**2))
    filtered: np.ndarray = signal.lfilter(
        np.ones(1, np.float32), np.array([1, -memory], np.float32), noise, axis=-1
    ).astype(np.float32)
    return filtered


def _student(generator: np.random.Generator, size: tuple[int, ...], degrees: int) -> np.ndarray:
    return generator.standard_t(degrees, size).astype(np.float32)


def _mean_tail(degrees: int) -> np.float32:
    """Mean of the absolute value of Student's t."""
    gammas = special.gamma((degrees + 1) / 2) / special.gamma(degrees / 2)
    return np.float32(2 * np.sqrt(degrees) * gammas / (np.sqrt(np.pi) * (degrees - 1)))


def _moving_mean(values: np.ndarray, length: int) -> np.ndarray:
    totals = np.cumsum(values, axis=-1, dtype=np.float64)
    totals[..., length:] -= totals[..., :-length].copy()
    return (totals[..., length - 1 :] / length).astype(np.float32)


def _accuracy_mean(effects: list[tuple[float, float]], spread: float) -> float:
    """True accuracy for a mixture of seed effects (probability, effect)."""
    scale = np.sqrt(1 + spread**2)
    return float(sum(share * special.ndtr((LATENT_MEAN + effect) / scale) for share, effect in effects))


FAILURE, LOSS = 0.1, 0.2
"""One seed in ten has an accuracy 6 points lower."""

SHAPES = (
    Shape("accuracy, 1,066 texts", 1066, 1, _accuracy_mean([(1, 0)], 0.012), _accuracy(1066)),
    Shape("bits per character, 870 pieces", 870, 29, 2.3, _bits(870)),
    Shape("MASE, 2,000 windows", 2000, 48, 0.87, _windows(2000, 24)),
    Shape(
        "accuracy, 1 seed in 10 worse",
        1277,
        1,
        _accuracy_mean([(FAILURE, -LOSS * (1 - FAILURE)), (1 - FAILURE, LOSS * FAILURE)], 0.012),
        _accuracy(1277, _rare_failures(0.012, FAILURE, LOSS)),
    ),
)

BEYOND = (
    Shape("MASE, 240 windows", 240, 48, 0.87, _windows(240, 24)),
    Shape("bits, 1 seed in 10 diverging", 870, 29, 2.3, _bits(870, _rare_failures(0.01, FAILURE, -0.5))),
)
"""Cases in which intervals fail: only five blocks of examples, or rare seeds that dominate the mean."""

BLOCKS = (1, 2, 3, 5, 10, 50)
"""Numbers of independent blocks of a test split."""

WINDOW_ROWS = 24


def shapes_of(blocks: int) -> tuple[Shape, ...]:
    """Test splits of so many independent blocks: texts, each a block of its own, pieces of a text, and windows.

    The block length is the one that a run of so many examples stores.
    """
    pieces, windows = _examples_of(blocks, overlap=1), _examples_of(blocks, overlap=WINDOW_ROWS)
    return (
        Shape(f"accuracy, {_counted(blocks, 'text')}", blocks, 1, _accuracy_mean([(1, 0)], 0.012), _accuracy(blocks)),
        Shape(f"bits per character, {_counted(pieces[0], 'piece')}", *pieces, 2.3, _bits(pieces[0])),
        Shape(f"MASE, {_counted(windows[0], 'window')}", *windows, 0.87, _windows(windows[0], WINDOW_ROWS)),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _examples_of(blocks: int, overlap: int) -> tuple[int, int]:
    """The fewest consecutive examples that have so many blocks, more than one where possible, and their block."""
    for examples in range(2, 10_000):
        block = block_length(examples, overlap)
        if examples // block == blocks:
            return examples, block
    raise ValueError(f"no number of examples below 10,000 has {blocks} blocks")
