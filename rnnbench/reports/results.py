"""The comparison of a stored sweep, and which of its runs count."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Note
from rnnbench.comparison.other_metric import judged_by, with_note
from rnnbench.comparison.selection import candidates, chosen, is_open, repeated_runs, reselected_per_model
from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, UnknownNameError, did_you_mean
from rnnbench.core.text import nfc
from rnnbench.experiment.files import load, name_of
from rnnbench.metrics import metric_of
from rnnbench.storage.artifacts import ArtifactError
from rnnbench.storage.data_files import data_name, of_data
from rnnbench.storage.record import QUICK, RunRecord, model_name
from rnnbench.storage.tracker import PARENT, Run, Tracker

PLAN_FILE = "plan.json"
"""On a sweep's run: the configuration of each of its encoders, as the last call had them."""

QUICK_NAME = "-quick"
"""End of the name of a sweep's run that was started with `--quick`."""


@dataclass(frozen=True)
class Result:
    """A comparison, its records, and the run of its sweep. name: the task or study that the sweep was run as."""

    comparison: Comparison
    records: tuple[RunRecord, ...]
    parent: str
    experiment_id: str
    name: str


def latest_sweep(tracker: Tracker, task: str, data: str | None = None, sweep: str | None = None) -> tuple[str, str]:
    """Experiment id and run id of the newest sweep of a task or study.

    data: a known data set, or the path of a file, which stands for the runs on a file with the same content.
    Raises: ComparisonError saying what to type; SeveralFilesError where `data` does not name exactly one data set.
    """
    typed, name, task = task, name_of(task), task_of(tracker, task)
    experiments = tracker.experiments(task)
    known_as = None if data is None else data_name(data)
    if known_as is not None and known_as not in experiments:
        near = did_you_mean(known_as, experiments)
        raise ComparisonError(
            f"no runs of {task} on {known_as!r}.{near} Type: rnnbench sweep {typed} --data {shlex.quote(str(data))}"
        )
    sweeps = [
        run
        for known, experiment_id in experiments.items()
        if known_as in (None, known)
        for run in tracker.find(experiment_id, kind="sweep")
        if run.data.tags.get("study", task) == name
    ]
    if data is not None and sweep is None:
        sweeps = of_data(sweeps, data)
    if not sweeps:
        raise ComparisonError(f"no sweep of {name} to compare yet. Type: rnnbench sweep {typed}")
    sweeps.sort(key=lambda run: int(run.info.start_time), reverse=True)
    if sweep is None:
        # a sweep that was stopped before its first confirmation does not hide an earlier one
        run = next((run for run in sweeps if is_confirmed(tracker, run)), sweeps[0])
    else:
        matches = [run for run in sweeps if nfc(sweep) in (run.info.run_id, nfc(str(run.info.run_name)))]
        if not matches:
            raise UnknownNameError("sweep", sweep, {str(run.info.run_name) for run in sweeps})
        run = matches[0]
    return run.info.experiment_id, run.info.run_id


def task_of(tracker: Tracker, experiment: str) -> str:
    """The task of an experiment's name or path, from the store or else from its file.

    Raises: UnknownNameError with the nearest task or study.
    """
    name = name_of(experiment)
    if name in registry.names("tasks"):
        return name
    return studies(tracker).get(name) or load(experiment).task


def studies(tracker: Tracker) -> dict[str, str]:
    """The studies with sweeps in the store, and the task of each."""
    sweeps = [
        (int(run.info.start_time), str(run.data.tags["study"]), task)
        for task in registry.names("tasks")
        for experiment_id in tracker.experiments(task).values()
        for run in tracker.find(experiment_id, kind="sweep")
        if "study" in run.data.tags
    ]
    return {study: task for _, study, task in sorted(sweeps)}  # the newest sweep decides


def is_confirmed(tracker: Tracker, sweep: Run) -> bool:
    """Whether a confirmation of this sweep has completed."""
    confirmed = {"kind": "confirm", "outcome": "completed", PARENT: sweep.info.run_id}
    return bool(tracker.find(sweep.info.experiment_id, **confirmed))


def of_sweep(
    tracker: Tracker, parent: str, *, force: bool = False, reach: float | None = None, metric: str | None = None
) -> Result:
    """The comparison of one sweep, from the store alone.

    reach: a validation score; the comparison has the training seconds until each encoder first reached it.
    metric: compare by another metric that was logged on the test split.

    Raises: ComparisonError where nothing is confirmed or runs are not comparable; UnknownNameError for the metric.
    """
    run = tracker.run(parent)
    records = tracker.records(run.info.experiment_id, parent)
    codes = codes_of(tracker, parent)
    name = str(run.data.tags.get("study", run.data.tags.get("task", "TASK")))
    counted = current(records, codes)
    if not any(record.kind == "confirm" for record in counted):
        raise ComparisonError(_nothing_confirmed(counted, name))
    counted = [with_details(tracker, record, metric) for record in counted]
    judged = counted if metric is None else judged_by(counted, metric)
    notes = earlier_choices(records, codes)
    comparison = compare(judged, force=force, reach=reach, name=name, notes=notes, is_quick=is_quick(run))
    comparison = with_note(comparison, metric_of(counted[0]))
    return Result(comparison, tuple(counted), parent, run.info.experiment_id, name)


