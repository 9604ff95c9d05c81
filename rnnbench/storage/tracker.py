"""RunRecords to MLflow and back, without loss. The only module that uses mlflow.

One experiment per task and data set. Below it, per sweep, one parent run; below that its trials, confirmations and
baselines. The store is `mlruns/mlflow.db` with artifacts in `mlruns/artifacts/`.
"""

from __future__ import annotations

import getpass
import json
import logging
import math
import os
import tempfile
import time
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag, ViewType
from mlflow.exceptions import MlflowException

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.artifacts import ArtifactError, Artifacts, MissingArtifactError
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.filters import filter_of, has_tags, normalized
from rnnbench.storage.leases import Lease, LeaseLostError, open_leases
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.owners import Owner
from rnnbench.storage.record import RunRecord

logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)

PARENT = "mlflow.parentRunId"
LEASE = "lease"
"""The tag with the id of the lease that whoever writes the run holds."""
_SOURCE = {"mlflow.source.name": "rnnbench", "mlflow.source.type": "LOCAL"}
EXAMPLES = "test_examples"
"""The file with the scores of the test examples by the selecting metric; others have their name behind it."""
DETAILS = "test_details.json"
"""The file with what of the test scores is no single number."""
EXAMPLE_FILES = "example_files"
"""The tag that lists the files with the scores of test examples and details; runs of earlier versions have none."""
_FINISHED = {"completed": "FINISHED", "pruned": "FINISHED", "interrupted": "KILLED"}
_RECORD_FIELDS = ("kind", "task", "data", "fingerprint", "model", "metric", "outcome", "protocol")
_PAGE = 1000


def tracking_uri() -> str:
    """The address of the store: a database file, always named in full."""
    return f"sqlite:///{store_folder() / 'mlflow.db'}"


def experiment_name(task: str, data: str) -> str:
    """The MLflow experiment of a task on a data set: `sentiment-rotten_tomatoes`."""
    return normalized(f"{task}-{data}")


