"""Checks that tables show known scores correctly for metrics of different scale and direction.

Runs with known scores are stored, read back, compared and exported as CSV. Mean, interval and skill of every row are
computed independently from the scores:

    interval   SciPy's Student t interval, clipped to the metric's bounds
    skill      1 - (ideal - mean) / (ideal - baseline); none if the metric has no ideal value
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rnnbench.comparison.compare import compare
from rnnbench.metrics import Metric, own_metrics_tag
from rnnbench.metrics.classes import ACCURACY
from rnnbench.reports.tables.formats import render
from rnnbench.storage.record import Kind, RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.testing.selftest.base import Check, Context

CLOSE = 1e-9
"""Relative tolerance."""


@dataclass(frozen=True)
class Planted:
    """Test scores by seed of two encoders, and of a baseline that is worse than both."""

    metric: Metric
    better: tuple[float, ...]
    worse: tuple[float, ...]
    baseline: float


POINTS = Metric("points", "points of 100", higher_is_better=True, low=0, high=100)
LIKELIHOOD = Metric("likelihood", "log likelihood", higher_is_better=True)
ENERGY = Metric("energy", "energy")
PLANTED = (
    Planted(ACCURACY, (0.97, 0.99, 0.98), (0.81, 0.82, 0.80), 0.5),
    Planted(POINTS, (97.5, 99.5, 98.0), (27.3, 27.4, 27.35), 20.0),
    Planted(LIKELIHOOD, (3.0, 4.0, 2.5), (-120.0, -118.0, -119.5), -200.0),
    Planted(ENERGY, (-5.0, -3.0, -4.5), (7.0, 9.0, 7.5), 250.0),
)


def check(context: Context) -> Iterator[Check]:
    """Check scores between 0 and 1, between 0 and 100, and unbounded ones of both directions."""
    context.progress("metrics of several scales")
    yield planted_scores()


def planted_scores() -> Check:
    """Compare every table with the numbers computed from the scores."""
    problems = [problem for planted in PLANTED for problem in differences(planted, exported(planted))]
    names = ", ".join(f"{planted.metric.label} ({planted.metric.bounds_text})" for planted in PLANTED)
    return Check("tables: correct for metrics of every scale", not problems, "; ".join(problems) or names)


def exported(planted: Planted) -> dict[str, dict[str, str]]:
    """Rows of the CSV by model, from runs that were stored and read back."""
    tracker = Tracker()
    experiment_id = tracker.experiment("selftest", planted.metric.key)
    parent = tracker.start(experiment_id, "planted", {"kind": "sweep"}).run_id
    for model, seed, score in _runs(planted):
        kind: Kind = "baseline" if seed is None else "confirm"
        record = _record(planted.metric, kind, model, seed, score)
        tracker.start(experiment_id, model, {"kind": kind}, parent).finish(record, {})
    table = render(compare(tracker.records(experiment_id, parent)), "csv")
    return {line["model"]: line for line in csv.DictReader(io.StringIO(table))}


def differences(planted: Planted, lines: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Descriptions of all numbers that differ from those computed from the scores, and of a wrong order of rows."""
    problems = []
    if [*lines] != ["better", "worse", "baseline"]:
        problems.append(f"{planted.metric.key}: the order is {', '.join(lines)}")
    for model, scores in (("better", planted.better), ("worse", planted.worse)):
        for name, expected in _expected(planted, scores).items():
            text = lines[model][name]
            value = float(text) if text else None
            if (value is None) != (expected is None) or not math.isclose(value or 0, expected or 0, rel_tol=CLOSE):
                problems.append(f"{planted.metric.key}: {name} of {model} is {text or 'missing'}, not {expected}")
    return problems


def _expected(planted: Planted, scores: tuple[float, ...]) -> dict[str, float | None]:
    metric, mean = planted.metric, float(np.mean(scores))
    low, high = stats.t.interval(0.95, len(scores) - 1, loc=mean, scale=stats.sem(scores))
    skill = None if metric.ideal is None else 1 - (metric.ideal - mean) / (metric.ideal - planted.baseline)
    return {"test": mean, "test_low": max(low, metric.low), "test_high": min(high, metric.high), "skill": skill}


def _runs(planted: Planted) -> Iterator[tuple[str, int | None, float]]:
    for model, scores in (("better", planted.better), ("worse", planted.worse)):
        for seed, score in enumerate(scores):
            yield model, seed, score
    yield "baseline", None, planted.baseline


def _record(metric: Metric, kind: Kind, model: str, seed: int | None, score: float) -> RunRecord:
    return RunRecord(
        kind=kind,
        task="selftest",
        data=metric.key,
        fingerprint="planted",
        model=model,
        metric=metric.key,
        higher_is_better=metric.higher_is_better,
        seed=seed,
        metrics={f"validation/{metric.key}": score, f"test/{metric.key}": score},
        tags={"choice": "planted", **own_metrics_tag((metric,))},
    )
