"""From the store to a comparison: which runs count."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Note
from rnnbench.comparison.other_metric import judged_by, with_note
from rnnbench.comparison.selection import candidates, chosen, repeated_runs, reselected_per_model
from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, UnknownNameError, did_you_mean
from rnnbench.experiment.files import load, name_of
from rnnbench.metrics import metric_of
from rnnbench.storage.filters import normalized
from rnnbench.storage.record import RunRecord, model_name
from rnnbench.storage.tracker import PARENT, Run, Tracker

PLAN_FILE = "plan.json"
"""On a sweep's run: the configuration of each of its encoders, as the last call had them."""


@dataclass(frozen=True)
class Result:
    """A comparison, the records behind it, and the run of the sweep it belongs to.

    name: of the task, or of the study, that the sweep was run as.
    """

    comparison: Comparison
    records: tuple[RunRecord, ...]
    parent: str
    experiment_id: str
    name: str


def latest_sweep(tracker: Tracker, task: str, data: str | None = None, sweep: str | None = None) -> tuple[str, str]:
    """Experiment id and run id of the newest sweep of a task or study. Raises: ComparisonError saying what to type."""
    typed, name, task = task, name_of(task), task_of(tracker, task)
    experiments = tracker.experiments(task)
    if data is not None:
        data = normalized(Path(data).name)  # a file of the user's own has its own name as the name of the data set
    if data is not None and data not in experiments:
        near = did_you_mean(data, experiments)
        raise ComparisonError(
            f"no runs of {task} on {data!r}.{near} Type: rnnbench sweep {typed} --data {shlex.quote(data)}"
        )
    found = [
        run
        for known, experiment_id in experiments.items()
        if data in (None, known)
        for run in tracker.find(experiment_id, kind="sweep")
        if run.data.tags.get("study", task) == name
    ]
    if not found:
        raise ComparisonError(f"no sweep of {name} to compare yet. Type: rnnbench sweep {typed}")
    found.sort(key=lambda run: int(run.info.start_time), reverse=True)
    if sweep is not None:
        wanted = normalized(sweep)
        named = [run for run in found if wanted in (run.info.run_id, normalized(str(run.info.run_name)))]
        if not named:
            raise UnknownNameError("sweep", sweep, {str(run.info.run_name) for run in found})
        return named[0].info.experiment_id, named[0].info.run_id
    # one that was broken off before its first confirmation does not hide what there is
    newest = next((run for run in found if is_confirmed(tracker, run)), found[0])
    return newest.info.experiment_id, newest.info.run_id


def task_of(tracker: Tracker, experiment: str) -> str:
    """The task of an experiment's name or path: as the store has a study's sweeps, or else as its file says.

    Raises: UnknownNameError with the nearest task or study.
    """
    name = name_of(experiment)
    if name in registry.names("tasks"):
        return name
    return studies(tracker).get(name) or load(experiment).task


def studies(tracker: Tracker) -> dict[str, str]:
    """The studies that the store has sweeps of, and the task of each."""
    sweeps = [
        (int(run.info.start_time), str(run.data.tags["study"]), task)
        for task in registry.names("tasks")
        for experiment_id in tracker.experiments(task).values()
        for run in tracker.find(experiment_id, kind="sweep")
        if "study" in run.data.tags
    ]
    return {study: task for _, study, task in sorted(sweeps)}  # the newest, where a name stands for two


def is_confirmed(tracker: Tracker, sweep: Run) -> bool:
    """Whether a confirmation of this sweep has completed."""
    confirmed = {"kind": "confirm", "outcome": "completed", PARENT: sweep.info.run_id}
    return bool(tracker.find(sweep.info.experiment_id, **confirmed))


def of_sweep(
    tracker: Tracker, parent: str, *, force: bool = False, reach: float | None = None, metric: str | None = None
) -> Result:
    """The comparison of one sweep, from the store alone.

    reach: a validation score, to say how long each encoder trained until it got there.
    metric: another one that the runs logged on the test split, in the place of the one that selected.

    Raises: ComparisonError where nothing is confirmed or runs are unlike; UnknownNameError for a metric not logged.
    """
    run = tracker.run(parent)
    records = tracker.records(run.info.experiment_id, parent)
    codes = codes_of(tracker, parent)
    found = current(records, codes)
    if not any(record.kind == "confirm" for record in found):
        raise ComparisonError(_nothing_confirmed(found, _name(run)))
    found = with_curves(tracker, with_examples(tracker, found), metric)
    judged = found if metric is None else judged_by(found, metric)
    name = _name(run)
    looks = earlier_looks(records, codes)
    comparison = compare(judged, force=force, reach=reach, name=name, notes=looks)
    comparison = with_note(comparison, metric_of(found[0]))
    return Result(comparison, tuple(found), parent, run.info.experiment_id, name)


