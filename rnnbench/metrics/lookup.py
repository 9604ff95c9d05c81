"""Metrics by key: built in, or defined by a task.

A record stores the key and the direction of the selecting metric. Of metrics that are not built in it stores all
properties, so that tables can be made without the file of the task.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rnnbench.metrics.metric import Metric
from rnnbench.storage.record import RunRecord

OWN_METRICS = "own_metrics"
"""The tag with the properties, as JSON, of the metrics that the file of the task defines."""


@cache
def built_in() -> Mapping[str, Metric]:
    """Every metric defined in the files of this folder, by key."""
    modules = [
        importlib.import_module(f"rnnbench.metrics.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.stem != "__init__"
    ]
    return MappingProxyType(
        {value.key: value for module in modules for value in vars(module).values() if isinstance(value, Metric)}
    )


def metric_of(record: RunRecord) -> Metric:
    """The selecting metric of a run: as its task defines it, else as built in, else with its direction alone."""
    metric = metric_called(record.metric, record)
    # with another direction, it is another metric of the same name
    if metric is None or metric.higher_is_better != record.higher_is_better:
        return Metric.unknown(record.metric, higher_is_better=record.higher_is_better)
    return metric


def metric_called(key: str, record: RunRecord) -> Metric | None:
    """The metric with this key, as the task of the run defines it, else as built in; None where neither has it."""
    stored = json.loads(record.tags.get(OWN_METRICS, "[]"))
    of_task = {properties["key"]: properties for properties in stored}
    return Metric.from_plain(of_task[key]) if key in of_task else built_in().get(key)


def own_metrics_tag(metrics: Iterable[Metric]) -> dict[str, str]:
    """The tag with the properties of those metrics that are not built in; empty where all are."""
    not_built_in = [metric.to_plain() for metric in metrics if built_in().get(metric.key) != metric]
    return {OWN_METRICS: json.dumps(not_built_in)} if not_built_in else {}
