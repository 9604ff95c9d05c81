"""Baselines of forecasting: naive rules, ridge regression, ETS and Theta."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np

from rnnbench.data.kinds import SeriesSplit
from rnnbench.tasks.baseline import BaselineResult, stopwatch
from rnnbench.tasks.forecasting.problem import (
    Forecaster,
    ForecastProblem,
    Learn,
    errors_of,
    errors_of_forecasts,
    joined_masks,
    reason_against_carried_state,
    result_of,
)
from rnnbench.tasks.methods import naive, statistical
from rnnbench.tasks.methods.ridge import Ridge, RidgeSums
from rnnbench.tasks.methods.units import Units
from rnnbench.tasks.methods.windows import RollingWindows

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
MEAN_OF_SEASONS = 4


def run(
    train: SeriesSplit,
    validation: SeriesSplit,
    test: SeriesSplit,
    *,
    lookback: int,
    horizon: int,
    season_length: int,
    learn: Learn = "values",
    refit: bool = False,
) -> Iterator[BaselineResult]:
    """Yields each baseline as soon as it is computed; `skipped` has the reason where one does not apply.

        last_value, seasonal_naive, seasonal_mean, seasonal_naive_with_growth, ridge, auto_ets, auto_theta

    Every row after a split's history is an origin. The naive rules and ridge regression read the lookback only, as an
    encoder does; ETS and Theta carry their state from all earlier rows. Filled values are inputs, never scored; ridge
    regression is fitted on windows without a filled value ahead, ETS and Theta on the filled rows.

    Args:
        train, validation, test: rows without gaps; the history of the last two is at least `lookback`.
        season_length: samples per season, 1 without a season.
        learn: 'log_returns' fits ridge regression, ETS and Theta on logarithms; scores are in the unit of the series.
        refit: fit on training and validation together, as selected on validation, before scoring the test split. The
            scale of errors and of inputs remains that of training.

    Raises: ValueError where a split has no window, a level is not finite, or not positive under 'log_returns'.
    """
    windows = [
        RollingWindows(np.asarray(split.values, float), split.history, lookback, horizon, split.observed)
        for split in (validation, test)
    ]
    problem = ForecastProblem(
        train=np.asarray(train.values, dtype=float),
        validation=windows[0],
        test=windows[1],
        season_length=season_length,
        learn=learn,
        refit=refit,
        observed=train.observed,
    )
    problem.check()
    yield from _naive_rules(problem)
    yield _ridge(problem)
    yield _statistical(problem, "auto_ets")
    yield _statistical(problem, "auto_theta")


def _naive_rules(problem: ForecastProblem) -> Iterator[BaselineResult]:
    season, lookback, horizon = problem.season_length, problem.lookback, problem.horizon
    yield _scored("last_value", problem, partial(naive.last_value, horizon=horizon))

    seasons = lookback // season
    too_short = f"the lookback of {lookback} is shorter than two seasons of {season}"
    rules: dict[str, tuple[Forecaster, str]] = {
        "seasonal_naive": (
            partial(naive.seasonal_naive, horizon=horizon, season_length=season),
            f"the lookback of {lookback} is shorter than the season of {season}" if not seasons else "",
        ),
        "seasonal_mean": (
            partial(naive.seasonal_mean, horizon=horizon, season_length=season, seasons=min(seasons, MEAN_OF_SEASONS)),
            too_short if seasons < 2 else "",
        ),
        "seasonal_naive_with_growth": (
            partial(naive.seasonal_naive_with_growth, horizon=horizon, season_length=season),
            (too_short if seasons < 2 else "") or ("" if problem.is_positive else "growth needs values above 0"),
        ),
    }
    notes = {
        "seasonal_naive": f"the last season of {season}",
        "seasonal_mean": f"mean of the last {min(seasons, MEAN_OF_SEASONS)} seasons of {season}",
        "seasonal_naive_with_growth": "times the ratio of the sums of the last two seasons",
    }
    for model, (forecaster, reason) in rules.items():
        if season == 1:
            reason = "the series has no season"
        if reason:
            yield BaselineResult.skip(model, reason)
        else:
            yield _scored(model, problem, forecaster, note=notes[model])


def _scored(model: str, problem: ForecastProblem, forecaster: Forecaster, *, note: str = "") -> BaselineResult:
    with stopwatch() as watch:
        errors = {split: errors_of(problem, windows, forecaster) for split, windows in problem.splits.items()}
    return result_of(model, problem, errors, seconds=watch.seconds, note=note)


def _ridge(problem: ForecastProblem) -> BaselineResult:
    """Ridge regression; the penalty, and whether channels share their weights, are selected on validation."""
    with stopwatch() as watch:
        units = Units.from_training(problem.train, is_log=problem.learn == "log_returns")

        def sums(rows: np.ndarray, observed: np.ndarray | None) -> RidgeSums:
            levels = units.of_levels(rows)
            windows = RollingWindows(levels, problem.lookback, problem.lookback, problem.horizon, observed)
            return RidgeSums(windows.chunks())

        training = sums(problem.train, problem.observed)
        if not training.windows.all():
            reason = f"{len(problem.train)} training rows are fewer than one window"
            if problem.observed is not None:
                reason = f"no training window of {problem.horizon} rows is without a filled value"
            return BaselineResult.skip("ridge", reason)

        def forecaster(ridge: Ridge) -> Forecaster:
            return lambda past: units.to_levels(ridge.forecast(units.of_levels(past)))

        best: tuple[float, Ridge] | None = None
        for ridge in training.candidates(PENALTIES):
            validated = errors_of(problem, problem.validation, forecaster(ridge))
            score = validated.metrics()[validated.selecting]
            if best is None or score < best[0]:
                best = (score, ridge)
        assert best is not None
        ridge = best[1]
        errors = {"validation": errors_of(problem, problem.validation, forecaster(ridge))}
        if problem.refit:
            ridge = sums(problem.fitted_for_test, problem.observed_for_test).solve(
                ridge.penalty, is_shared=ridge.is_shared
            )
        errors["test"] = errors_of(problem, problem.test, forecaster(ridge))
    shared = "one set of weights" if ridge.is_shared else "weights per channel"
    return result_of(
        "ridge",
        problem,
        errors,
        seconds=watch.seconds,
        parameters=ridge.weights.size,
        note=problem.noted(f"{shared}, penalty {ridge.penalty:g}, selected on validation"),
    )


def _statistical(problem: ForecastProblem, model: Literal["auto_ets", "auto_theta"]) -> BaselineResult:
    """One model per channel, fitted on the end of training and applied at the origins of both splits."""
    reason = reason_against_carried_state(problem) or statistical.reason_to_skip(
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
        parts = [problem.train, problem.validation.new_rows, problem.test.new_rows]
        series = np.concatenate(parts)
        rows = len(problem.train)
        origins = {"validation": rows + np.arange(problem.validation.count)}
        origins["test"] = rows + len(problem.validation.new_rows) + np.arange(problem.test.count)
        request = statistical.RollingRequest(
            np.log(series) if is_log else series,
            train_rows=rows,
            test_rows=len(problem.fitted_for_test),
            validation_origins=origins["validation"],
            test_origins=origins["test"],
            horizon=problem.horizon,
            season_length=problem.season_length,
            observed=joined_masks(parts, [problem.observed, *(part.new_observed for part in problem.splits.values())]),
        )
        rolled = statistical.auto_ets(request) if model == "auto_ets" else statistical.auto_theta(request)
        forecasts = np.exp(rolled.forecasts) if is_log else rolled.forecasts
        if not np.isfinite(forecasts).all():
            return BaselineResult.skip(model, "its forecasts are not finite")
        of_splits = np.split(forecasts, [problem.validation.count])
        errors = {
            split: errors_of_forecasts(problem, windows, of_split)
            for (split, windows), of_split in zip(problem.splits.items(), of_splits, strict=True)
        }
    chosen = ", ".join(f"{count} x {name}" for name, count in Counter(rolled.chosen).most_common())
    note = problem.noted(f"{chosen}; fitted on the last {min(rows, statistical.FIT_ROWS)} training rows")
    return result_of(model, problem, errors, seconds=watch.seconds, parameters=rolled.parameters, note=note)