def earlier_looks(records: Sequence[RunRecord], codes: Mapping[str, str | None]) -> list[Note]:
    """A note of configurations that were scored on the test split and are no longer chosen, or nothing."""
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
    return [
        Note(
            f"Configurations that were chosen earlier and also scored on the test split: {listed}. Continuing a search "
            "after its test scores are known is not blind.",
            f"Configurations that were chosen earlier and also scored on the test split: {listed}.",
        )
    ]


def _name(sweep: Run) -> str:
    """What a sweep was run as: a study, or the task itself."""
    found: str = sweep.data.tags.get("study", sweep.data.tags.get("task", "TASK"))
    return found


def _nothing_confirmed(records: Sequence[RunRecord], task: str) -> str:
    """Why there is no table yet, and what to type."""
    trials = [record for record in records if record.kind == "trial"]
    if not trials:
        return f"nothing to compare yet: this sweep has not finished a trial. To go on, type: rnnbench sweep {task}"
    if any(record.outcome == "completed" for record in trials):
        return f"nothing to compare yet: only trials, which have no test score. Type: rnnbench confirm {task}"
    counts = Counter((record.model, record.outcome) for record in trials)
    listed = ", ".join(f"{model} {count} {end.replace('_', ' ')}" for (model, end), count in sorted(counts.items()))
    return (
        f"nothing to compare: no trial of any encoder completed ({listed}). Where training diverges, a smaller "
        "training.learning_rate helps; a failed run has its traceback as an artifact (rnnbench ui)"
    )


def current(records: Sequence[RunRecord], codes: Mapping[str, str | None] | None = None) -> list[RunRecord]:
    """The records that count: trials, baselines, and confirmations of what each search chose in the end.

    The choice of a model is made as `choosing` says; where candidates were trained again, those runs count too.

    Args:
        codes: the state of each encoder's own file that the last call of the sweep had, see `codes_of`.
    """
    records = of_newest_code(records, codes or {})
    choices = {model: trial.tags["choice"] for model, trial in chosen(records).items()}
    again = candidates(records, reselected_per_model(records))
    ids = {one.run_id for found in again.values() for trial in found for one in repeated_runs(records, trial)}
    return [
        record
        for record in records
        if record.outcome not in ("interrupted", "running")
        and (
            record.kind in ("trial", "baseline")
            or (record.kind == "confirm" and choices.get(record.model) == record.tags.get("choice"))
            or (record.kind == "reselect" and record.run_id in ids)
        )
    ]


def codes_of(tracker: Tracker, parent: str) -> dict[str, str | None]:
    """By encoder, what its own file held when the sweep was last called; None for one that comes with rnnbench."""
    return {model_name(model): plain["encoder"].get("code") for model, plain in plan_of(tracker, parent).items()}


def plan_of(tracker: Tracker, parent: str) -> dict[str, dict[str, Any]]:
    """The plain configuration of each encoder of a sweep, by model, as its calls have left them; empty for none."""
    return tracker.read_json(parent, PLAN_FILE) or {}


def of_newest_code(records: Sequence[RunRecord], codes: Mapping[str, str | None]) -> list[RunRecord]:
    """The records without those of another state of a user's own encoder file; where none is told, the newest's."""
    codes = {record.model: _code(record) for record in records if record.kind == "trial" and record.config} | {**codes}
    return [
        record for record in records if not record.config or _code(record) == codes.get(record.model, _code(record))
    ]


def _code(record: RunRecord) -> str | None:
    found: str | None = record.config.get("encoder", {}).get("code")
    return found


def with_curves(tracker: Tracker, records: Sequence[RunRecord], metric: str | None = None) -> list[RunRecord]:
    """The records, confirmations with their validation curve and the seconds that training had taken.

    metric: another one whose curve is wanted besides that of the one that selects.
    """
    more = [] if metric is None else [f"validation/{metric}"]
    return [
        tracker.with_curves(record, dict.fromkeys([f"validation/{record.metric}", *more, "seconds"]))
        if record.kind == "confirm"
        else record
        for record in records
    ]


def with_examples(tracker: Tracker, records: Sequence[RunRecord]) -> list[RunRecord]:
    """The records, those that were scored on the test split with the scores of each example."""
    return [
        tracker.with_examples(record) if f"test/{record.metric}" in record.metrics else record for record in records
    ]