def is_quick(sweep: Run) -> bool:
    """Whether a sweep was run with `--quick`; by its name where an earlier version did not record it."""
    return sweep.data.tags.get(QUICK) == str(True) or str(sweep.info.run_name).endswith(QUICK_NAME)


def earlier_choices(records: Sequence[RunRecord], codes: Mapping[str, str | None]) -> list[Note]:
    """A note on configurations that were scored on the test split and are no longer chosen; or none."""
    opened = {
        (record.model, record.tags.get("choice"))
        for record in records
        if record.kind == "confirm" and record.tags.get("test_opened") == "True"
    }
    now = {(model, trial.tags.get("choice")) for model, trial in chosen(of_newest_code(records, codes)).items()}
    counts = Counter(model for model, _ in opened - now)
    if not counts:
        return []
    listed = ", ".join(f"{model} {count}" for model, count in sorted(counts.items()))
    short = f"Configurations that were chosen earlier and also scored on the test split: {listed}."
    return [Note(f"{short} Continuing a search after its test scores are known is not blind.", short)]


def _nothing_confirmed(records: Sequence[RunRecord], task: str) -> str:
    """Why there is no table yet, and what to type."""
    trials = [record for record in records if record.kind == "trial"]
    if not trials:
        return f"nothing to compare yet: this sweep has not finished a trial. To continue, type: rnnbench sweep {task}"
    if any(record.outcome == "completed" for record in trials):
        return f"nothing to compare yet: only trials, which have no test score. Type: rnnbench confirm {task}"
    counts = Counter((record.model, record.outcome) for record in trials)
    listed = ", ".join(f"{model} {count} {end.replace('_', ' ')}" for (model, end), count in sorted(counts.items()))
    return (
        f"nothing to compare: no trial of any encoder completed ({listed}). Where training diverges, a smaller "
        "training.learning_rate helps; a failed run has its traceback as an artifact (rnnbench ui)"
    )


def current(records: Sequence[RunRecord], codes: Mapping[str, str | None] | None = None) -> list[RunRecord]:
    """The records that count: trials, baselines, repeated candidates, and confirmations of the final choices.

    codes: as `codes_of` gives them.
    """
    records = of_newest_code(records, codes or {})
    choices = {model: trial.tags["choice"] for model, trial in chosen(records).items()}
    again = candidates(records, reselected_per_model(records))
    ids = {one.run_id for found in again.values() for trial in found for one in repeated_runs(records, trial)}
    return [
        record
        for record in records
        if not is_open(record)
        and (
            record.kind in ("trial", "baseline")
            or (record.kind == "confirm" and choices.get(record.model) == record.tags.get("choice"))
            or (record.kind == "reselect" and record.run_id in ids)
        )
    ]


def codes_of(tracker: Tracker, parent: str) -> dict[str, str | None]:
    """By encoder, the code of a user's encoder file at the sweep's last call; None for an encoder of the package."""
    return {model_name(model): plain["encoder"].get("code") for model, plain in plan_of(tracker, parent).items()}


def plan_of(tracker: Tracker, parent: str) -> dict[str, dict[str, Any]]:
    """By model, the plain configuration of each encoder of a sweep; empty where the store has none.

    Raises: ArtifactError where the file is damaged.
    """
    try:
        plan = tracker.read_json(parent, PLAN_FILE) or {}
    except ArtifactError:
        plan = {"": {}}
    if not is_plan(plan):
        raise ArtifactError(
            f"{tracker.artifact(parent, PLAN_FILE)} is damaged. To repair it, type: rnnbench store repair"
        )
    return plan


def is_plan(plain: Mapping[str, Any]) -> bool:
    """Whether plain data are the configurations of a sweep's encoders."""
    return all(
        isinstance(config, dict) and all(isinstance(config.get(section), dict) for section in ("task", "encoder"))
        for config in plain.values()
    )


def of_newest_code(records: Sequence[RunRecord], codes: Mapping[str, str | None]) -> list[RunRecord]:
    """The records without those of other versions of a user's encoder file; by default the newest version counts."""

    def code(record: RunRecord) -> str | None:
        return record.config.get("encoder", {}).get("code")

    codes = {record.model: code(record) for record in records if record.kind == "trial" and record.config} | {**codes}
    return [record for record in records if not record.config or code(record) == codes.get(record.model, code(record))]


def with_details(tracker: Tracker, record: RunRecord, metric: str | None = None) -> RunRecord:
    """The record with its scores per test example and, of a confirmation, its validation curves and seconds.

    metric: another metric whose curve is read too, and whose test score is enough to read the scores per example.
    """
    if any(f"test/{key}" in record.metrics for key in (record.metric, metric)):
        record = tracker.with_examples(record)
    if record.kind == "confirm":
        curves = dict.fromkeys(f"validation/{key}" for key in (record.metric, metric) if key)
        record = tracker.with_curves(record, [*curves, "seconds"])
    return record
