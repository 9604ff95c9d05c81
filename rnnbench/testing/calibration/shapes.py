"""Test scores shaped like ours, with the true mean known: (replicates, encoders, seeds, examples).

    score  =  example (shared by all)  +  encoder and example  +  encoder and seed  +  encoder, seed and example

Every encoder has the same true mean, so whoever is called worse is called so by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import signal, special

Draw = Callable[[np.random.Generator, tuple[int, int, int]], np.ndarray]
"""A generator and (replicates, encoders, seeds) to scores (replicates, encoders, seeds, examples)."""


@dataclass(frozen=True)
class Shape:
    """One kind of test split: how scores are drawn, what their mean is in truth, and the block stored with them."""

    name: str
    examples: int
    block: int
    mean: float
    draw: Draw


ACCURATE = 0.74
"""In standard deviations of how hard texts are: 77 % are told right."""


def _accuracy(examples: int, seed_effects: Draw | None = None, spread: float = 0.012) -> Draw:
    """0 or 1: a text is told right where ease of text, encoder, seed and pair add up to more than zero.

    Two seeds of an encoder disagree on 12 % of the texts; seeds' accuracies lie 0.8 points apart (standard deviation).
    """

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        ease = _normal(generator, replicates, 1, 1, examples) * np.sqrt(0.65)
        ease = ease + _normal(generator, replicates, encoders, 1, examples) * np.sqrt(0.20)
        effect = _normal(generator, *size) * spread if seed_effects is None else seed_effects(generator, size)
        pairs = _normal(generator, *size, examples) * np.float32(np.sqrt(0.15))
        pairs += ease
        pairs += (ACCURATE + effect)[..., None].astype(np.float32)
        return (pairs > 0).astype(np.float32)

    return draw


def _unlucky(spread: float, chance: float, loss: float) -> Draw:
    """Seed effects of mean zero, one in 1 / chance of them worse by `loss`."""

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        lost = generator.random(size, dtype=np.float32) < chance
        return _normal(generator, *size) * np.float32(spread) - loss * (lost - np.float32(chance))

    return draw


def _bits(examples: int, seed_effects: Draw | None = None) -> Draw:
    """Bits per character of pieces of text: neighbours alike, some scenes far harder than others (skewed)."""

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        shared = _neighbours(generator, (replicates, 1, 1, examples), 0.5)
        own = _neighbours(generator, (replicates, encoders, 1, examples), 0.5) * np.float32(0.05)
        pieces = 0.25 * (np.exp(0.5 * shared) - np.float32(np.exp(0.125))) / 0.6 + own
        scores = _normal(generator, *size, examples) * np.float32(0.04)
        scores += pieces
        effect = 0.01 * _normal(generator, *size) if seed_effects is None else seed_effects(generator, size)
        scores += (2.3 + effect)[..., None].astype(np.float32)
        return scores

    return draw


def _windows(examples: int, horizon: int) -> Draw:
    """MASE of windows that move on one step at a time: heavy tails, quiet and wild stretches, and nearly no seed.

    Errors of single steps have a volatility that lasts; a window is the mean over its steps.
    """

    def draw(generator: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
        replicates, encoders, _ = size
        steps = examples + horizon - 1
        volatility = _neighbours(generator, (replicates, 1, 1, steps), 0.9)
        tails = np.abs(_student(generator, (replicates, 1, 1, steps), 5))
        shared = _moving_mean(np.exp(0.4 * volatility - 0.08) * tails / _mean_tail(5), horizon)
        own = _moving_mean(_neighbours(generator, (replicates, encoders, 1, steps), 0.9), horizon) * np.float32(0.06)
        # what is left of seed and pair lasts for a horizon: as a moving mean would make it, at a tenth of the cost
        pairs = np.repeat(_normal(generator, *size, steps // horizon + 1) * np.float32(0.02), horizon, axis=-1)
        pairs = pairs[..., :examples] * shared
        pairs += 0.87 * shared + own
        pairs += (0.005 * _normal(generator, *size))[..., None]
        return pairs

    return draw


def _normal(generator: np.random.Generator, *size: int) -> np.ndarray:
    return generator.standard_normal(size, dtype=np.float32)


def _neighbours(generator: np.random.Generator, size: tuple[int, ...], memory: float) -> np.ndarray:
    """Standard normal numbers of which each remembers so much of the one before it (AR(1))."""
    noise = _normal(generator, *size)
    noise[..., 1:] *= np.float32(np.sqrt(1 - memory**2))
    filtered: np.ndarray = signal.lfilter(
        np.ones(1, np.float32), np.array([1, -memory], np.float32), noise, axis=-1
    ).astype(np.float32)
    return filtered


def _student(generator: np.random.Generator, size: tuple[int, ...], degrees: int) -> np.ndarray:
    return generator.standard_t(degrees, size).astype(np.float32)


def _mean_tail(degrees: int) -> np.float32:
    """The mean of the absolute value of Student's t."""
    gammas = special.gamma((degrees + 1) / 2) / special.gamma(degrees / 2)
    return np.float32(2 * np.sqrt(degrees) * gammas / (np.sqrt(np.pi) * (degrees - 1)))


def _moving_mean(values: np.ndarray, length: int) -> np.ndarray:
    totals = np.cumsum(values, axis=-1, dtype=np.float64)
    totals[..., length:] -= totals[..., :-length].copy()
    return (totals[..., length - 1 :] / length).astype(np.float32)


def _accuracy_mean(effects: list[tuple[float, float]], spread: float) -> float:
    """The true share told right: a mixture of (chance, effect of the seed)."""
    scale = np.sqrt(1 + spread**2)
    return float(sum(chance * special.ndtr((ACCURATE + effect) / scale) for chance, effect in effects))


CHANCE, LOSS = 0.1, 0.2
"""One seed in ten tells 6 points fewer texts right."""

SHAPES = (
    Shape("accuracy, 1,066 texts", 1066, 1, _accuracy_mean([(1, 0)], 0.012), _accuracy(1066)),
    Shape("bits per character, 870 pieces", 870, 29, 2.3, _bits(870)),
    Shape("MASE, 2,000 windows", 2000, 48, 0.87, _windows(2000, 24)),
    Shape(
        "accuracy, 1 seed in 10 unlucky",
        1277,
        1,
        _accuracy_mean([(CHANCE, -LOSS * (1 - CHANCE)), (1 - CHANCE, LOSS * CHANCE)], 0.012),
        _accuracy(1277, _unlucky(0.012, CHANCE, LOSS)),
    ),
)

BEYOND = (
    Shape("MASE, 240 windows", 240, 48, 0.87, _windows(240, 24)),
    Shape("bits, 1 seed in 10 diverging", 870, 29, 2.3, _bits(870, _unlucky(0.01, CHANCE, -0.5))),
)
"""Where no interval can be trusted: five blocks of examples in all, or seeds of which a rare one decides the mean."""
