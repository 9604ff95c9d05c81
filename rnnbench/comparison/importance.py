"""Importance of searched settings, per encoder and evaluator: shares with intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

EvaluatorName = Literal["ped_anova", "fanova"]
EVALUATORS: tuple[EvaluatorName, ...] = get_args(EvaluatorName)
TITLES: dict[EvaluatorName, str] = {"ped_anova": "PED-ANOVA", "fanova": "fANOVA"}
QUESTIONS: dict[EvaluatorName, str] = {
    "ped_anova": "which settings set the best trials apart from the rest; shares add up to 1",
    "fanova": "share of the score's variance over the searched ranges that a setting explains by itself; what is "
    "missing to 1 lies in settings together",
}
INTERVAL = 0.8
"""Coverage of the intervals: from the 10th to the 90th percentile over resampled trials."""


@dataclass(frozen=True)
class Share:
    """Importance of one setting, 0 to 1: mean over resampled trials, with an interval."""

    setting: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Importance:
    """What one evaluator says of one encoder, the weightiest setting first.

    completed: trials with a score. rest: pruned and diverged ones that stand among the poor trials.
    """

    model: str
    evaluator: EvaluatorName
    completed: int
    rest: int
    resamples: int
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class TooFew:
    """An encoder of which nothing is said, and why. trials: how many in all would probably do; 0 if none would."""

    model: str
    reason: str
    trials: int


@dataclass(frozen=True)
class Importances:
    """What is known of one sweep."""

    task: str
    data: str
    metric: str
    found: tuple[Importance, ...]
    refused: tuple[TooFew, ...]

    def to_plain(self) -> dict[str, Any]:
        """For programs: everything, with what each evaluator answers."""
        asked = {name: QUESTIONS[name] for name in EVALUATORS if any(one.evaluator == name for one in self.found)}
        return {**asdict(self), "interval": INTERVAL, "questions": asked}
