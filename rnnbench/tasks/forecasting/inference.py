"""Forecast the next values of a series with a trained run, with a band of past errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from rnnbench.core.errors import DataError, RnnbenchError, SettingsError
from rnnbench.core.settings import problems_of
from rnnbench.data.clock import zone_sentence
from rnnbench.data.frequencies import following
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.settings import DataSettings
from rnnbench.tasks.forecasting.forecast import Forecast
from rnnbench.tasks.forecasting.history import History, history_of_data, history_of_frame, whole
from rnnbench.tasks.inference import CanForecast

if TYPE_CHECKING:
    import pandas as pd

FARTHEST = 1_000_000
"""Samples of a forecast."""


class Forecaster(CanForecast):
    """A trained forecaster.

    last `lookback` rows ─► `horizon` forecast rows ─► appended to the input ─► the next `horizon` rows ─► ...
    """

    @property
    def horizon(self) -> int:
        """Samples ahead that it was trained to forecast at once."""
        return int(self.prepared.horizon)

    @property
    def lookback(self) -> int:
        """Samples that it reads."""
        return int(self.prepared.lookback)

    def forecast(
        self,
        series: str | Path | pd.Series | pd.DataFrame | None = None,
        horizon: int | None = None,
        *,
        target: Sequence[str] = (),
        time_column: str | None = None,
        covariates: Sequence[str] = (),
        frequency: str | None = None,
        fill: str = "none",
        coverage: float = 0.8,
        **reading: object,
    ) -> Forecast:
        """Forecasts the values after the last known value of a series: rows after it without a target are the future.

        Beyond the trained horizon, forecasts are used as inputs (recursive forecasting); covariates keep their last
        value there. The band is the quantile `coverage` of the absolute errors over the validation split, step by
        step. Beyond the trained horizon, that of the last step grows with the square root of time, as for a random
        walk.

        Args:
            series: a file, a known data set, or pandas data indexed by time; None continues the run's data set.
            horizon: samples ahead; None is the trained horizon.
            target, time_column, covariates, frequency, fill: how to read a file, where it differs from the run's data.
                Columns are matched by name, whatever their order.
            reading: further settings of that kind, as in `DataSettings`: decimal, missing, date_order, encoding, ...

        Raises: RnnbenchError where the series is too short, or has other columns, another frequency or another clock.
        """
        horizon = self.horizon if horizon is None else horizon
        if horizon < 1:
            raise RnnbenchError(f"the horizon must be at least 1 sample, not {horizon}")
        if horizon > FARTHEST:
            raise RnnbenchError(f"the horizon must be at most {FARTHEST:,} samples, not {horizon:,}")
        options = {"target": [*target], "time_column": time_column, "covariates": [*covariates],
                   "frequency": frequency, "fill": fill, **reading}  # fmt: skip
        trained, new = self.prepared.series, _checked(options)
        if series is None:
            history = self._history_of_run()
        elif isinstance(series, str | Path):
            history = history_of_data(str(series), trained, new, self.data, self.lookback)
        else:
            history = history_of_frame(series, trained, new, self.data, self.lookback)
        self._check(history.rows, history.name)
        return self._forecast(history, horizon, coverage)

    def _history_of_run(self) -> History:
        """All rows of the data set of the run; test rows are inputs only and are not scored."""
        loaded = self.load_data()
        if loaded.fingerprint != self.record.fingerprint or not isinstance(loaded, Series):
            raise DataError(
                f"{self.record.data} has changed since {self.record.name} was trained (its fingerprint differs): "
                "name the file to continue, --data FILE"
            )
        return History(self.record.data, whole(loaded), loaded.facts.understood, loaded.facts.warnings)

    def _check(self, rows: SeriesSplit, name: str) -> None:
        needed = self.lookback + (self.prepared.series.learn == "log_returns")
        if len(rows.values) < needed:
            raise DataError(
                f"{name} has {len(rows.values):,} rows, and {self.record.name} reads {needed:,}: use a longer series"
            )
        if self.prepared.series.learn == "log_returns" and not (rows.values[-needed:] > 0).all():
            raise DataError(f"{name}: log returns need values above zero")

    def _forecast(self, history: History, horizon: int, coverage: float) -> Forecast:
        trained, rows = self.prepared.series, history.rows
        times = following(rows.times[-1], horizon, trained.frequency)
        values = self._rolled(rows, times, horizon)
        band, notes = self._band(horizon, coverage)
        shown = min(len(rows.values), max(2 * self.lookback, 3 * horizon))
        return Forecast(
            name=history.name,
            targets=trained.targets,
            unit=trained.unit,
            times=times,
            values=values,
            low=None if band is None else values - band,
            high=None if band is None else values + band,
            coverage=coverage,
            history_times=rows.times[-shown:],
            history_values=rows.values[-shown:],
            frequency=trained.frequency,
            zone=trained.zone,
            notes=(*([zone_sentence(trained.zone)] if trained.zone else []), *self._rolling_notes(horizon), *notes),
            understood=history.understood,
            warnings=history.warnings,
        )

    def _rolled(self, rows: SeriesSplit, times: np.ndarray, horizon: int) -> np.ndarray:
        """Forecasts (horizon, targets) in the unit of the series, block by block."""
        trained, calendar = self.prepared.series, self.settings.calendar
        keep = self.lookback + 1  # one more: the first row has no return
        end = SeriesSplit(rows.values[-keep:], rows.covariates[-keep:], rows.times[-keep:], history=0)
        inputs = self.prepared.rows.scaled(end, trained.frequency, calendar).inputs[-self.lookback :]
        # of future rows only the calendar is known; covariates keep their last value
        ahead = SeriesSplit(
            np.repeat(rows.values[-1:], horizon, axis=0), np.repeat(rows.covariates[-1:], horizon, axis=0), times, 0
        )
        future = self.prepared.rows.scaled(ahead, trained.frequency, calendar).inputs
        channels = len(trained.targets)
        blocks: list[np.ndarray] = []
        for start in range(0, horizon, self.horizon):
            with torch.inference_mode():
                block = self.task(torch.from_numpy(inputs[None])).numpy()[0]
            blocks.append(block)
            appended = future[start : start + self.horizon].copy()
            appended[:, :channels] = block[: len(appended)]
            inputs = np.concatenate([inputs, appended])[-self.lookback :]
        scaled = np.concatenate(blocks)[:horizon]
        levels: np.ndarray = self.prepared.rows.to_levels(scaled, rows.values[-1])
        return levels

    def _rolling_notes(self, horizon: int) -> list[str]:
        if horizon <= self.horizon:
            return []
        notes = [f"beyond the trained horizon of {self.horizon} samples, forecasts are used as inputs"]
        if self.prepared.series.covariate_names:
            listed = ", ".join(self.prepared.series.covariate_names)
            notes.append(f"future covariates are not known and keep their last value there: {listed}")
        return notes

    def _band(self, horizon: int, coverage: float) -> tuple[np.ndarray | None, list[str]]:
        """Half the width of the band, (horizon, targets), and notes on it."""
        if not self.past_errors:
            return None, ["no error band: this run was stored without validation errors"]
        known = self.past_errors["quantiles"]
        if coverage not in known:
            raise RnnbenchError(f"the coverage must be one of {', '.join(map(str, known))}, not {coverage}")
        errors = np.asarray(self.past_errors["absolute_errors"][known.index(coverage)])
        notes = [f"band: {coverage:.0%} quantile of the absolute errors over the validation split, step by step"]
        if self.record.is_refitted:
            notes.append("this run was also trained on the validation split: the band is too narrow")
        further = np.arange(len(errors) + 1, horizon + 1)
        if len(further):
            notes.append("beyond the trained horizon, the band of its last step grows with the square root of time")
        widened = errors[-1] * np.sqrt(further / len(errors))[:, None]
        return np.concatenate([errors, widened])[:horizon], notes


def _checked(options: dict[str, Any]) -> DataSettings:
    problems, made = problems_of(DataSettings, "data", options, {})
    if problems or made is None:
        raise SettingsError(problems)
    return cast(DataSettings, made)
