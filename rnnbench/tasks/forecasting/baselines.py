"""What a forecaster has to beat: naive rules, a closed-form linear map, ETS and Theta."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from rnnbench.metrics import ForecastErrors
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.methods import naive, statistical
from rnnbench.tasks.methods.ridge import Ridge, RidgeSums
from rnnbench.tasks.methods.units import Units
from rnnbench.tasks.methods.windows import RollingWindows

Learn = Literal["values", "log_returns"]
Forecaster = Callable[[np.ndarray], np.ndarray]

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
MEAN_OF_SEASONS = 4
SELECTING = "mase"


def run(
    train_levels: np.ndarray,
    validation_levels: np.ndarray,
    test_levels: np.ndarray,
    *,
    validation_history: int,
    test_history: int,
    lookback: int,
    horizon: int,
    season_length: int,
    learn: Learn = "values",
    refit: bool = False,
) -> Iterator[BaselineResult]:
    """Each baseline as soon as it is done; one that does not apply, or costs too much, says why in `skipped`.

        last_value, seasonal_naive, seasonal_mean, seasonal_naive_with_growth, ridge, auto_ets, auto_theta

    Every row after a split's history is an origin. The naive rules and the linear map see the lookback alone, as an
    encoder does; ETS and Theta carry their state from the past as a whole.

    Args:
        train_levels, validation_levels, test_levels: (rows, channels) in the series' own unit, without gaps.
        validation_history, test_history: how many of the first rows belong to the split before, at least `lookback`.
        season_length: samples per season, 1 where there is none.
        learn: 'log_returns' fits the linear map, ETS and Theta on logarithms; all numbers stay in the series' unit.
        refit: what forecasts the test split is fitted on training and validation together, with everything that
            validation chose before. The scale of errors and of inputs stays that of training.

    Raises: ValueError when a split has no window, a level is not finite, or not positive under 'log_returns'.
    """
    problem = _Problem(
        train=np.asarray(train_levels, dtype=float),
        validation=RollingWindows(np.asarray(validation_levels, float), validation_history, lookback, horizon),
        test=RollingWindows(np.asarray(test_levels, float), test_history, lookback, horizon),
        season_length=season_length,
        learn=learn,
        refit=refit,
    )
    problem.check()
    yield from _naive_rules(problem)
    yield _ridge(problem)
    yield _statistical(problem, "auto_ets")
    yield _statistical(problem, "auto_theta")


@dataclass(frozen=True)
class _Problem:
    """One series to forecast: its training rows and the windows of the other two splits."""

    train: np.ndarray
    validation: RollingWindows
    test: RollingWindows
    season_length: int
    learn: Learn
    refit: bool

    @property
    def fitted_for_test(self) -> np.ndarray:
        """The rows that what forecasts the test split may be fitted on."""
        return np.concatenate([self.train, self.validation.new_rows]) if self.refit else self.train

    def noted(self, note: str) -> str:
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

    def no_errors_yet(self) -> ForecastErrors:
        return ForecastErrors.from_training(self.train, self.season_length)


def _naive_rules(problem: _Problem) -> Iterator[BaselineResult]:
    season, lookback, horizon = problem.season_length, problem.lookback, problem.horizon
    yield _scored("last_value", problem, partial(naive.last_value, horizon=horizon))

    seasons = lookback // season
    too_short = f"the lookback of {lookback} holds fewer than two seasons of {season}"
    rules: dict[str, tuple[Forecaster, str]] = {
        "seasonal_naive": (
            partial(naive.seasonal_naive, horizon=horizon, season_length=season),
            f"the lookback of {lookback} is shorter than a season of {season}" if not seasons else "",
        ),
        "seasonal_mean": (
            partial(naive.seasonal_mean, horizon=horizon, season_length=season, seasons=min(seasons, MEAN_OF_SEASONS)),
            too_short if seasons < 2 else "",
        ),
        "seasonal_naive_with_growth": (
            partial(naive.seasonal_naive_with_growth, horizon=horizon, season_length=season),
            (too_short if seasons < 2 else "") or ("" if problem.is_positive else "growth needs levels above 0"),
        ),
    }
    notes = {
        "seasonal_naive": f"the last season of {season}",
        "seasonal_mean": f"mean of the last {min(seasons, MEAN_OF_SEASONS)} seasons of {season}",
        "seasonal_naive_with_growth": "times the last season's sum over that of the season before",
    }
    for model, (forecaster, reason) in rules.items():
        if season == 1:
            reason = "the series has no season"
        if reason:
            yield BaselineResult.skip(model, reason)
        else:
            yield _scored(model, problem, forecaster, note=notes[model])


def _scored(model: str, problem: _Problem, forecaster: Forecaster, *, note: str = "") -> BaselineResult:
    with stopwatch() as watch:
        errors = {split: _errors_of(problem, windows, forecaster) for split, windows in problem.splits.items()}
    return _result(model, problem, errors, seconds=watch.seconds, note=note)


def _errors_of(problem: _Problem, windows: RollingWindows, forecaster: Forecaster) -> ForecastErrors:
    errors = problem.no_errors_yet()
    for past, future in windows.chunks():
        errors.add(future, forecaster(past))
    return errors


def _result(
    model: str,
    problem: _Problem,
    errors: dict[str, ForecastErrors],
    *,
    seconds: float,
    parameters: int = 0,
    note: str = "",
) -> BaselineResult:
    scores: dict[str, float] = {}
    for split, found in errors.items():
        scores |= prefixed(split, found.metrics())
    test = errors["test"]
    return BaselineResult(model, scores, seconds, parameters, note, examples=test.examples(), details=test.details())


def _ridge(problem: _Problem) -> BaselineResult:
    """The linear map whose penalty, and whether channels share their weights, validation chooses."""
    with stopwatch() as watch:
        units = Units.from_training(problem.train, is_log=problem.learn == "log_returns")

        def sums(rows: np.ndarray) -> RidgeSums:
            windows = RollingWindows(units.of_levels(rows), problem.lookback, problem.lookback, problem.horizon)
            return RidgeSums(windows.chunks())

        training = sums(problem.train)
        if not training.windows:
            return BaselineResult.skip("ridge", f"{len(problem.train)} training rows hold no whole window")

        def forecaster(ridge: Ridge) -> Forecaster:
            return lambda past: units.to_levels(ridge.forecast(units.of_levels(past)))

        best: tuple[float, Ridge] | None = None
        for ridge in training.candidates(PENALTIES):
            merit = _errors_of(problem, problem.validation, forecaster(ridge)).metrics()[SELECTING]
            if best is None or merit < best[0]:
                best = (merit, ridge)
        assert best is not None
        ridge = best[1]
        errors = {"validation": _errors_of(problem, problem.validation, forecaster(ridge))}
        if problem.refit:
            ridge = sums(problem.fitted_for_test).solve(ridge.penalty, is_shared=ridge.is_shared)
        errors["test"] = _errors_of(problem, problem.test, forecaster(ridge))
    shared = "one set of weights" if ridge.is_shared else "weights per channel"
    return _result(
        "ridge",
        problem,
        errors,
        seconds=watch.seconds,
        parameters=ridge.weights.size,
        note=problem.noted(f"{shared}, penalty {ridge.penalty:g}, chosen on validation"),
    )


def _statistical(problem: _Problem, model: Literal["auto_ets", "auto_theta"]) -> BaselineResult:
    """One model per channel, fitted on the end of training and rolled over the origins of both splits."""
    reason = _follows_in_time(problem) or statistical.reason_to_skip(
        model,
        train_rows=len(problem.train),
        season_length=problem.season_length,
        forecasts=(problem.validation.count + problem.test.count) * problem.train.shape[1],
        channels=problem.train.shape[1],
    )
    if reason:
        return BaselineResult.skip(model, reason)
    is_log = problem.learn == "log_returns"
    with stopwatch() as watch:
        series = np.concatenate([problem.train, problem.validation.new_rows, problem.test.new_rows])
        rows = len(problem.train)
        origins = {"validation": rows + np.arange(problem.validation.count)}
        origins["test"] = rows + len(problem.validation.new_rows) + np.arange(problem.test.count)
        asked = statistical.Asked(
            np.log(series) if is_log else series,
            train_rows=rows,
            test_rows=len(problem.fitted_for_test),
            validation_origins=origins["validation"],
            test_origins=origins["test"],
            horizon=problem.horizon,
            season_length=problem.season_length,
        )
        rolled = statistical.auto_ets(asked) if model == "auto_ets" else statistical.auto_theta(asked)
        forecasts = np.exp(rolled.forecasts) if is_log else rolled.forecasts
        if not np.isfinite(forecasts).all():
            return BaselineResult.skip(model, "its forecasts left the finite numbers")
        parts = np.split(forecasts, [problem.validation.count])
        errors = {
            split: _errors_of_rolled(problem, windows, part)
            for (split, windows), part in zip(problem.splits.items(), parts, strict=True)
        }
    chosen = ", ".join(f"{count} x {name}" for name, count in Counter(rolled.chosen).most_common())
    note = problem.noted(f"{chosen}; fitted on the last {min(rows, statistical.FIT_ROWS)} training rows")
    return _result(model, problem, errors, seconds=watch.seconds, parameters=rolled.parameters, note=note)


def _follows_in_time(problem: _Problem) -> str:
    """Why a state cannot be carried from split to split, in words; empty where each history is the split before."""
    known = problem.train
    for split, windows in problem.splits.items():
        shared = min(windows.history, len(known))
        if not np.array_equal(windows.levels[windows.history - shared : windows.history], known[-shared:]):
            return f"the {split} split does not follow the one before it without a gap"
        known = np.concatenate([known, windows.new_rows])
    return ""


def _errors_of_rolled(problem: _Problem, windows: RollingWindows, forecasts: np.ndarray) -> ForecastErrors:
    errors, at = problem.no_errors_yet(), 0
    for _, future in windows.chunks():
        errors.add(future, forecasts[at : at + len(future)])
        at += len(future)
    return errors
