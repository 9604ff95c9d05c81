"""SGD with momentum, Adagrad and Adam as defined in torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from rnnbench.scratch.base import Array

Named = Mapping[str, Array]


class Optimizer(Protocol):
    """Updates weights from their gradients."""

    def update(self, weights: Named, gradients: Named) -> None:
        """Update the weights in place."""


class SGD:
    """weight -= learning_rate * velocity, where velocity = momentum * velocity + gradient (Polyak, 1964)."""

    def __init__(self, learning_rate: float = 0.1, momentum: float = 0.0) -> None:
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocity: dict[str, Array] = {}

    def update(self, weights: Named, gradients: Named) -> None:
        for name, weight in weights.items():
            velocity = self.velocity.setdefault(name, np.zeros_like(weight))
            velocity *= self.momentum
            velocity += gradients[name]
            weight -= self.learning_rate * velocity


class Adagrad:
    """weight -= learning_rate * gradient / (sqrt(sum of squares so far) + tiny).

    Source: Duchi, Hazan and Singer (2011), Adaptive subgradient methods.
    """

    def __init__(self, learning_rate: float = 0.1, tiny: float = 1e-10) -> None:
        self.learning_rate, self.tiny = learning_rate, tiny
        self.squares: dict[str, Array] = {}

    def update(self, weights: Named, gradients: Named) -> None:
        for name, weight in weights.items():
            squares = self.squares.setdefault(name, np.zeros_like(weight))
            squares += np.square(gradients[name])
            weight -= self.learning_rate * gradients[name] / (np.sqrt(squares) + self.tiny)


class Adam:
    """weight -= learning_rate * mean / (sqrt(square) + tiny), with bias-corrected averages of gradient and square.

    The averages start at zero, so after t updates they are divided by 1 - beta^t.

    Source: Kingma and Ba (2015), Adam: a method for stochastic optimization, arXiv:1412.6980.
    """

    def __init__(self, learning_rate: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), tiny: float = 1e-8):
        self.learning_rate, self.betas, self.tiny = learning_rate, betas, tiny
        self.means: dict[str, Array] = {}
        self.squares: dict[str, Array] = {}
        self.updates = 0

    def update(self, weights: Named, gradients: Named) -> None:
        self.updates += 1
        for_mean, for_square = self.betas
        mean_correction, square_correction = 1.0 - for_mean**self.updates, 1.0 - for_square**self.updates
        for name, weight in weights.items():
            gradient = gradients[name]
            mean = self.means.setdefault(name, np.zeros_like(weight))
            square = self.squares.setdefault(name, np.zeros_like(weight))
            mean += (1.0 - for_mean) * (gradient - mean)
            square += (1.0 - for_square) * (np.square(gradient) - square)
            weight -= (self.learning_rate / mean_correction) * mean / (np.sqrt(square / square_correction) + self.tiny)


OPTIMIZERS: Mapping[str, Callable[[float], Optimizer]] = {
    "adam": Adam,
    "adagrad": Adagrad,
    "sgd": lambda learning_rate: SGD(learning_rate, momentum=0.9),
}
"""Constructors of optimizers, from a learning rate, by name on the command line."""

DEFAULT_RATES: Mapping[str, float] = {"adam": 0.005, "adagrad": 0.05, "sgd": 0.5}
"""Default learning rates for texts."""