class Tracker:
    """The runs of one store."""

    def __init__(self) -> None:
        # two processes that meet an empty store at once would break its schema for good
        with FileLock(str(store_folder() / "mlflow.lock")):
            _create_database()
            self.client = MlflowClient(tracking_uri=tracking_uri())
            self.client.search_experiments(max_results=1)
        self.leases = open_leases()

    def experiment(self, task: str, data: str) -> str:
        """The id of the experiment of a task on a data set, made where it is missing."""
        name = experiment_name(task, data)
        with FileLock(str(store_folder() / "mlflow.lock")):
            found = self.client.get_experiment_by_name(name)
            if found is None:
                location = (store_folder() / "artifacts" / file_name(name)).as_uri()
                return self.client.create_experiment(name, artifact_location=location)
        if found.lifecycle_stage != "active":
            self.client.restore_experiment(found.experiment_id)
        return found.experiment_id

    def experiments(self, task: str) -> dict[str, str]:
        """Data set name to experiment id, for every data set that the task has runs on."""
        found = self.client.search_experiments(view_type=ViewType.ACTIVE_ONLY)
        prefix = f"{task}-"
        return {
            normalized(item.name.removeprefix(prefix)): item.experiment_id
            for item in found
            if item.name.startswith(prefix)
        }

    def describe_experiment(self, experiment_id: str, *, note: str, view: Mapping[str, Any]) -> None:
        """Sets the experiment's description and the saved view that `rnnbench ui` opens."""
        self.client.set_experiment_tag(experiment_id, "mlflow.note.content", note)
        self.client.set_experiment_tag(experiment_id, "mlflow.experimentKind", "custom_model_development")
        self.client.set_experiment_tag(experiment_id, "mlflow.sharedViewState.rnnbench", json.dumps(dict(view)))

    def start(
        self,
        experiment_id: str,
        name: str,
        tags: Mapping[str, str],
        parent: str | None = None,
        *,
        lease: Lease | None = None,
    ) -> RunWriter:
        """A new run in the state RUNNING.

        lease: of the work that the run is part of, released by whoever took it; None takes one that ends with the run.
        """
        held = lease or self.leases.take(name)  # before there is a run: a running one without a lease is lost
        own = {**_owner_tags(held), **tags, **({PARENT: parent} if parent else {})}
        try:
            run = self.client.create_run(experiment_id, tags=own, run_name=name)
        except BaseException:
            if lease is None:
                held.release()
            raise
        return RunWriter(self.client, run.info.run_id, held, releases=lease is None)

    def resume(self, run_id: str) -> RunWriter:
        """An existing run, to be written on; what its last end was no longer holds."""
        run = self.run(run_id)
        lease = self._lease_of(run)
        if lease is None or not self.leases.is_held(lease.id):
            lease = self.leases.take(run.info.run_name or run_id)
        tags = {**_owner_tags(lease), "outcome": "running"}
        self.client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        self.client.update_run(run_id, status="RUNNING")
        return RunWriter(self.client, run_id, lease)

    def claimed(self, run_id: str) -> RunWriter:
        """A writer on a run that this process has begun. Raises: LeaseLostError where another has ended it since."""
        run = self.run(run_id)
        if (lease := self._lease_of(run)) is None:
            raise LeaseLostError(f"{run.info.run_name}: this process does not hold the run's lease any more")
        lease.require()
        return RunWriter(self.client, run_id, lease)

    def writer(self, run_id: str) -> RunWriter:
        """A writer on an existing run, whose state it leaves."""
        return RunWriter(self.client, run_id, self._lease_of(self.run(run_id)))

    def _lease_of(self, run: Run) -> Lease | None:
        """The lease of a run where this process holds it."""
        return self.leases.of_this_process(run.data.tags.get(LEASE, ""))

    def run(self, run_id: str) -> Run:
        """A run by its id. Raises: RnnbenchError where there is none, or the store cannot be read."""
        try:
            return self.client.get_run(run_id)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise RnnbenchError(f"run {run_id} cannot be read from the store: {error}") from error
            raise RnnbenchError(f"there is no run {run_id!r} in {store_folder()}") from error

    def find(self, experiment_id: str, **tags: str) -> list[Run]:
        """Every run with these tags, the oldest first."""
        query = filter_of(tags)
        found: list[Run] = []
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [experiment_id], query, max_results=_PAGE, page_token=token, order_by=["attributes.start_time ASC"]
            )
            found.extend(run for run in page if has_tags(run.data.tags, tags))
            token = page.token
            if not token:
                return found

    def records(self, experiment_id: str, parent: str) -> list[RunRecord]:
        """Every record below a sweep's run, without curves; the oldest first."""
        return [record_of(run) for run in self.find(experiment_id, **{PARENT: parent})]

    def with_curves(self, record: RunRecord, keys: Iterable[str]) -> RunRecord:
        """The record with these curves read from the store."""
        for key in keys:
            history = self.client.get_metric_history(record.run_id, _curve_key(key))
            record.curves[key] = sorted({(point.step, point.value) for point in history})
        return record

    def with_examples(self, record: RunRecord) -> RunRecord:
        """The record with the scores of its test examples by every metric, and details, where the run has them.

        Raises: RnnbenchError where a file that the run says it has is missing, or one cannot be read.
        """
        run, files = self.run(record.run_id), Artifacts(self.client)
        listed = run.data.tags.get(EXAMPLE_FILES)
        names = files.names(run) if listed is None else json.loads(listed)
        try:
            examples = {
                _metric_of(name) or record.metric: files.read(run, name, ExampleScores.from_bytes)
                for name in names
                if name.startswith(EXAMPLES) and name.endswith(".npz")
            }
            details = files.read(run, DETAILS, json.loads) if DETAILS in names else {}
        except ArtifactError as error:
            tag = "" if listed is None else f" and the run's tag {EXAMPLE_FILES} (rnnbench ui)"
            raise ArtifactError(
                f"{error}. To go on without the scores of this run's test examples, delete its files "
                f"{EXAMPLES}*.npz and {DETAILS}{tag}"
            ) from error
        return replace(record, examples=examples, details=details)

    def repair(self, experiment_id: str) -> int:
        """Ends runs whose lease is gone: they would be shown as running for ever. Returns how many."""
        self.leases.expire()
        ended = 0
        for run in self.client.search_runs([experiment_id], "attributes.status = 'RUNNING'", max_results=_PAGE):
            if self._is_lost(run):
                self.client.set_tag(run.info.run_id, "outcome", "interrupted")
                self.client.set_terminated(run.info.run_id, status="KILLED")
                ended += 1
        return ended

    def _is_lost(self, run: Run) -> bool:
        """True for a run that runs without a lease; those of versions that had no leases are lost too."""
        tags = run.data.tags
        if tags.get("mlflow.source.name") != _SOURCE["mlflow.source.name"] or self.leases.is_held(tags.get(LEASE, "")):
            return False
        # a run ends before its lease does: only one that runs still, and under the same lease, has lost it
        now = self.client.get_run(run.info.run_id)
        return now.info.status == "RUNNING" and now.data.tags.get(LEASE) == tags.get(LEASE)

    def artifact(self, run_id: str, path: str) -> Path:
        """A file of a run as a local path: the file itself where the store is on this machine, else a copy.

        Raises: MissingArtifactError where the run has none of that name; RnnbenchError where it cannot be fetched.
        """
        return Artifacts(self.client).path(self.run(run_id), path)

    def read_json(self, run_id: str, path: str) -> dict[str, Any] | None:
        """A JSON file of a run; None where it has none. Raises: RnnbenchError where it cannot be fetched or read."""
        try:
            content: dict[str, Any] = Artifacts(self.client).read(self.run(run_id), path, json.loads)
        except MissingArtifactError:
            return None
        return content


