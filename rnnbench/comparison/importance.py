"""Importance of searched settings, per encoder and evaluator: shares with intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

EvaluatorName = Literal["ped_anova", "fanova"]
EVALUATORS: tuple[EvaluatorName, ...] = get_args(EvaluatorName)
TITLES: dict[EvaluatorName, str] = {"ped_anova": "PED-ANOVA", "fanova": "fANOVA"}
QUESTIONS: dict[EvaluatorName, str] = {
    "ped_anova": "which settings distinguish the best trials from the rest; shares add up to 1",
    "fanova": "share of the score's variance over the searched ranges that a setting explains by itself; the "
    "remainder to 1 is due to interactions",
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
    """Importances of the settings of one encoder by one evaluator, the largest first.

    completed: trials with a score. rest: pruned and diverged trials, which count as poor ones.
    """

    model: str
    evaluator: EvaluatorName
    completed: int
    rest: int
    resamples: int
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class TooFew:
    """An encoder without a result, and the reason. trials: the total number probably needed; 0 if more do not help."""

    model: str
    reason: str
    trials: int


@dataclass(frozen=True)
class Importances:
    """Importances of one sweep."""

    task: str
    data: str
    metric: str
    found: tuple[Importance, ...]
    refused: tuple[TooFew, ...]

    def to_plain(self) -> dict[str, Any]:
        """All fields as plain data, with the meaning of each evaluator."""
        evaluators = {importance.evaluator for importance in self.found}
        questions = {name: QUESTIONS[name] for name in EVALUATORS if name in evaluators}
        return {**asdict(self), "interval": INTERVAL, "questions": questions}
