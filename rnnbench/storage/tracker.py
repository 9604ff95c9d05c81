"""RunRecords to MLflow and back, without loss. The only module that uses mlflow.

One experiment per task and data set. Below it, per sweep, one parent run; below that its trials, confirmations and
baselines. The store is `mlruns/mlflow.db` with artifacts in `mlruns/artifacts/`.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.entities import Run, RunTag, ViewType
from mlflow.exceptions import MlflowException

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.artifacts import ArtifactError, Artifacts, MissingArtifactError
from rnnbench.storage.database import create_database, tracking_uri
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.filters import filter_of, has_tags, normalized
from rnnbench.storage.leases import Lease, LeaseLostError, open_leases
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.owners import Owner
from rnnbench.storage.record import RunRecord
from rnnbench.storage.run_writer import (
    DETAILS,
    EXAMPLE_FILES,
    EXAMPLES,
    LEASE,
    PAGE,
    RunWriter,
    curve_key,
    metric_of_file,
    record_of,
)

PARENT = "mlflow.parentRunId"
_SOURCE = {"mlflow.source.name": "rnnbench", "mlflow.source.type": "LOCAL"}


def experiment_name(task: str, data: str) -> str:
    """The MLflow experiment of a task on a data set: `sentiment-rotten_tomatoes`."""
    return normalized(f"{task}-{data}")


class Tracker:
    """The runs of one store."""

    def __init__(self) -> None:
        # two processes that meet an empty store at once would break its schema for good
        with FileLock(str(store_folder() / "mlflow.lock")):
            create_database()
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
                [experiment_id], query, max_results=PAGE, page_token=token, order_by=["attributes.start_time ASC"]
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
            history = self.client.get_metric_history(record.run_id, curve_key(key))
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
                metric_of_file(name) or record.metric: files.read(run, name, ExampleScores.from_bytes)
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
        for run in self.client.search_runs([experiment_id], "attributes.status = 'RUNNING'", max_results=PAGE):
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


def _owner_tags(lease: Lease) -> dict[str, str]:
    """What says who writes a run; the host and the process are for people, the lease decides."""
    owner = Owner.this_process()
    return {**_SOURCE, "mlflow.user": _user(), "host": owner.host, "pid": str(owner.pid), LEASE: lease.id}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
