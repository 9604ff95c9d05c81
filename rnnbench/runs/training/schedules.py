"""Learning-rate schedules, as factors on the configured learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable

from rnnbench.experiment.sections import TrainingSettings

LAST = 0.02
"""Final factor of the cosine schedule."""
FIRST_OF_CYCLE, LAST_OF_CYCLE, RISING_SHARE = 1 / 25, 1 / 250_000, 0.3


class Plateau:
    """A factor that is reduced when the validation score stops improving.

    As torch's ReduceLROnPlateau with a threshold of 0: reduced after more than `patience` validations without a new
    best score, after which counting starts again.
    """

    def __init__(self, factor: float, patience: int, *, higher_is_better: bool) -> None:
        self.factor, self.patience, self.sign = factor, patience, 1.0 if higher_is_better else -1.0
        self.now = 1.0
        self._best = -math.inf
        self._without_improvement = 0

    def report(self, score: float) -> None:
        """Update the factor with the score of a validation."""
        if self.sign * score > self._best:
            self._best, self._without_improvement = self.sign * score, 0
            return
        self._without_improvement += 1
        if self._without_improvement > self.patience:
            self.now *= self.factor
            self._without_improvement = 0


def rate_factor(settings: TrainingSettings, updates: int, plateau: Plateau | None = None) -> Callable[[int], float]:
    """The factor on the learning rate at each update: linear warm-up times the schedule.

    constant   1
    step       decay_factor after every decay_every of the updates
    plateau    times decay_factor when validation stops improving
    cosine     half a cosine from 1 to 2 %           Loshchilov and Hutter (2017), SGDR, arXiv:1608.03983
    linear     a straight line from 1 to 0            Bergsma et al. (2025), Straight to zero, arXiv:2502.15938
    one_cycle  from 1/25 up to 1 over 30 % of the updates, down to 1/250,000, both by cosine
               Smith and Topin (2018), Super-convergence, arXiv:1708.07120, in the form of torch's OneCycleLR
    """
    warmup = max(1, round(updates * settings.warmup))
    period = max(1, round(updates * settings.decay_every))

    def scheduled(update: int) -> float:
        match settings.schedule:
            case "step":
                return float(settings.decay_factor ** (update // period))
            case "plateau":
                return 1.0 if plateau is None else plateau.now
            case "cosine":
                return _between(1.0, LAST, (update - warmup) / max(1, updates - warmup)) if update >= warmup else 1.0
            case "linear":
                return max(0.0, 1.0 - (update - warmup) / max(1, updates - warmup)) if update >= warmup else 1.0
            case "one_cycle":
                return _cycle(update, updates)
        return 1.0

    return lambda update: min(1.0, (update + 1) / warmup) * scheduled(update)


def _cycle(update: int, updates: int) -> float:
    top, end = RISING_SHARE * updates - 1, updates - 1
    if update <= top:
        return _between(FIRST_OF_CYCLE, 1.0, update / top if top > 0 else 1.0)
    return _between(1.0, LAST_OF_CYCLE, (update - top) / max(1e-9, end - top))


def _between(first: float, last: float, share: float) -> float:
    """From `first` to `last` along half a cosine."""
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, max(0.0, share))))