class RunWriter:
    """One run being written: metrics are gathered and sent in one batch when `flush` is called.

    lease: where this process holds the run's, it must hold it still when the run ends. releases: the lease ends then.
    """

    def __init__(self, client: MlflowClient, run_id: str, lease: Lease | None = None, *, releases: bool = True) -> None:
        self.client, self.run_id = client, run_id
        self.lease, self._releases = lease, releases
        self._waiting: list[Metric] = []

    @property
    def is_lost(self) -> bool:
        """True when it is known that another process has taken the run over."""
        return self.lease is not None and self.lease.is_lost

    def require_lease(self) -> None:
        """Returns if the run is still this process's to write. Raises: LeaseLostError."""
        if self.lease is not None:
            self.lease.require()

    def curve(self, update: int, values: Mapping[str, float]) -> None:
        """Takes in one point of each curve. A key of its own, since MLflow shows the last point as a run's value."""
        self._take(update, {_curve_key(key): value for key, value in values.items()})

    def _take(self, step: int, values: Mapping[str, float]) -> None:
        """Gathers values, sent by every 200th and by `flush`. MLflow's store has no place for what is not finite."""
        now = int(time.time() * 1000)
        self._waiting.extend(Metric(key, value, now, step) for key, value in values.items() if math.isfinite(value))
        if len(self._waiting) >= 200:
            self.flush()

    def flush(self) -> None:
        """Sends what waits."""
        for start in range(0, len(self._waiting), _PAGE):
            self.client.log_batch(self.run_id, metrics=self._waiting[start : start + _PAGE])
        self._waiting.clear()

    def tags(self, values: Mapping[str, str]) -> None:
        """Sets tags."""
        self.client.log_batch(self.run_id, tags=[RunTag(key, value) for key, value in values.items()])

    def text(self, content: str, path: str) -> None:
        """Stores a text as an artifact."""
        self.client.log_text(self.run_id, content, path)

    def file(self, path: Path, folder: str = "") -> None:
        """Stores a file as an artifact."""
        self.client.log_artifact(self.run_id, str(path), folder or None)

    def examples(self, record: RunRecord) -> None:
        """Stores the scores of a record's test examples, a file per metric, and its details."""
        names = {metric: _example_file("" if metric == record.metric else metric) for metric in record.examples}
        self.tags({EXAMPLE_FILES: json.dumps(sorted([*names.values(), *([DETAILS] if record.details else [])]))})
        if record.details:
            self.text(json.dumps(record.details, ensure_ascii=False), DETAILS)
        with tempfile.TemporaryDirectory() as folder:
            for metric, scores in record.examples.items():
                path = Path(folder) / names[metric]
                path.write_bytes(scores.to_bytes())
                self.file(path)

    def finish(self, record: RunRecord, params: Mapping[str, Any]) -> None:
        """Writes the whole record and ends the run with its outcome. Raises: LeaseLostError, as `end`."""
        self.require_lease()
        self._take(0, record.metrics)
        self._take(0, {f"cost/{key}": value for key, value in record.costs.items()})
        self.flush()
        self.client.log_batch(self.run_id, params=[Param(key, str(value)[:6000]) for key, value in params.items()])
        self.describe(record)
        self.end(record.outcome)

    def describe(self, record: RunRecord) -> None:
        """Writes what is known before a run has ended: one that fails still says what it was, on which data."""
        tags = {field: str(getattr(record, field)) for field in _RECORD_FIELDS if field != "outcome"}
        tags |= {"higher_is_better": str(record.higher_is_better), "config": json.dumps(record.config, sort_keys=True)}
        tags |= {"seed": "" if record.seed is None else str(record.seed), **record.tags}
        self.tags(tags)

    def end(self, outcome: str) -> None:
        """Ends the run without a record: the outcome decides the status MLflow shows.

        Raises: LeaseLostError where another process has taken the run over; nothing is written then.
        """
        self.require_lease()
        self.flush()
        self.client.set_tag(self.run_id, "outcome", outcome)
        self.client.set_terminated(self.run_id, status=_FINISHED.get(outcome, "FAILED"))
        if self.lease is not None and self._releases:
            self.lease.release()

    def fail(self) -> None:
        """Ends the run as failed, with the traceback of the error at hand, unless another has taken it over."""
        with suppress(LeaseLostError):
            self.require_lease()
            self.text(traceback.format_exc(), "traceback.txt")
            self.end("failed")


