"""What a prediction is worth: pure numpy functions over whole splits, the same for encoders and baselines."""

from __future__ import annotations

import math

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
from rnnbench.metrics.text import bits_per_character, nats, nats_per_character, perplexity, text_examples, text_metrics

__all__ = [
    "HIGHER_IS_BETTER",
    "IDEAL",
    "LABELS",
    "MULTIPLES",
    "ForecastErrors",
    "accuracy",
    "bits_per_character",
    "calibration_error",
    "class_details",
    "class_examples",
    "class_metrics",
    "confusion_matrix",
    "higher_is_better",
    "log_loss",
    "macro_f1",
    "mae",
    "mape",
    "mase",
    "mse",
    "naive_scale",
    "nats",
    "nats_per_character",
    "perplexity",
    "rightness",
    "rmse",
    "smape",
    "surprise",
    "text_examples",
    "text_metrics",
]

MULTIPLES: dict[tuple[str, str], float] = {
    ("bits_per_character", "nats_per_character"): math.log(2),
    ("nats_per_character", "bits_per_character"): 1 / math.log(2),
}
"""What the first of two metrics is multiplied by to give the second, example by example."""

LABELS: dict[str, str] = {
    "bits_per_character": "bits per character",
    "nats_per_character": "nats per character",
    "perplexity": "perplexity per character",
    "cold_nats_per_character": "nats per character, empty context",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss (nats)",
    "calibration_error": "calibration error",
    "mase": "MASE",
    "mae": "MAE (unit of the series)",
    "rmse": "RMSE (unit of the series)",
    "smape": "sMAPE (%)",
    "mape": "MAPE (%)",
    "mse_standardised": "MSE (standardised)",
    "mae_standardised": "MAE (standardised)",
}
"""Every metric's key to what a table's head or an axis calls it."""

IDEAL: dict[str, float] = {"perplexity": 1.0}
"""What cannot be improved, where that is neither 0 for an error nor 1 for a share."""

HIGHER_IS_BETTER = frozenset({"accuracy", "macro_f1"})


def higher_is_better(metric: str) -> bool:
    """True where a larger value is the better one. `metric` may carry its split: `test/accuracy`.

    Raises: ValueError for a metric that is not in `LABELS`.
    """
    name = metric.rsplit("/", 1)[-1]
    if name not in LABELS:
        raise ValueError(f"no metric is called {name!r}: known are {', '.join(LABELS)}")
    return name in HIGHER_IS_BETTER
