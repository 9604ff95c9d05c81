"""The runs of a store in MLflow: create, find, read and repair them.

One experiment per task and data set; in it, one parent run per sweep; below that its trials, confirmations and
baselines. The store is `mlruns/mlflow.db` with artifacts in `mlruns/artifacts/`. Only rnnbench.storage uses mlflow.
"""

from __future__ import annotations

import getpass
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mlflow.entities import Run, RunTag, ViewType
from mlflow.exceptions import MlflowException

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc
from rnnbench.storage.artifacts import ArtifactError, Artifacts, MissingArtifactError, json_object
from rnnbench.storage.database import is_writable, open_database
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.filters import filter_of, has_tags
from rnnbench.storage.leases import Lease, LeaseLostError, open_leases
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.losses import LOSSES_FILE, losses_from_bytes
from rnnbench.storage.owners import Owner
from rnnbench.storage.record import Outcome, RunRecord
from rnnbench.storage.run_writer import (
    CURVES,
    DETAILS,
    EXAMPLE_FILES,
    EXAMPLES,
    LEASE,
    PAGE,
    RunWriter,
    curve_key,
    json_tag,
    metric_of_file,
    record_of,
    status_of,
)

PARENT = "mlflow.parentRunId"
_SOURCE = {"mlflow.source.name": "rnnbench", "mlflow.source.type": "LOCAL"}


def experiment_name(task: str, data: str) -> str:
    """The MLflow experiment of a task on a data set: `sentiment-rotten_tomatoes`."""
    return nfc(f"{task}-{data}")


CRASHES = "crashes"
"""Tag: how many processes have ended by their own fault while they worked on the run."""
MOST_CRASHES = 2


class Crashed(NamedTuple):
    """A process that ended by its own fault, such as for want of memory, and the outcome of a run that did this."""

    pid: int
    outcome: Outcome


