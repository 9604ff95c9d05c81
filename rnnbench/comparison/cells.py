"""How the score of a metric is printed: one place for every format that people look at."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.comparison.base import Interval
from rnnbench.core.text import MISSING


@dataclass(frozen=True)
class MetricStyle:
    """How a metric is called and printed: `scale` times the value, to so many decimals, followed by the unit."""

    label: str
    decimals: int | None = None
    scale: float = 1.0
    unit: str = ""


STYLES = {
    "accuracy": MetricStyle("accuracy", 1, 100.0, "%"),
    "macro_f1": MetricStyle("macro-F1", 1, 100.0, "%"),
    "bits_per_character": MetricStyle("bits per character", 3),
    "nats_per_character": MetricStyle("nats per character", 3),
    "cold_nats_per_character": MetricStyle("nats per character with an empty context", 3),
    "mse_standardised": MetricStyle("standardised MSE", 3),
    "mae_standardised": MetricStyle("standardised MAE", 3),
    "mase": MetricStyle("MASE", 3),
}


def style(metric: str) -> MetricStyle:
    """How a metric is printed; one that is not listed gets four significant digits."""
    return STYLES.get(metric) or MetricStyle(metric.replace("_", " "))


def score_text(metric: str, score: float | None) -> str:
    """The score without its unit: '78.3' for an accuracy of 0.783, '1.234' for a MASE."""
    if score is None:
        return MISSING
    shown = style(metric)
    value = score * shown.scale
    if shown.decimals is None:
        return f"{value:.4g}"
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    return f"{round(value, shown.decimals) + 0.0:.{shown.decimals}f}"


def interval_text(metric: str, interval: Interval | None) -> str:
    """' [77.5, 79.1]' with the space before it, or nothing."""
    return f" [{score_text(metric, interval.low)}, {score_text(metric, interval.high)}]" if interval else ""


def with_unit(metric: str, score: float | None) -> str:
    """The score as said in a sentence: '78.3 %', '1.234'."""
    unit = style(metric).unit
    return score_text(metric, score) + (f" {unit}" if unit and score is not None else "")
