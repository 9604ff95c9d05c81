"""Write a RunRecord to an MLflow run, and read it back."""

from __future__ import annotations

import json
import math
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.leases import Lease, LeaseLostError
from rnnbench.storage.record import STOPPED, RunRecord

Content = TypeVar("Content", dict[str, Any], list[str])

LEASE = "lease"
"""Tag: the id of the lease that the process writing the run holds."""
EXAMPLES = "test_examples"
"""Start of the names of files with example scores; the name of a metric follows, except for the selecting one."""
DETAILS = "test_details.json"
"""The file with test results that are not single numbers."""
EXAMPLE_FILES = "example_files"
"""Tag: list of the files with example scores and details; missing in runs of earlier versions."""
_STATUS: dict[str, str] = {"completed": "FINISHED", "pruned": "FINISHED", **dict.fromkeys(STOPPED, "KILLED")}
CURVES = "curves/"
"""Start of the keys of curves among the metrics."""
_RECORD_FIELDS = ("kind", "task", "data", "fingerprint", "model", "metric", "outcome", "protocol")
PAGE = 1000


class RunWriter:
    """Writes one run; metrics are buffered and sent in batches.

    lease: the run's lease if this process holds it; checked before the run ends. releases: release it then.
    """

    def __init__(self, client: MlflowClient, run_id: str, lease: Lease | None = None, *, releases: bool = True) -> None:
        self.client, self.run_id = client, run_id
        self.lease, self._releases = lease, releases
        self._buffer: list[Metric] = []

    @property
    def is_lost(self) -> bool:
        """Whether another process is known to have taken the run over."""
        return self.lease is not None and self.lease.is_lost

    def require_lease(self) -> None:
        """Return if this process may still write the run. Raises: LeaseLostError."""
        if self.lease is not None:
            self.lease.require()

    def curve(self, update: int, values: Mapping[str, float]) -> None:
        """Add one point to each curve, under a separate key since MLflow shows the last point as the run's value."""
        self._add(update, {curve_key(key): value for key, value in values.items()})

    def _add(self, step: int, values: Mapping[str, float]) -> None:
        """Buffer values, sent every 200 values and by `flush`. MLflow cannot store values that are not finite."""
        now = int(time.time() * 1000)
        self._buffer.extend(Metric(key, value, now, step) for key, value in values.items() if math.isfinite(value))
        if len(self._buffer) >= 200:
            self.flush()

    def flush(self) -> None:
        """Send the buffered values. Raises: LeaseLostError where another process has taken the run over."""
        if self._buffer:
            self.require_lease()
        for start in range(0, len(self._buffer), PAGE):
            self.client.log_batch(self.run_id, metrics=self._buffer[start : start + PAGE])
        self._buffer.clear()

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags."""
        self.client.log_batch(self.run_id, tags=[RunTag(key, value) for key, value in values.items()])

    def text(self, content: str, path: str) -> None:
        """Store a text as an artifact."""
        self.client.log_text(self.run_id, content, path)

    def file(self, path: Path, folder: str = "") -> None:
        """Store a file as an artifact."""
        self.client.log_artifact(self.run_id, str(path), folder or None)

    def content(self, content: bytes, name: str) -> None:
        """Store bytes as an artifact."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            self.file(path)

    def examples(self, record: RunRecord) -> None:
        """Store the scores of a record's test examples, one file per metric, and its details."""
        names = {metric: example_file("" if metric == record.metric else metric) for metric in record.examples}
        self.tags({EXAMPLE_FILES: json.dumps(sorted([*names.values(), *([DETAILS] if record.details else [])]))})
        if record.details:
            self.text(json.dumps(record.details, ensure_ascii=False), DETAILS)
        for metric, scores in record.examples.items():
            self.content(scores.to_bytes(), names[metric])

    def finish(self, record: RunRecord, params: Mapping[str, Any]) -> None:
        """Write the whole record and end the run with its outcome. Raises: LeaseLostError, as `end`."""
        self.require_lease()
        self._add(0, record.metrics)
        self._add(0, {f"cost/{key}": value for key, value in record.costs.items()})
        self.flush()
        self.client.log_batch(self.run_id, params=[Param(key, str(value)[:6000]) for key, value in params.items()])
        self.describe(record)
        self.end(record.outcome)

    def describe(self, record: RunRecord) -> None:
        """Write a record's configuration, data and tags before the run has ended, so that a failed run has them too."""
        tags = {field: str(getattr(record, field)) for field in _RECORD_FIELDS if field != "outcome"}
        tags |= {"higher_is_better": str(record.higher_is_better), "config": json.dumps(record.config, sort_keys=True)}
        tags |= {"seed": "" if record.seed is None else str(record.seed), **record.tags}
        self.tags(tags)

    def end(self, outcome: str) -> None:
        """End the run with an outcome, which also determines its status in MLflow.

        Raises: LeaseLostError where another process has taken the run over, and nothing is written.
        """
        self.require_lease()
        self.flush()
        self.client.set_tag(self.run_id, "outcome", outcome)
        self.client.set_terminated(self.run_id, status=status_of(outcome))
        if self.lease is not None and self._releases:
            self.lease.release()

    def fail(self) -> None:
        """End the run as failed with the current traceback, unless another process has taken it over."""
        with suppress(LeaseLostError):
            self.require_lease()
            self.text(traceback.format_exc(), "traceback.txt")
            self.end("failed")