class Tracker:
    """The runs of one store."""

    def __init__(self) -> None:
        self.client = open_database()
        self.leases = open_leases()

    def experiment(self, task: str, data: str) -> str:
        """The id of the experiment of a task on a data set, which is created if needed."""
        return self.experiment_named(experiment_name(task, data))

    def experiment_named(self, name: str) -> str:
        """The id of an experiment, which is created if needed. Raises: RnnbenchError where nothing can be written."""
        if not is_writable():
            raise RnnbenchError(
                f"the store {store_folder()} cannot be written: make it writable, or set RNNBENCH_STORE to another "
                "folder"
            )
        with StoreLock(store_folder() / "mlflow.lock"):
            experiment = self.client.get_experiment_by_name(name)
            if experiment is None:
                location = (store_folder() / "artifacts" / file_name(name)).as_uri()
                return self.client.create_experiment(name, artifact_location=location)
        if experiment.lifecycle_stage != "active":
            self.client.restore_experiment(experiment.experiment_id)
        return experiment.experiment_id

    def experiments(self, task: str) -> dict[str, str]:
        """Experiment ids by data set, for every data set that the task has runs on."""
        prefix = f"{task}-"
        return {
            nfc(item.name.removeprefix(prefix)): item.experiment_id
            for item in self.client.search_experiments(view_type=ViewType.ACTIVE_ONLY)
            if item.name.startswith(prefix)
        }

    def describe_experiment(self, experiment_id: str, *, note: str, view: Mapping[str, Any]) -> None:
        """Set the experiment's description and the saved view that `rnnbench ui` opens."""
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

        lease: an existing lease on this work, released by its caller; None takes one that ends with the run.
        """
        # taken before the run is created, since a running one without a lease counts as lost
        held_lease = lease or self.leases.take(name)
        all_tags = {**_owner_tags(held_lease), **tags, **({PARENT: parent} if parent else {})}
        try:
            run = self.client.create_run(experiment_id, tags=all_tags, run_name=name)
        except BaseException:
            if lease is None:
                held_lease.release()
            raise
        return RunWriter(self.client, run.info.run_id, held_lease, releases=lease is None)

    def resume(self, run_id: str, *, lease: Lease | None = None) -> RunWriter:
        """A writer on an existing run, which is RUNNING again whatever its last outcome was.

        lease: as in `start`.
        """
        run, is_callers = self.run(run_id), lease is not None
        lease = lease or self._lease_of(run)
        if lease is None or not self.leases.is_held(lease.id):
            lease = self.leases.take(run.info.run_name or run_id)
        tags = {**_owner_tags(lease), "outcome": "running"}
        self.client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        self.client.update_run(run_id, status="RUNNING")
        return RunWriter(self.client, run_id, lease, releases=not is_callers)

    def claimed(self, run_id: str, lease: Lease | None = None) -> RunWriter:
        """A writer on a run started by this process.

        lease: as in `start`.
        Raises: LeaseLostError where another process has taken the run over.
        """
        run = self.run(run_id)
        if (held := self._lease_of(run)) is None:
            raise LeaseLostError(f"{run.info.run_name}: this process no longer holds the run's lease")
        held.require()
        return RunWriter(self.client, run_id, held, releases=lease is None)

    def writer(self, run_id: str) -> RunWriter:
        """A writer on an existing run, whose status stays as it is."""
        return RunWriter(self.client, run_id, self._lease_of(self.run(run_id)))

    def _lease_of(self, run: Run) -> Lease | None:
        """The lease of a run if this process holds it, else None."""
        return self.leases.of_this_process(run.data.tags.get(LEASE, ""))

    def run(self, run_id: str) -> Run:
        """A run by its id. Raises: RnnbenchError where it does not exist or the store cannot be read."""
        try:
            return self.client.get_run(run_id)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise RnnbenchError(f"run {run_id} cannot be read from the store: {error}") from error
            raise RnnbenchError(f"there is no run {run_id!r} in {store_folder()}") from error

    def find(self, experiment_id: str, **tags: str) -> list[Run]:
        """All runs with these tags, oldest first."""
        query = filter_of(tags)
        runs: list[Run] = []
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [experiment_id], query, max_results=PAGE, page_token=token, order_by=["attributes.start_time ASC"]
            )
            runs.extend(run for run in page if has_tags(run.data.tags, tags))
            token = page.token
            if not token:
                return runs

    def records(self, experiment_id: str, parent: str) -> list[RunRecord]:
        """All records below a sweep's run, without curves, oldest first."""
        return [record_of(run) for run in self.find(experiment_id, **{PARENT: parent})]

    def with_curves(self, record: RunRecord, keys: Iterable[str]) -> RunRecord:
        """The record with these curves, read from the store."""
        for key in keys:
            history = self.client.get_metric_history(record.run_id, curve_key(key))
            # a run that was continued may have logged a point twice: the newest counts
            history = sorted(history, key=lambda point: point.timestamp)
            record.curves[key] = sorted({point.step: point.value for point in history}.items())
        return record

    def with_examples(self, record: RunRecord) -> RunRecord:
        """The record with its example scores by every metric and its details, where the run has them.

        Raises: RnnbenchError where a file listed by the run is missing or cannot be read.
        """
        run, files = self.run(record.run_id), Artifacts(self.client)
        listed = run.data.tags.get(EXAMPLE_FILES)
        names = files.names(run) if listed is None else json_tag(run, EXAMPLE_FILES, list)
        try:
            examples = {
                metric_of_file(name) or record.metric: files.read(run, name, ExampleScores.from_bytes)
                for name in names
                if name.startswith(EXAMPLES) and name.endswith(".npz")
            }
            details = files.read(run, DETAILS, json_object) if DETAILS in names else {}
        except ArtifactError as error:
            tag = "" if listed is None else f" and the run's tag {EXAMPLE_FILES} (rnnbench ui)"
            raise ArtifactError(
                f"{error}. To continue without the example scores of this run, delete its files "
                f"{EXAMPLES}*.npz and {DETAILS}{tag}"
            ) from error
        return replace(record, examples=examples, details=details)

    def with_all_curves(self, record: RunRecord) -> RunRecord:
        """The record with every curve of the run, under the names that the store has for them."""
        stored = (key for key in self.run(record.run_id).data.metrics if key.startswith(CURVES))
        return self.with_curves(replace(record, curves={}), sorted(key.removeprefix(CURVES) for key in stored))

    def losses(self, run_id: str) -> np.ndarray | None:
        """The loss of every update of a run, None if it has none. Raises: RnnbenchError where it cannot be read."""
        try:
            return Artifacts(self.client).read(self.run(run_id), LOSSES_FILE, losses_from_bytes)
        except MissingArtifactError:
            return None

    def repair(self, experiment_id: str, crashed: Crashed | None = None) -> int:
        """End running runs whose lease has expired as killed, so that they can be continued. Returns their number.

        crashed: a process of this machine that ended by its own fault; a run that ends `MOST_CRASHES` processes so is
            not continued again, and has the outcome of the crash.
        """
        self.leases.expire()
        ended = 0
        for run in self.client.search_runs([experiment_id], "attributes.status = 'RUNNING'", max_results=PAGE):
            if self._is_lost(run):
                outcome = self._outcome_of_lost(run, crashed)
                self.client.set_tag(run.info.run_id, "outcome", outcome)
                self.client.set_terminated(run.info.run_id, status=status_of(outcome))
                ended += 1
        return ended

    def _outcome_of_lost(self, run: Run, crashed: Crashed | None) -> Outcome:
        tags = run.data.tags
        if crashed is None or (tags.get("host"), tags.get("pid")) != (platform.node(), str(crashed.pid)):
            return "killed"
        crashes = int(tags.get(CRASHES, "0")) + 1
        self.client.set_tag(run.info.run_id, CRASHES, str(crashes))
        return crashed.outcome if crashes >= MOST_CRASHES else "killed"

    def _is_lost(self, run: Run) -> bool:
        """Whether a run is RUNNING without a lease, as after its process died; versions without leases included."""
        tags = run.data.tags
        if tags.get("mlflow.source.name") != _SOURCE["mlflow.source.name"] or self.leases.is_held(tags.get(LEASE, "")):
            return False
        # a run ends before its lease does: only one that is still running, under the same lease, is lost
        now = self.client.get_run(run.info.run_id)
        return now.info.status == "RUNNING" and now.data.tags.get(LEASE) == tags.get(LEASE)

    def artifact(self, run_id: str, path: str) -> Path:
        """A file of a run as a local path: the file itself in a local store, else a downloaded copy.

        Raises: MissingArtifactError where the run has no such file; RnnbenchError where it cannot be downloaded.
        """
        return Artifacts(self.client).path(self.run(run_id), path)

    def read_json(self, run_id: str, path: str) -> dict[str, Any] | None:
        """The content of a JSON file of a run, None if it has none. Raises: RnnbenchError where it cannot be read."""
        try:
            return Artifacts(self.client).read(self.run(run_id), path, json_object)
        except MissingArtifactError:
            return None


def _owner_tags(lease: Lease) -> dict[str, str]:
    """Tags that name the process that writes a run; only the lease decides whether it is alive."""
    owner = Owner.this_process()
    return {**_SOURCE, "mlflow.user": _user(), "host": owner.host, "pid": str(owner.pid), LEASE: lease.id}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
