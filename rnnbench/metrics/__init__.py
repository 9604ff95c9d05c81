"""Scores of predictions: what tasks and tables use; each file holds the functions of one kind of task."""

from __future__ import annotations

from rnnbench.metrics.classes import class_details, class_examples, class_metrics, example_accuracy, example_log_loss
from rnnbench.metrics.forecasts import ForecastErrors, naive_scale, without_scale
from rnnbench.metrics.lookup import OWN_METRICS, metric_called, metric_of, own_metrics_tag
from rnnbench.metrics.metric import Metric, plain_fields
from rnnbench.metrics.text import nats, pair_examples, text_examples, text_metrics

__all__ = [
    "OWN_METRICS",
    "ForecastErrors",
    "Metric",
    "class_details",
    "class_examples",
    "class_metrics",
    "example_accuracy",
    "example_log_loss",
    "metric_called",
    "metric_of",
    "naive_scale",
    "nats",
    "own_metrics_tag",
    "pair_examples",
    "plain_fields",
    "text_examples",
    "text_metrics",
    "without_scale",
]