def _owner_tags(lease: Lease) -> dict[str, str]:
    """What says who writes a run; the host and the process are for people, the lease decides."""
    owner = Owner.this_process()
    return {**_SOURCE, "mlflow.user": _user(), "host": owner.host, "pid": str(owner.pid), LEASE: lease.id}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _create_database() -> None:
    """Makes the store's tables beside their place, and moves them there whole: half-made ones stay broken for good."""
    database = store_folder() / "mlflow.db"
    if database.exists():
        return
    unfinished = database.with_suffix(".unfinished")
    for left in store_folder().glob(f"{unfinished.name}*"):
        left.unlink()
    MlflowClient(tracking_uri=f"sqlite:///{unfinished}").search_experiments(max_results=1)
    os.replace(unfinished, database)


def record_of(run: Run) -> RunRecord:
    """The record that `RunWriter.finish` wrote, without its curves."""
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
        config=json.loads(tags.get("config", "{}")),
        metrics={key: value for key, value in metrics.items() if not key.startswith(("cost/", "curves/"))},
        costs={key.removeprefix("cost/"): value for key, value in metrics.items() if key.startswith("cost/")},
        tags={key: value for key, value in tags.items() if key not in known and not key.startswith("mlflow.")},
        protocol=tags.get("protocol", ""),
    )


def _curve_key(key: str) -> str:
    return f"curves/{key.replace('/', '_')}"


def _example_file(metric: str) -> str:
    """The name of the file with one metric's example scores; no metric stands for the one that selects."""
    return f"{EXAMPLES}-{metric}.npz" if metric else f"{EXAMPLES}.npz"


def _metric_of(name: str) -> str:
    return name.removeprefix(EXAMPLES).removesuffix(".npz").removeprefix("-")
