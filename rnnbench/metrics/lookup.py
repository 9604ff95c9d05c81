"""The metrics that rnnbench knows: those in the files of this folder, and those that a task's own file defines.

A run's record holds the key and the direction of the metric that selects. Of metrics that no file here defines, it also
holds the facts, so that a table can be made without the task's file.
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
"""The tag that holds, as JSON, the facts of the metrics that the task's own file defines."""


@cache
def built_in() -> Mapping[str, Metric]:
    """Every metric that a file of this folder defines, by key."""
    modules = [
        importlib.import_module(f"rnnbench.metrics.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.stem != "__init__"
    ]
    return MappingProxyType(
        {value.key: value for module in modules for value in vars(module).values() if isinstance(value, Metric)}
    )


def metric_of(record: RunRecord) -> Metric:
    """The metric that a run is judged by: as its task defined it, as built in, or with nothing but its direction."""
    found = metric_called(record.metric, record)
    # a metric of another direction only shares the name
    if found is None or found.higher_is_better != record.higher_is_better:
        return Metric.unknown(record.metric, higher_is_better=record.higher_is_better)
    return found


def metric_called(key: str, record: RunRecord) -> Metric | None:
    """A metric that the run's task defined, or a built-in one; None where neither has this key."""
    stored = json.loads(record.tags.get(OWN_METRICS, "[]"))
    own = {one["key"]: one for one in stored}
    return Metric.from_plain(own[key]) if key in own else built_in().get(key)


def own_metrics_tag(metrics: Iterable[Metric]) -> dict[str, str]:
    """The tag with the facts of those metrics that are not built in; empty where all are."""
    own = [metric.to_plain() for metric in metrics if built_in().get(metric.key) != metric]
    return {OWN_METRICS: json.dumps(own)} if own else {}
