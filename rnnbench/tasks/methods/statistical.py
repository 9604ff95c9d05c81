"""AutoETS and AutoTheta, selected and fitted once on the end of training, then applied at every origin.

Parameters are not refitted at later origins; only the state is updated with the known values, as an encoder's is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FIT_ROWS = 1000
"""Rows at the end of training that a model is fitted on; more take minutes and change the forecasts little."""
CONTEXT_ROWS = 500
"""Rows before an origin that Theta reads: it removes the season from them at each origin."""
LONGEST_SEASON = 24
MOST_CHANNELS = 50
MOST_FORECASTS = {"auto_ets": 500_000, "auto_theta": 15_000}
"""Largest origins x channels: ETS computes all origins in one pass, Theta takes about two milliseconds per origin."""


@dataclass(frozen=True)
class RollingRequest:
    """The origins of the forecasts, and the rows to fit on.

    series: (rows, channels) of training, validation and test, concatenated.
    train_rows: number of first rows to fit on.
    test_rows: number of first rows to fit on for the test origins; the model is refitted if more than `train_rows`.
    validation_origins, test_origins: for each forecast, the number of known rows. Forecasts are in this order.
    observed: (rows, channels) bool, the values that were not filled, the only ones to select by; None for all.
    """

    series: np.ndarray
    train_rows: int
    test_rows: int
    validation_origins: np.ndarray
    test_origins: np.ndarray
    horizon: int
    season_length: int
    observed: np.ndarray | None = None

    @property
    def mask(self) -> np.ndarray:
        """`observed`, True everywhere where nothing was filled."""
        return np.ones(self.series.shape, dtype=bool) if self.observed is None else self.observed

    @property
    def is_refitted(self) -> bool:
        """Whether the model is refitted for the test origins."""
        return self.test_rows > self.train_rows


@dataclass(frozen=True)
class RollingForecasts:
    """Forecasts (origins, horizon, channels), the number of fitted parameters, and the model selected per channel."""

    forecasts: np.ndarray
    parameters: int
    chosen: tuple[str, ...]


def reason_to_skip(model: str, *, train_rows: int, season_length: int, forecasts: int, channels: int) -> str:
    """The reason why a model cannot be fitted or costs too much; empty if there is none."""
    if season_length > LONGEST_SEASON:
        return f"the season of {season_length} samples is longer than {LONGEST_SEASON}, the longest it can fit"
    if train_rows < max(3 * season_length, 12):
        return f"{train_rows} training rows are fewer than three seasons"
    if channels > MOST_CHANNELS:
        return f"{channels} channels are more than the limit of {MOST_CHANNELS}"
    if forecasts > MOST_FORECASTS[model]:
        return f"{forecasts:,} forecasts (origins x channels) are more than the limit of {MOST_FORECASTS[model]:,}"
    return ""


def auto_ets(request: RollingRequest) -> RollingForecasts:
    """Exponential smoothing with error, trend and season selected by AICc, and a forced season by validation.

    AICc measures one-step errors and, on hourly data, drops the season that a longer horizon needs. Therefore, the best
    of all models and the best with an additive season are compared on validation, per channel.

    Source: Hyndman, Koehler, Snyder and Grose 2002, "A state space framework for automatic forecasting using
    exponential smoothing methods"; computed by statsforecast.
    """
    from statsforecast.ets import forward_ets
    from statsforecast.models import AutoETS

    def forecast(channel: np.ndarray, kind: str, rows: int, origins: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        start = max(0, rows - FIT_ROWS)
        fitted = AutoETS(season_length=request.season_length, model=kind).fit(channel[start:rows]).model_
        # the state after row t depends on the rows up to t only, so one pass gives all origins
        passed = forward_ets(fitted, channel[start:])
        return _ets_point_forecasts(passed, passed["states"][origins - start], request.horizon), fitted

    columns, chosen, parameters = [], [], 0
    count = len(request.validation_origins)
    both = np.concatenate([request.validation_origins, request.test_origins])
    for channel, is_observed in zip(request.series.T, request.mask.T, strict=True):
        best: tuple[float, str, np.ndarray, dict[str, Any]] | None = None
        actual, counted = (
            sliding_window_view(rows, request.horizon)[request.validation_origins] for rows in (channel, is_observed)
        )
        for kind in ("ZZZ", "ZZA") if request.season_length > 1 else ("ZZZ",):
            forecasts, fitted = forecast(channel, kind, request.train_rows, both)
            errors = np.abs(actual - forecasts[:count])
            mean_error = float(np.nan_to_num(errors[counted].mean(), nan=np.inf))
            if best is None or mean_error < best[0]:
                best = (mean_error, kind, forecasts, fitted)
        assert best is not None
        _, kind, forecasts, fitted = best
        if request.is_refitted:
            of_test, fitted = forecast(channel, kind, request.test_rows, request.test_origins)
            forecasts = np.concatenate([forecasts[:count], of_test])
        columns.append(forecasts)
        chosen.append(_ets_name(fitted["components"]))
        parameters += int(fitted["n_params"])
    return RollingForecasts(np.stack(columns, axis=2), parameters, tuple(chosen))


def auto_theta(request: RollingRequest) -> RollingForecasts:
    """The Theta method, its variant (standard or optimized, static or dynamic) selected by squared training error.

    Source: Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016, "Models for optimising the theta method and
    their relationship to state space models"; computed by statsforecast.
    """
    from statsforecast.models import AutoTheta

    def fit(channel: np.ndarray, rows: int) -> Any:
        return AutoTheta(season_length=request.season_length).fit(channel[max(0, rows - FIT_ROWS) : rows])

    def forecast(model: Any, channel: np.ndarray, rows: int, origin: int) -> np.ndarray:
        known = channel[max(0, rows - FIT_ROWS, origin - CONTEXT_ROWS) : origin]
        return np.asarray(model.forward(known, h=request.horizon)["mean"])

    columns, chosen, parameters = [], [], 0
    for channel in request.series.T:
        model = fit(channel, request.train_rows)
        rows = [forecast(model, channel, request.train_rows, origin) for origin in request.validation_origins]
        if request.is_refitted:
            model = fit(channel, request.test_rows)
        rows += [forecast(model, channel, request.test_rows, origin) for origin in request.test_origins]
        columns.append(np.stack(rows))
        chosen.append(str(model.model_["modeltype"]))
        parameters += 3 + (request.season_length if model.model_.get("decompose", False) else 0)
    return RollingForecasts(np.stack(columns, axis=2), parameters, tuple(chosen))


def _ets_point_forecasts(passed: dict[str, Any], states: np.ndarray, horizon: int) -> np.ndarray:
    """(origins, horizon) from (origins, states): the level, the slope if there is a trend, the season, newest first.

        f_{t+h} = (level + (phi + ... + phi^h) slope)  + or x  season of that step

    statsforecast's own forecast is not used: up to 2.0.1, it adds phi twice instead of phi + phi^2 (its pull request
    1219).

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