def record_of(run: Run) -> RunRecord:
    """The record of a run, without curves and example scores. Raises: RnnbenchError where a tag is damaged."""
    tags = run.data.tags
    metrics = {key: float(value) for key, value in run.data.metrics.items()}
    known = {*_RECORD_FIELDS, "higher_is_better", "config", "seed", "host", "pid", "pid_start", EXAMPLE_FILES, LEASE}
    return RunRecord(
        kind=tags.get("kind", "train"),  # type: ignore[arg-type]
        task=tags.get("task", ""),
        data=tags.get("data", ""),
        fingerprint=tags.get("fingerprint", ""),
        model=tags.get("model", ""),
        metric=tags.get("metric", ""),
        higher_is_better=tags.get("higher_is_better") == "True",
        outcome=tags.get("outcome", "running"),  # type: ignore[arg-type]
        seed=int(tags["seed"]) if tags.get("seed") else None,
        run_id=run.info.run_id,
        name=run.info.run_name or "",
        config=json_tag(run, "config", dict),
        metrics={key: value for key, value in metrics.items() if not key.startswith(("cost/", CURVES))},
        costs={key.removeprefix("cost/"): value for key, value in metrics.items() if key.startswith("cost/")},
        tags={key: value for key, value in tags.items() if key not in known and not key.startswith("mlflow.")},
        protocol=tags.get("protocol", ""),
    )


def json_tag(run: Run, name: str, kind: type[Content]) -> Content:
    """The content of a tag in JSON; empty where the run does not have it. Raises: RnnbenchError where it is damaged."""
    try:
        content = json.loads(run.data.tags.get(name, json.dumps(kind())))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, kind):
        raise RnnbenchError(
            f"run {run.info.run_name} ({run.info.run_id}): its tag {name!r} is damaged. To find all damage, type: "
            "rnnbench store check"
        )
    return content


def status_of(outcome: str) -> str:
    """MLflow's status of a run that has ended with an outcome."""
    return _STATUS.get(outcome, "FAILED")


def curve_key(key: str) -> str:
    return f"{CURVES}{key.replace('/', '_')}"


def example_file(metric: str) -> str:
    """The name of the file with example scores of a metric; empty for the selecting one."""
    return f"{EXAMPLES}-{metric}.npz" if metric else f"{EXAMPLES}.npz"


def metric_of_file(name: str) -> str:
    return name.removeprefix(EXAMPLES).removesuffix(".npz").removeprefix("-")
