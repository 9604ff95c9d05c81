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
from rnnbench.data.kinds import AnyData, Kind, Series
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
from rnnbench.tasks.samples import WINDOW_SAMPLES, chosen_windows, short_numbers, window_around

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
        lacks_scale = metrics.without_scale(series.splits.train.values, series.season_length)
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
        """Quantiles of the absolute errors over the validation split, in the unit of the series.

        absolute_errors[i][step][channel] is the quantile at level quantiles[i] over all origins.
        """
        self.eval()
        errors = []
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches("validation"):
                inputs, _, last_levels, levels, _ = batch
                forecast = self(inputs.to(self.head.weight)).double().cpu().numpy()
                errors.append(np.abs(self.prepared.rows.to_levels(forecast, last_levels.numpy()) - levels.numpy()))
        quantiles = np.quantile(np.concatenate(errors), PAST_ERROR_QUANTILES, axis=0)
        return {"split": "validation", "quantiles": [*PAST_ERROR_QUANTILES], "absolute_errors": quantiles.tolist()}

    def showcase(self) -> dict[str, Any]:
        """A good, a median and the worst forecast of the test split, one channel each, with the actual values."""
        series, split = self.prepared.series, self.prepared.rows.splits.test
        train = self.prepared.rows.splits.train.levels
        unscaled = metrics.ForecastErrors.from_training(train, series.season_length)
        scale = np.where(unscaled.scale > 0, unscaled.scale, np.nan) if unscaled.scale.any() else unscaled.deviation
        errors = [(row, np.abs(forecast - actual).mean(axis=0) / scale) for row, forecast, actual in self._forecasts()]
        chosen = chosen_windows(np.array([error for _, error in errors]))
        rows = {errors[window][0] for window, _ in chosen.values()}
        forecasts = {row: forecast for row, forecast, _ in self._forecasts() if row in rows}
        windows = [
            {
                "which": which,
                "channel": series.targets[channel][:60],
                "error": float(f"{errors[window][1][channel]:.5g}"),
                **window_around(split.levels[:, channel], split.times, row, self.prepared.lookback, self.horizon),
                "forecast": short_numbers(forecasts[row][:WINDOW_SAMPLES, channel]),
            }
            for which, (window, channel) in chosen.items()
            for row in [errors[window][0]]
        ]
        return {"kind": "forecasts", "unit": series.unit[:60], "horizon": self.horizon, "windows": windows}

    def _forecasts(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Origin, forecast and actual values (horizon, channels) of each test window, in the unit of the series."""
        self.eval()
        for inputs, _, last_levels, levels, origins in self.prepared.evaluation_batches("test"):
            with torch.inference_mode():
                scaled = self(inputs.to(self.head.weight)).double().cpu().numpy()
            forecasts = self.prepared.rows.to_levels(scaled, last_levels.numpy())
            yield from zip(origins.tolist(), forecasts, levels.numpy(), strict=True)
