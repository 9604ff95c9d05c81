"""What a prediction is worth: pure numpy functions over whole splits, the same for encoders and baselines.

Beside each function stands its `Metric` on one line: name, direction, bounds and printed form.
"""

from __future__ import annotations

from rnnbench.metrics.classes import (
    accuracy,
    calibration_error,
    class_details,
    class_examples,
    class_metrics,
    confusion_matrix,
    log_loss,
    macro_f1,
    rightness,
    surprise,
)
from rnnbench.metrics.forecasts import ForecastErrors, mae, mape, mase, mse, naive_scale, rmse, smape
from rnnbench.metrics.lookup import OWN_METRICS, built_in, metric_called, metric_of, own_metrics_tag
from rnnbench.metrics.metric import Metric, plain_fields
from rnnbench.metrics.text import bits_per_character, nats, nats_per_character, perplexity, text_examples, text_metrics

__all__ = [
    "OWN_METRICS",
    "ForecastErrors",
    "Metric",
    "accuracy",
    "bits_per_character",
    "built_in",
    "calibration_error",
    "class_details",
    "class_examples",
    "class_metrics",
    "confusion_matrix",
    "log_loss",
    "macro_f1",
    "mae",
    "mape",
    "mase",
    "metric_called",
    "metric_of",
    "mse",
    "naive_scale",
    "nats",
    "nats_per_character",
    "own_metrics_tag",
    "perplexity",
    "plain_fields",
    "rightness",
    "rmse",
    "smape",
    "surprise",
    "text_examples",
    "text_metrics",
]
