"""Scaled rows of a series, split by split, cut into windows of lookback and horizon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Literal, Self

from pydantic import PositiveInt

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.plain import Names, field_of
from rnnbench.data.batches.series import SeriesWindows
from rnnbench.data.kinds import Facts, Series
from rnnbench.data.series import PreparedSeries, PreparedSplit, Scaler, prepare_series, prepared_without_rows
from rnnbench.data.settings import Decimal
from rnnbench.data.splits import NoSplits, SplitName
from rnnbench.tasks.forecasting.settings import ForecastingSettings
from rnnbench.tasks.prepared import Prepared, cached, endless

EVALUATION_BATCH = 256


class PreparedWindows(Prepared):
    """Scaled rows, split by split; windows are cut as they are read."""

    def __init__(self, series: Series, settings: ForecastingSettings, rows: PreparedSeries | None = None) -> None:
        self.series = series
        self.settings = settings
        key = (series.fingerprint, series.learn, series.frequency, settings.calendar)
        self.rows = rows or cached(key, lambda: prepare_series(series, settings.calendar))
        self.lookback = settings.lookback or series.suggested_lookback
        self.horizon = settings.horizon or series.suggested_horizon
        has_seasons = series.season_length > 1 and self.lookback >= 3 * series.season_length
        self.segment = settings.segment or (series.season_length if has_seasons else 1)
        if self.segment > self.lookback:
            raise RnnbenchError(
                f"task.segment = {self.segment} must be at most the lookback of {self.lookback} samples"
            )
        self.input_size = self.rows.input_size * self.segment
        self.channels = len(series.targets)

    def _windows(self, split: SplitName, batch_size: int, seed: int, *, train: bool) -> SeriesWindows:
        rows = self.rows.splits.named(split)
        return SeriesWindows(rows, self.lookback, self.horizon, batch_size, seed=seed, train=train)

    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        return endless(self._windows("train", batch_size, seed, train=True))

    def batches_per_epoch(self, batch_size: int) -> int:
        return len(self._windows("train", batch_size, 0, train=True))

    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        return self._windows(split, EVALUATION_BATCH, 0, train=False)

    def open_test(self) -> None:
        self.rows = replace(self.rows, splits=self.rows.splits.opened())

    def join_validation(self) -> None:
        self.rows = replace(self.rows, splits=self.rows.splits.joined(PreparedSplit.followed_by))

    def to_plain(self) -> dict[str, Any]:
        return {
            "scaler": self.rows.scaler.to_plain(),
            "covariate_scaler": self.rows.covariate_scaler.to_plain(),
            "name": self.series.facts.name,
            "unit": self.series.unit,
            "targets": [*self.series.targets],
            "covariates": [*self.series.covariate_names],
            "frequency": self.series.frequency,
            "season_length": self.series.season_length,
            "learn": self.series.learn,
            "zone": self.series.zone,
            "time_column": self.series.time_column,
            "time_format": self.series.time_format,
            "decimal": self.series.decimal,
            "lookback": self.lookback,
            "horizon": self.horizon,
            "segment": self.segment,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: ForecastingSettings) -> Self:
        earlier = {"zone": "", "time_column": "", "time_format": "", "decimal": None}  # of which runs had none
        field = partial(field_of, {**earlier, **plain})
        series = Series(
            facts=Facts(field("name", str), "series", "", "", "", ""),
            splits=NoSplits(),
            targets=field("targets", Names),
            covariate_names=field("covariates", tuple[str, ...]),
            frequency=field("frequency", str),
            season_length=field("season_length", PositiveInt),
            unit=field("unit", str),
            learn=field("learn", Literal["values", "log_returns"]),
            suggested_lookback=field("lookback", PositiveInt),
            suggested_horizon=field("horizon", PositiveInt),
            fingerprint="",
            zone=field("zone", str),
            time_column=field("time_column", str),
            time_format=field("time_format", str),
            decimal=field("decimal", Decimal | None),
        )
        scaler, covariate_scaler = (Scaler.from_plain(plain[name]) for name in ("scaler", "covariate_scaler"))
        as_trained = settings.model_copy(update={"segment": field("segment", PositiveInt)})
        return cls(series, as_trained, prepared_without_rows(series, settings.calendar, scaler, covariate_scaler))
