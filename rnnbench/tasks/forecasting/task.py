"""Forecasting: the next values of one or several series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Choices, Range, Settings
from rnnbench.data.frequencies import time_text
from rnnbench.data.kinds import AnyData, Kind, Series
from rnnbench.data.splits import SplitName
from rnnbench.encoders.base import Encoder
from rnnbench.metrics.forecasts import MAE, MASE
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.forecasting import baselines
from rnnbench.tasks.forecasting.inference import Forecaster
from rnnbench.tasks.forecasting.prepared import PreparedWindows
from rnnbench.tasks.forecasting.settings import ForecastingSettings
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.prepared import Prepared
from rnnbench.tasks.samples import WINDOW_SAMPLES, chosen_windows, mean_of_known, short_numbers, window_around

PAST_ERROR_QUANTILES = (0.5, 0.8, 0.9, 0.95)


class Forecasting(SequenceTask):
    """A direct multi-horizon forecaster: encoder over the lookback, linear layer to all steps of the horizon.

        rows t - lookback .. t ─► segments ─► encoder ─► last step ─► linear ─► + reference ─► t + 1 .. t + horizon

    The linear path is the autoregressive part of LSTNet (Lai et al., 2018, arXiv:1703.07015). Selected by MASE over
    all origins of the split (Hyndman and Koehler, 2006), computed in the unit of the series.
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
    def metric_of(cls, data: AnyData) -> metrics.Metric:
        """MASE, or MAE where no target has a scale of MASE: constant, or the same in each season of training."""
        series = cast(Series, data)
        train = series.splits.train
        lacks_scale = metrics.without_scale(train.values, series.season_length, train.observed)
        return MAE if cls.metric.key == MASE.key and lacks_scale.all() else cls.metric

    @classmethod
    def ranges_of(cls, data: AnyData, settings: ForecastingSettings) -> dict[str, Range]:
        """Half, once and twice the lookback.

        Twice only where at least half of the training rows remain origins, and where all validation rows do.
        """
        series = cast(Series, data)
        lookback = settings.lookback or series.suggested_lookback
        horizon = settings.horizon or series.suggested_horizon
        half, double = max(1, lookback // 2), 2 * lookback
        train, validation = series.splits.train, series.splits.validation
        has_room = double + horizon <= len(train) // 2 and double <= validation.history
        lookbacks = sorted({half, lookback, double} if has_room else {half, lookback})
        return {"lookback": Choices(*lookbacks)}

    @classmethod
    def prepare(cls, data: AnyData, settings: ForecastingSettings) -> PreparedWindows:
        return PreparedWindows(cast(Series, data), settings)

    @classmethod
    def baselines(cls, data: AnyData, prepared: PreparedWindows, *, refit: bool) -> Iterator[BaselineResult]:
        series = cast(Series, data)
        splits = series.splits
        return baselines.run(
            splits.train,
            splits.validation,
            splits.test,
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
        """(batch, lookback, features) to (batch, steps, segment x features)."""
        segment = self.prepared.segment
        return samples[:, samples.shape[1] % segment :].unflatten(1, (-1, segment)).flatten(2)

    def _reference(self, past: Tensor) -> tuple[Tensor, Tensor]:
        """The level subtracted from the inputs, and the reference added to the forecast."""
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
        inputs, targets, *_, observed = batch
        kinds = {"absolute": functional.l1_loss, "squared": functional.mse_loss, "huber": functional.smooth_l1_loss}
        loss = kinds[self.settings.loss]
        if observed is None:
            return loss(self(inputs), targets), len(inputs)
        errors = loss(self(inputs), targets, reduction="none")
        return torch.where(observed, errors, 0.0).sum() / observed.sum().clamp(min=1), len(inputs)

    def start_evaluation(self) -> None:
        train, season = self.prepared.rows.splits.train, self.prepared.series.season_length
        self._errors = metrics.ForecastErrors.from_training(train.levels, season, train.observed)

    def observe(self, batch: Any) -> int:
        inputs, _, last_levels, target_levels, _, observed = batch
        forecast = self(inputs).double().cpu().numpy()
        levels = self.prepared.rows.to_levels(forecast, last_levels.cpu().numpy())
        self._errors.add(target_levels.cpu().numpy(), levels, None if observed is None else observed.cpu().numpy())
        return len(inputs)

    def summarize(self) -> dict[str, float]:
        return self._errors.metrics()

    def examples(self) -> dict[str, ExampleScores]:
        """MASE and the other means of each origin's window."""
        return self._errors.examples()

    def details(self) -> dict[str, Any]:
        return self._errors.details()

    def past_errors(self) -> dict[str, Any]:
        """Quantiles of the absolute errors over the validation split, in the unit of the series.

        absolute_errors[i][step][channel] is the quantile at level quantiles[i] over all origins whose value there was
        observed; empty where a step of a channel has no observed value.
        """
        errors = np.stack([np.abs(forecast - actual) for _, forecast, actual in self._forecasts("validation")])
        has_filled = np.isnan(errors).any()
        if np.isnan(errors).all(axis=0).any():
            return {}
        quantiles = (np.nanquantile if has_filled else np.quantile)(errors, PAST_ERROR_QUANTILES, axis=0)
        return {"split": "validation", "quantiles": [*PAST_ERROR_QUANTILES], "absolute_errors": quantiles.tolist()}

    def showcase(self) -> dict[str, Any]:
        """A good, a median and the worst forecast of the test split, one channel each, with the actual values."""
        series, split = self.prepared.series, self.prepared.rows.splits.test
        train = self.prepared.rows.splits.train
        of_training = metrics.ForecastErrors.from_training(train.levels, series.season_length, train.observed)
        scale = np.where(of_training.scale > 0, of_training.scale, np.nan)
        scale = scale if of_training.scale.any() else of_training.deviation
        errors = [
            (row, mean_of_known(np.abs(forecast - actual)) / scale) for row, forecast, actual in self._forecasts("test")
        ]
        chosen = chosen_windows(np.array([error for _, error in errors]))
        rows = {errors[window][0] for window, _ in chosen.values()}
        forecasts = {row: forecast for row, forecast, _ in self._forecasts("test") if row in rows}
        levels = np.where(split.mask, split.levels, np.nan)
        windows = [
            {
                "which": which,
                "channel": series.targets[channel][:60],
                "error": float(f"{errors[window][1][channel]:.5g}"),
                **window_around(levels[:, channel], time, row, self.prepared.lookback, self.horizon),
                "forecast": short_numbers(forecasts[row][:WINDOW_SAMPLES, channel]),
            }
            for which, (window, channel) in chosen.items()
            for row in [errors[window][0]]
            for time in [time_text(split.times[row], series.frequency, series.zone)]
        ]
        return {"kind": "forecasts", "unit": series.unit[:60], "horizon": self.horizon, "windows": windows}

    def _forecasts(self, split: SplitName) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Origin, forecast and actual values (horizon, channels) of each window of a split, in the unit of the series.

        A filled actual value is NaN.
        """
        self.eval()
        for inputs, _, last_levels, levels, origins, observed in self.prepared.evaluation_batches(split):
            with torch.inference_mode():
                scaled = self(inputs.to(self.head.weight)).double().cpu().numpy()
            forecasts = self.prepared.rows.to_levels(scaled, last_levels.numpy())
            actual = levels.numpy() if observed is None else np.where(observed.numpy(), levels.numpy(), np.nan)
            yield from zip(origins.tolist(), forecasts, actual, strict=True)
