"""The next values of a series, with a band as wide as past errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from rnnbench.core.errors import DataError, RnnbenchError, SettingsError
from rnnbench.core.settings import problems_of
from rnnbench.data.frequencies import following
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.settings import DataSettings
from rnnbench.tasks.forecasting.forecast import Forecast
from rnnbench.tasks.forecasting.history import rows_of_data, rows_of_frame, whole
from rnnbench.tasks.inference import CanForecast

if TYPE_CHECKING:
    import pandas as pd


class Forecaster(CanForecast):
    """A trained forecaster.

    last `lookback` rows ─► one block of `horizon` rows ─► read back as if observed ─► the next block ─► ...
    """

    @property
    def horizon(self) -> int:
        """How many samples ahead it was trained to forecast at once."""
        return int(self.prepared.horizon)

    @property
    def lookback(self) -> int:
        """How many samples it reads."""
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
    ) -> Forecast:
        """The values after the end of a series, however many.

        Beyond the trained horizon forecasts are read back as if they had been observed, block after block. The
        calendar is known ahead; covariates are not, and keep their last value. The band holds the share `coverage` of
        the absolute errors over the validation split, step by step; beyond the trained horizon the last step's is
        widened by the square root of time, as errors that add up.

        Args:
            series: a file, a known data set, or pandas with times as index; None goes on from the end of the run's own
                data set. It is scaled as in training, and never trained on.
            horizon: samples ahead; None is what was trained.
            target, time_column, covariates, frequency, fill: of a file, where they differ from the run's own.

        Raises: RnnbenchError where the series is too short, has other columns or another frequency.
        """
        horizon = self.horizon if horizon is None else horizon
        if horizon < 1:
            raise RnnbenchError(f"the horizon must be at least 1 sample, not {horizon}")
        own = self.prepared.series
        if series is None:
            name, rows = self.record.data, self._own_rows()
        elif isinstance(series, str | Path):
            given = {"target": [*target], "time_column": time_column, "covariates": [*covariates],
                     "frequency": frequency, "fill": fill}  # fmt: skip
            name, rows = rows_of_data(str(series), own, _checked(given), self.data)
        else:
            name, rows = "the series", rows_of_frame(series, own)
        self._check(rows, name)
        return self._forecast(rows, horizon, name, coverage)

    def _own_rows(self) -> SeriesSplit:
        """Every row of the data set that the run was trained on; nothing is scored, so the test rows may be read."""
        loaded = self.load_data()
        if loaded.fingerprint != self.record.fingerprint or not isinstance(loaded, Series):
            raise DataError(
                f"{self.record.data} is not what it was when {self.record.name} was trained (its fingerprint differs): "
                "name the file to go on from, --data FILE"
            )
        return whole(loaded)

    def _check(self, rows: SeriesSplit, name: str) -> None:
        needed = self.lookback + (self.prepared.series.learn == "log_returns")
        if len(rows.values) < needed:
            raise DataError(
                f"{name} has {len(rows.values):,} rows, and {self.record.name} looks back on {needed:,}: "
                "give a longer series"
            )
        if self.prepared.series.learn == "log_returns" and not (rows.values[-needed:] > 0).all():
            raise DataError(f"{name}: log returns need values above zero")

    def _forecast(self, rows: SeriesSplit, horizon: int, name: str, coverage: float) -> Forecast:
        own = self.prepared.series
        rows = SeriesSplit(rows.values, rows.covariates, rows.times, history=0)
        times = following(rows.times[-1], horizon, own.frequency)
        values = self._rolled(rows, times, horizon)
        band, notes = self._band(horizon, coverage)
        shown = min(len(rows.values), max(2 * self.lookback, 3 * horizon))
        return Forecast(
            name=name,
            targets=own.targets,
            unit=own.unit,
            times=times,
            values=values,
            low=None if band is None else values - band,
            high=None if band is None else values + band,
            coverage=coverage,
            history_times=rows.times[-shown:],
            history_values=rows.values[-shown:],
            notes=(*self._rolling_notes(horizon), *notes),
        )

    def _rolled(self, rows: SeriesSplit, times: np.ndarray, horizon: int) -> np.ndarray:
        """(horizon, targets) in the unit of the series: block after block, each read back into the next."""
        own, calendar = self.prepared.series, self.settings.calendar
        keep = self.lookback + 1  # one more: the first row has no return
        end = SeriesSplit(rows.values[-keep:], rows.covariates[-keep:], rows.times[-keep:], history=0)
        inputs = self.prepared.rows.scaled(end, own.frequency, calendar).inputs[-self.lookback :]
        # what is known of the rows to come: the calendar; covariates keep their last value
        ahead = SeriesSplit(
            np.repeat(rows.values[-1:], horizon, axis=0), np.repeat(rows.covariates[-1:], horizon, axis=0), times, 0
        )
        future = self.prepared.rows.scaled(ahead, own.frequency, calendar).inputs
        channels = len(own.targets)
        blocks: list[np.ndarray] = []
        for start in range(0, horizon, self.horizon):
            with torch.inference_mode():
                block = self.task(torch.from_numpy(inputs[None])).numpy()[0]
            blocks.append(block)
            read_back = future[start : start + self.horizon].copy()
            read_back[:, :channels] = block[: len(read_back)]
            inputs = np.concatenate([inputs, read_back])[-self.lookback :]
        scaled = np.concatenate(blocks)[:horizon]
        levels: np.ndarray = self.prepared.rows.to_levels(scaled, rows.values[-1])
        return levels

    def _rolling_notes(self, horizon: int) -> list[str]:
        if horizon <= self.horizon:
            return []
        notes = [f"beyond the trained horizon of {self.horizon} samples, forecasts are read back as if observed"]
        if self.prepared.series.covariate_names:
            listed = ", ".join(self.prepared.series.covariate_names)
            notes.append(f"not known ahead, and held at the last value there: {listed}")
        return notes

    def _band(self, horizon: int, coverage: float) -> tuple[np.ndarray | None, list[str]]:
        """Half the width of the band, (horizon, targets), and what to say of it."""
        if not self.past_errors:
            return None, ["no error band: this run was stored without its past errors"]
        known = self.past_errors["quantiles"]
        if coverage not in known:
            raise RnnbenchError(f"the coverage must be one of {', '.join(map(str, known))}, not {coverage}")
        errors = np.asarray(self.past_errors["absolute_errors"][known.index(coverage)])
        notes = [f"band: {coverage:.0%} of the absolute errors over the validation split stayed inside, step by step"]
        if self.record.is_refitted:
            notes.append("this run was trained on that split too: new errors are larger than the band")
        further = np.arange(len(errors) + 1, horizon + 1)
        if len(further):
            notes.append("beyond the trained horizon the band of its last step is widened by the square root of time")
        widened = errors[-1] * np.sqrt(further / len(errors))[:, None]
        return np.concatenate([errors, widened])[:horizon], notes


def _checked(given: dict[str, Any]) -> DataSettings:
    problems, made = problems_of(DataSettings, "data", given, {})
    if problems or made is None:
        raise SettingsError(problems)
    return cast(DataSettings, made)
