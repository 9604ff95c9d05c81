"""AutoETS and AutoTheta: chosen and fitted once on the end of training, then rolled over the origins.

Parameters stay as training left them; only the state moves on with each known value, as an encoder's does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FIT_ROWS = 1000
"""Rows at the end of training that a model is fitted on: more cost minutes and change little."""
CONTEXT_ROWS = 500
"""Rows before an origin that Theta is rolled over: it takes the season out of them anew each time."""
LONGEST_SEASON = 24
MOST_CHANNELS = 50
MOST_FORECASTS = {"auto_ets": 500_000, "auto_theta": 15_000}
"""Origins x channels: ETS gives every origin in one pass, Theta takes about two milliseconds for each."""


@dataclass(frozen=True)
class Asked:
    """Which forecasts, and what may be fitted on.

    series: (rows, channels) of training, validation and test joined.
    train_rows: how many of the first rows may be fitted on.
    test_rows: how many may be fitted on for the test origins; more than `train_rows` fits once more.
    validation_origins, test_origins: for each forecast, how many rows are known. Forecasts come in this order.
    """

    series: np.ndarray
    train_rows: int
    test_rows: int
    validation_origins: np.ndarray
    test_origins: np.ndarray
    horizon: int
    season_length: int

    @property
    def is_fitted_again(self) -> bool:
        """Whether more may be fitted on for the test origins than for those of validation."""
        return self.test_rows > self.train_rows


@dataclass(frozen=True)
class Rolled:
    """Forecasts (origins, horizon, channels), how many numbers were fitted, and which models were chosen."""

    forecasts: np.ndarray
    parameters: int
    chosen: tuple[str, ...]


def reason_to_skip(model: str, *, train_rows: int, season_length: int, forecasts: int, channels: int) -> str:
    """Why a model costs too much or cannot be fitted here, in words; empty where it can."""
    if season_length > LONGEST_SEASON:
        return f"a season of {season_length} is longer than {LONGEST_SEASON}, the longest it can fit"
    if train_rows < max(3 * season_length, 12):
        return f"{train_rows} training rows are fewer than three seasons"
    if channels > MOST_CHANNELS:
        return f"{channels} channels are more than {MOST_CHANNELS} fits"
    if forecasts > MOST_FORECASTS[model]:
        return f"{forecasts:,} forecasts (origins x channels) are more than {MOST_FORECASTS[model]:,}"
    return ""


def auto_ets(asked: Asked) -> Rolled:
    """Exponential smoothing, its error, trend and season chosen by AICc, and by validation whether a season must be.

    AICc looks one step ahead, where the last value is hard to beat: on hourly data it drops the season that the longer
    horizon needs. So the best of all models and the best with an additive season compete, per channel.

    Source: Hyndman, Koehler, Snyder and Grose 2002, "A state space framework for automatic forecasting using
    exponential smoothing methods"; computed by statsforecast.
    """
    from statsforecast.ets import forward_ets
    from statsforecast.models import AutoETS

    def forecast(channel: np.ndarray, kind: str, rows: int, origins: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        start = max(0, rows - FIT_ROWS)
        fitted = AutoETS(season_length=asked.season_length, model=kind).fit(channel[start:rows]).model_
        # the states after row t depend on the rows up to t alone, so one pass serves every origin
        passed = forward_ets(fitted, channel[start:])
        return _ets_point_forecasts(passed, passed["states"][origins - start], asked.horizon), fitted

    columns, chosen, parameters = [], [], 0
    early = len(asked.validation_origins)
    both = np.concatenate([asked.validation_origins, asked.test_origins])
    for channel in asked.series.T:
        best: tuple[float, str, np.ndarray, dict[str, Any]] | None = None
        actual = sliding_window_view(channel, asked.horizon)[asked.validation_origins]
        for kind in ("ZZZ", "ZZA") if asked.season_length > 1 else ("ZZZ",):
            forecasts, fitted = forecast(channel, kind, asked.train_rows, both)
            errors = np.abs(actual - forecasts[:early])
            merit = float(np.nan_to_num(errors.mean(), nan=np.inf))
            if best is None or merit < best[0]:
                best = (merit, kind, forecasts, fitted)
        assert best is not None
        _, kind, forecasts, fitted = best
        if asked.is_fitted_again:
            after, fitted = forecast(channel, kind, asked.test_rows, asked.test_origins)
            forecasts = np.concatenate([forecasts[:early], after])
        columns.append(forecasts)
        chosen.append(_ets_name(fitted["components"]))
        parameters += int(fitted["n_params"])
    return Rolled(np.stack(columns, axis=2), parameters, tuple(chosen))


def auto_theta(asked: Asked) -> Rolled:
    """The Theta method, its kind (standard or optimised, fixed or dynamic) chosen by squared error.

    Nothing is left for validation to choose.

    Source: Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016, "Models for optimising the theta method and
    their relationship to state space models"; computed by statsforecast.
    """
    from statsforecast.models import AutoTheta

    def fit(channel: np.ndarray, rows: int) -> Any:
        return AutoTheta(season_length=asked.season_length).fit(channel[max(0, rows - FIT_ROWS) : rows])

    def forecast(model: Any, channel: np.ndarray, rows: int, origin: int) -> np.ndarray:
        known = channel[max(0, rows - FIT_ROWS, origin - CONTEXT_ROWS) : origin]
        return np.asarray(model.forward(known, h=asked.horizon)["mean"])

    columns, chosen, parameters = [], [], 0
    for channel in asked.series.T:
        model = fit(channel, asked.train_rows)
        rows = [forecast(model, channel, asked.train_rows, origin) for origin in asked.validation_origins]
        if asked.is_fitted_again:
            model = fit(channel, asked.test_rows)
        rows += [forecast(model, channel, asked.test_rows, origin) for origin in asked.test_origins]
        columns.append(np.stack(rows))
        chosen.append(str(model.model_["modeltype"]))
        parameters += 3 + (asked.season_length if model.model_.get("decompose", False) else 0)
    return Rolled(np.stack(columns, axis=2), parameters, tuple(chosen))


def _ets_point_forecasts(passed: dict[str, Any], states: np.ndarray, horizon: int) -> np.ndarray:
    """(origins, horizon) from (origins, states): level, then slope if there is a trend, then the season, newest first.

        f_{t+h} = (level + (phi + ... + phi^h) slope)  + or x  season of that step

    Not statsforecast's own forecast: up to 2.0.1 that adds phi twice where phi + phi^2 is due (its pull request 1219).

    Source: Hyndman and Athanasopoulos 2021, "Forecasting: principles and practice", table 8.6.
    """
    _, trend, season, damping = passed["components"]
    ahead = np.arange(1, horizon + 1)
    forecast = np.repeat(states[:, :1], horizon, axis=1)
    if trend != "N":
        phi = 1.0 if damping == "N" else float(passed["par"][3])
        forecast = forecast + states[:, 1:2] * np.cumsum(phi**ahead)
    if season == "N":
        return forecast
    length = int(passed["m"])
    first = 2 if trend != "N" else 1
    factors = states[:, first : first + length][:, length - 1 - (ahead - 1) % length]
    return forecast * factors if season == "M" else forecast + factors


def _ets_name(components: str) -> str:
    error, trend, season, damping = tuple(components)
    return f"ETS({error},{trend}{'d' if damping == 'D' else ''},{season})"
