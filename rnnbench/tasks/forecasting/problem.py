"""A forecasting problem for baselines: training rows, the windows of two splits, and the errors of forecasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnbench.metrics import ForecastErrors
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed
from rnnbench.tasks.methods.windows import RollingWindows

Learn = Literal["values", "log_returns"]
Forecaster = Callable[[np.ndarray], np.ndarray]
"""(windows, lookback, channels) to (windows, horizon, channels)."""


@dataclass(frozen=True)
class ForecastProblem:
    """One data set: its training rows, and the windows of the validation and test split.

    observed: (rows, channels) bool of the training rows, the values that were not filled; None for all.
    """

    train: np.ndarray
    validation: RollingWindows
    test: RollingWindows
    season_length: int
    learn: Learn
    refit: bool
    observed: np.ndarray | None = None

    @property
    def fitted_for_test(self) -> np.ndarray:
        """The rows to fit on before the test split is scored."""
        return np.concatenate([self.train, self.validation.new_rows]) if self.refit else self.train

    @property
    def observed_for_test(self) -> np.ndarray | None:
        """`observed` of the rows to fit on before the test split is scored."""
        if not self.refit:
            return self.observed
        return joined_masks([self.train, self.validation.new_rows], [self.observed, self.validation.new_observed])

    def noted(self, note: str) -> str:
        """The note, with a remark if the baseline was refitted."""
        return f"{note}; {REFITTED}" if self.refit else note

    @property
    def lookback(self) -> int:
        return self.test.lookback

    @property
    def horizon(self) -> int:
        return self.test.horizon

    @property
    def splits(self) -> dict[str, RollingWindows]:
        return {"validation": self.validation, "test": self.test}

    @property
    def is_positive(self) -> bool:
        return min(float(levels.min()) for levels in (self.train, self.validation.levels, self.test.levels)) > 0

    def check(self) -> None:
        """Raises: ValueError for data that cannot be forecast."""
        for split, windows in self.splits.items():
            if not windows.count:
                raise ValueError(
                    f"the {split} split has {len(windows.levels) - windows.history} rows after its history, fewer than "
                    f"the horizon of {windows.horizon}"
                )
        if not np.isfinite(self.train).all():
            raise ValueError("levels must be finite: fill gaps before computing baselines")
        if self.learn == "log_returns" and not self.is_positive:
            raise ValueError("log returns need levels above 0")

    def new_errors(self) -> ForecastErrors:
        """Empty forecast errors, scaled by the training rows."""
        return ForecastErrors.from_training(self.train, self.season_length, self.observed)


def joined_masks(rows: Sequence[np.ndarray], observed: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """The masks of observed values of several parts, concatenated; None where no part has one. rows: of each part."""
    if all(mask is None for mask in observed):
        return None
    masks = [np.ones(part.shape, bool) if mask is None else mask for part, mask in zip(rows, observed, strict=True)]
    return np.concatenate(masks)


def errors_of(problem: ForecastProblem, windows: RollingWindows, forecaster: Forecaster) -> ForecastErrors:
    """The errors of a forecaster over all windows of a split."""
    errors = problem.new_errors()
    for past, future, observed in windows.chunks():
        errors.add(future, forecaster(past), observed)
    return errors


def result_of(
    model: str,
    problem: ForecastProblem,
    errors: dict[str, ForecastErrors],
    *,
    seconds: float,
    parameters: int = 0,
    note: str = "",
) -> BaselineResult:
    """The result of a baseline from its errors by split."""
    scores: dict[str, float] = {}
    for split, errors_of_split in errors.items():
        scores |= prefixed(split, errors_of_split.metrics())
    test = errors["test"]
    return BaselineResult(model, scores, seconds, parameters, note, examples=test.examples(), details=test.details())


def errors_of_forecasts(problem: ForecastProblem, windows: RollingWindows, forecasts: np.ndarray) -> ForecastErrors:
    """The errors of forecasts (windows, horizon, channels) in the order of the windows."""
    errors, start = problem.new_errors(), 0
    for _, future, observed in windows.chunks():
        errors.add(future, forecasts[start : start + len(future)], observed)
        start += len(future)
    return errors


def reason_against_carried_state(problem: ForecastProblem) -> str:
    """The reason why a state cannot be carried from split to split; empty if each split follows the one before it."""
    known = problem.train
    for split, windows in problem.splits.items():
        shared = min(windows.history, len(known))
        if not np.array_equal(windows.levels[windows.history - shared : windows.history], known[-shared:]):
            return f"there is a gap before the {split} split"
        known = np.concatenate([known, windows.new_rows])
    return ""
