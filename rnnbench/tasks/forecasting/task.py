"""Forecasting: the next values of one or more series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self, cast

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.settings import Choices, Floats, Group, Range, Settings
from rnnbench.data.batches.series import SeriesWindows
from rnnbench.data.kinds import AnyData, Facts, Kind, Series
from rnnbench.data.series import PreparedSeries, PreparedSplit, Scaler, prepare_series, prepared_without_rows
from rnnbench.data.splits import NoSplits, SplitName
from rnnbench.encoders.base import Encoder
from rnnbench.metrics.forecasts import MASE
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import Prepared, SequenceTask, endless, remembered
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.forecasting import baselines
from rnnbench.tasks.forecasting.inference import Forecaster
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.samples import WINDOW_SAMPLES, chosen_windows, short_numbers, window_around

EVALUATION_BATCH = 256
PAST_ERROR_QUANTILES = (0.5, 0.8, 0.9, 0.95)


class ForecastingSettings(Settings):
    """Windows, and what the encoder's forecast is added to.

    lookback, horizon: samples before and after the origin; 0 takes what suits the data set. No range of lookbacks
        suits an hourly and a yearly series alike: the search tries half of it, all of it and twice as much.
    segment: consecutive samples that the encoder reads as one step; 0 takes a season where the lookback holds three,
        else a sample. A day of hours at once makes a recurrence short: quicker, and easier to learn (Lin et al., 2023,
        SegRNN, arXiv:2308.11200). Samples that fill no whole segment are left out, the oldest first.
    reference: what each window is measured from, and the forecast added to: its last value, its mean, the same time
        one season earlier (the mean where the lookback holds no whole season), or nothing.
    linear_path: a linear map from the lookback to the horizon beside the encoder, shared by all channels.
    """

    lookback: Annotated[int, Field(ge=0), Group("basics")] = 0
    horizon: Annotated[int, Field(ge=0)] = 0
    segment: Annotated[int, Field(ge=0)] = 0
    calendar: bool = True
    reference: Annotated[
        Literal["none", "last", "mean", "season"], Choices("last", "mean", "season"), Group("architecture")
    ] = "last"
    linear_path: Annotated[bool, Choices(False, True), Group("architecture")] = False
    head_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.4), Group("regularization")] = 0.0
    loss: Annotated[
        Literal["absolute", "squared", "huber"], Choices("absolute", "squared", "huber"), Group("optimization")
    ] = "absolute"


class PreparedWindows(Prepared):
    """Scaled rows, split by split, cut into windows as they are read."""

    def __init__(self, series: Series, settings: ForecastingSettings, rows: PreparedSeries | None = None) -> None:
        self.series = series
        self.settings = settings
        key = (series.fingerprint, series.learn, series.frequency, settings.calendar)
        self.rows = rows or remembered(key, lambda: prepare_series(series, settings.calendar))
        self.lookback = settings.lookback or series.suggested_lookback
        self.horizon = settings.horizon or series.suggested_horizon
        has_seasons = series.season_length > 1 and self.lookback >= 3 * series.season_length
        self.segment = settings.segment or (series.season_length if has_seasons else 1)
        if self.segment > self.lookback:
            raise RnnbenchError(
                f"task.segment = {self.segment} must be at most the lookback of {self.lookback} samples: the encoder "
                "would have nothing to read"
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
            "lookback": self.lookback,
            "horizon": self.horizon,
            "segment": self.segment,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: ForecastingSettings) -> Self:
        series = Series(
            facts=Facts(plain["name"], "series", "", "", "", ""),
            splits=NoSplits(),
            targets=tuple(plain["targets"]),
            covariate_names=tuple(plain["covariates"]),
            frequency=plain["frequency"],
            season_length=plain["season_length"],
            unit=plain["unit"],
            learn=plain["learn"],
            suggested_lookback=plain["lookback"],
            suggested_horizon=plain["horizon"],
            fingerprint="",
        )
        scaler, beside = (Scaler.from_plain(plain[name]) for name in ("scaler", "covariate_scaler"))
        as_trained = settings.model_copy(update={"segment": plain["segment"]})
        return cls(series, as_trained, prepared_without_rows(series, settings.calendar, scaler, beside))


class Forecasting(SequenceTask):
    """A direct forecaster: the encoder reads the lookback, one linear layer writes the whole horizon.

        rows t - lookback .. t ─► segments ─► encoder ─► last step ─► linear ─► + reference ─► t + 1 .. t + horizon

    The linear path is the autoregressive part of LSTNet (Lai et al., 2018, arXiv:1703.07015). Selected by MASE over
    every origin of the split (Hyndman and Koehler, 2006), in the unit of the series.
    """

    Settings: ClassVar[type[Settings]] = ForecastingSettings
    Prepared: ClassVar[type[Prepared]] = PreparedWindows
    data_kind: ClassVar[Kind] = "series"
    metric: ClassVar[metrics.Metric] = MASE
    items: ClassVar[str] = "windows"
    ranged_by_data: ClassVar[tuple[str, ...]] = ("lookback",)
    inference: ClassVar[type[Inference] | None] = Forecaster
    baseline_settings: ClassVar[tuple[str, ...]] = ("lookback", "horizon")

    @classmethod
    def ranges_of(cls, data: AnyData, settings: ForecastingSettings) -> dict[str, Range]:
        """Lookbacks that the splits have room for.

        Training keeps at least half of its rows as origins, and validation every one of its own: a lookback that
        reached beyond its history would be scored on fewer.
        """
        series = cast(Series, data)
        usual, horizon = settings.lookback or series.suggested_lookback, settings.horizon or series.suggested_horizon
        half = max(1, usual // 2)
        train, validation = series.splits.train, series.splits.validation
        has_room = 2 * usual + horizon <= len(train) // 2 and 2 * usual <= validation.history
        lookbacks = sorted({half, usual, 2 * usual} if has_room else {half, usual})
        return {"lookback": Choices(*lookbacks)}

    @classmethod
    def prepare(cls, data: AnyData, settings: ForecastingSettings) -> PreparedWindows:
        return PreparedWindows(cast(Series, data), settings)

    @classmethod
    def baselines(cls, data: AnyData, prepared: PreparedWindows, *, refit: bool) -> Iterator[BaselineResult]:
        series = cast(Series, data)
        splits = series.splits
        return baselines.run(
            splits.train.values,
            splits.validation.values,
            splits.test.values,
            validation_history=splits.validation.history,
            test_history=splits.test.history,
            lookback=prepared.lookback,
            horizon=prepared.horizon,
            season_length=series.season_length,
            learn=series.learn,
            refit=refit,
        )

    def __init__(self, encoder: Encoder, prepared: PreparedWindows, settings: ForecastingSettings) -> None:
        super().__init__(encoder, prepared, settings)
        self.horizon, self.channels = prepared.horizon, prepared.channels
        self.head_dropout = nn.Dropout(settings.head_dropout)
        self.head = nn.Linear(encoder.output_size, self.horizon * self.channels)
        self.linear = nn.Linear(prepared.lookback, self.horizon) if settings.linear_path else None
        if self.linear is not None:
            nn.init.zeros_(self.linear.weight)
            nn.init.zeros_(self.linear.bias)
        self._errors: metrics.ForecastErrors

    def forward(self, inputs: Tensor) -> Tensor:
        """Scaled forecasts (batch, horizon, channels) of scaled inputs (batch, lookback, input)."""
        past = inputs[..., : self.channels]
        level, reference = self._reference(past)
        centred = past - level
        steps = self._segments(torch.cat([centred, inputs[..., self.channels :]], dim=-1))
        forecast = self.head(self.head_dropout(self.encoder.last_step(self.encoder(steps).steps)))
        forecast = forecast.unflatten(1, (self.horizon, self.channels))
        if self.linear is not None:
            forecast = forecast + self.linear(centred.transpose(1, 2)).transpose(1, 2)
        return forecast + reference

    def _segments(self, samples: Tensor) -> Tensor:
        """(batch, lookback, features) as (batch, steps, segment x features): each step a run of consecutive samples."""
        segment = self.prepared.segment
        return samples[:, samples.shape[1] % segment :].unflatten(1, (-1, segment)).flatten(2)

    def _reference(self, past: Tensor) -> tuple[Tensor, Tensor]:
        """What the inputs are measured from, and what the forecast is added to."""
        if self.settings.reference == "none":
            zero = past.new_zeros(())
            return zero, zero
        if self.settings.reference == "last":
            last = past[:, -1:]
            return last, last
        mean = past.mean(dim=1, keepdim=True)
        season = self.prepared.series.season_length
        if self.settings.reference == "mean" or not 2 <= season <= past.shape[1]:
            return mean, mean
        repeats = -(-self.horizon // season)
        return mean, past[:, -season:].repeat(1, repeats, 1)[:, : self.horizon]

    def loss(self, batch: Any) -> tuple[Tensor, int]:
        inputs, targets, *_ = batch
        kinds = {"absolute": functional.l1_loss, "squared": functional.mse_loss, "huber": functional.smooth_l1_loss}
        return kinds[self.settings.loss](self(inputs), targets), len(inputs)

    def start_evaluation(self) -> None:
        train = self.prepared.rows.splits.train
        self._errors = metrics.ForecastErrors.from_training(train.levels, self.prepared.series.season_length)

    def observe(self, batch: Any) -> int:
        inputs, _, last_levels, target_levels, _ = batch
        forecast = self(inputs).double().cpu().numpy()
        levels = self.prepared.rows.to_levels(forecast, last_levels.cpu().numpy())
        self._errors.add(target_levels.cpu().numpy(), levels)
        return len(inputs)

    def summarize(self) -> dict[str, float]:
        return self._errors.metrics()

    def examples(self) -> dict[str, ExampleScores]:
        """MASE and the other means of each origin's window."""
        return self._errors.examples()

    def details(self) -> dict[str, Any]:
        return self._errors.details()

    def past_errors(self) -> dict[str, Any]:
        """Quantiles of the absolute error over the validation split, in the unit of the series.

        absolute_errors[i][step][channel] is the quantile quantiles[i]: a share of that size of all errors at that step
        was at most so large.
        """
        self.eval()
        found = []
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches("validation"):
                inputs, _, last_levels, levels, _ = batch
                forecast = self(inputs.to(self.head.weight)).double().cpu().numpy()
                found.append(np.abs(self.prepared.rows.to_levels(forecast, last_levels.numpy()) - levels.numpy()))
        quantiles = np.quantile(np.concatenate(found), PAST_ERROR_QUANTILES, axis=0)
        return {"split": "validation", "quantiles": [*PAST_ERROR_QUANTILES], "absolute_errors": quantiles.tolist()}

    def showcase(self) -> dict[str, Any]:
        """A good, a median and the worst forecast of the test split, one channel each, beside what came."""
        series, split = self.prepared.series, self.prepared.rows.splits.test
        scale = metrics.naive_scale(self.prepared.rows.splits.train.levels, series.season_length)
        scale = np.where(scale > 0, scale, np.nan)
        found = [(row, np.abs(forecast - actual).mean(axis=0) / scale) for row, forecast, actual in self._forecasts()]
        chosen = chosen_windows(np.array([error for _, error in found]))
        rows = {found[place][0] for place, _ in chosen.values()}
        forecasts = {row: forecast for row, forecast, _ in self._forecasts() if row in rows}
        windows = [
            {
                "which": which,
                "channel": series.targets[channel][:60],
                "error": float(f"{found[place][1][channel]:.5g}"),
                **window_around(split.levels[:, channel], split.times, row, self.prepared.lookback, self.horizon),
                "forecast": short_numbers(forecasts[row][:WINDOW_SAMPLES, channel]),
            }
            for which, (place, channel) in chosen.items()
            for row in [found[place][0]]
        ]
        return {"kind": "forecasts", "unit": series.unit[:60], "horizon": self.horizon, "windows": windows}

    def _forecasts(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Origin, forecast and truth (horizon, channels) of each window of the test split, unscaled."""
        self.eval()
        for inputs, _, last_levels, levels, origins in self.prepared.evaluation_batches("test"):
            with torch.inference_mode():
                scaled = self(inputs.to(self.head.weight)).double().cpu().numpy()
            forecasts = self.prepared.rows.to_levels(scaled, last_levels.numpy())
            yield from zip(origins.tolist(), forecasts, levels.numpy(), strict=True)
