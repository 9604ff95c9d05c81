"""Find a stored run by `best`, its run id or the start of it, or its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, RnnbenchError, did_you_mean
from rnnbench.experiment.classes import task_class
from rnnbench.reports import results
from rnnbench.runs.train import KEPT_KINDS
from rnnbench.storage.data_files import data_name, of_data
from rnnbench.storage.location import store_folder
from rnnbench.storage.record import RERUN_OF, RunRecord, by_validation
from rnnbench.storage.tracker import Run, Tracker, record_of
from rnnbench.tasks.inference import Inference

BEST = "best"
FEWEST_DIGITS = 6
MOST_NAMED = 5
TRAINABLE = ("trial", "reselect", *KEPT_KINDS)
RERUNNABLE = (*TRAINABLE, "baseline")


def find(
    tracker: Tracker,
    run: str,
    task: str | None = None,
    data: str | None = None,
    capability: type[Inference] = Inference,
) -> RunRecord:
    """The record of a completed run whose weights are in the store.

    run: `best`, a run id, its first digits, or a run's name.
    task, capability: accept only runs of this task, and of tasks with this kind of inference.
    data: the data set for `best`, where the task has runs on several.
    Raises: RnnbenchError in one line that says what to type.
    """
    accepts_all = task is None and capability is Inference
    tasks = [task] if task else _able(tracker, capability)
    record = _best(tracker, tasks, data, capability) if run == BEST else _named(tracker, run, tasks)
    if record.task not in tasks and not accepts_all:
        reason = f"not of {task}" if task else f"which `rnnbench {capability.command}` cannot use"
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) is of {record.task}, {reason}. "
            f"Type: rnnbench {_command(record.task)} {record.run_id[:8]}"
        )
    if record.outcome == "running":
        raise RnnbenchError(f"run {record.name} ({record.run_id[:8]}) is still running: it has no weights yet")
    if record.outcome != "completed":
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) ended as {record.outcome.replace('_', ' ')} and has no weights. "
            f"Choose another run, or type: rnnbench {_command(record.task)} {BEST}"
        )
    if record.kind not in KEPT_KINDS:
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) is a {record.kind}, whose weights are not stored. Choose a "
            f"run of `rnnbench confirm` or `rnnbench train`, or type: rnnbench {_command(record.task)} {BEST}"
        )
    return record


def find_any(tracker: Tracker, run: str) -> RunRecord:
    """The record of a run of any kind and outcome, by its id, the id's first digits, or its name."""
    return _named(tracker, run, registry.names("tasks"))


def find_to_rerun(tracker: Tracker, run: str, data: str | None = None) -> RunRecord:
    """The record of any training or baseline, whether its weights are stored or not.

    run, data: as in `find`.
    Raises: RnnbenchError in one line that says what to type.
    """
    if run != BEST and (run in registry.names("tasks") or run in results.studies(tracker)):
        raise RnnbenchError(
            f"{run!r} is not a run. To repeat every row of its table, type: rnnbench rerun {run} --table"
        )
    tasks = [name for name in registry.names("tasks") if tracker.experiments(name)]
    record = _best(tracker, tasks, data, Inference) if run == BEST else _named(tracker, run, tasks, RERUNNABLE)
    label = f"run {record.name} ({record.run_id[:8]})"
    if record.kind == "rerun":
        raise RnnbenchError(f"{label} is a rerun itself. Type: rnnbench rerun {record.tags.get(RERUN_OF, BEST)[:8]}")
    if record.kind not in RERUNNABLE:
        raise RnnbenchError(f"{label} is neither a training nor a baseline. Type: rnnbench rerun {record.task} --table")
    return record


def inference_class(task: str) -> type[Inference]:
    """The inference class of a task. Raises: RnnbenchError for a task without inference."""
    inference = task_class(task).inference
    if inference is None:
        raise RnnbenchError(f"{task} has no inference, so its runs cannot be used: set `inference` in the task's file")
    return inference


def _able(tracker: Tracker, capability: type[Inference]) -> list[str]:
    """Tasks with runs in the store and with an inference of this kind; tasks without runs are not imported."""
    names = [task for task in registry.names("tasks") if tracker.experiments(task)]
    return names if capability is Inference else [name for name in names if _has(name, capability)]


def _has(task: str, capability: type[Inference]) -> bool:
    inference = task_class(task).inference
    return inference is not None and issubclass(inference, capability)


def _best(tracker: Tracker, tasks: Sequence[str], data: str | None, capability: type[Inference]) -> RunRecord:
    """The best encoder's confirmation of the newest sweep of a task or study; without sweeps, the newest training.

    The best encoder is that of the sweep's comparison; among its seeds the validation score decides.
    """
    names = [*tasks, *(study for study, study_task in results.studies(tracker).items() if study_task in tasks)]
    confirmed = [pair for name in names if (pair := _best_of_sweep(tracker, name, data)) is not None]
    if confirmed:
        return max(confirmed, key=lambda pair: pair[0])[1]
    known_as = None if data is None else data_name(data)
    trained = [
        run
        for task in tasks
        for name, experiment_id in tracker.experiments(task).items()
        if known_as in (None, name)
        for run in tracker.find(experiment_id, kind="train", outcome="completed")
    ]
    trained = trained if data is None else of_data(trained, data)
    if not trained:
        able = tasks if len(tasks) == 1 else [name for name in registry.names("tasks") if _has(name, capability)]
        where = f" on {data!r}" if data else ""
        what = " or ".join(able) or "any task"
        raise RnnbenchError(
            f"there is no trained run of {what}{where}. Type: rnnbench sweep {able[0] if len(able) == 1 else 'TASK'}"
        )
    return record_of(max(trained, key=_start_time))


def _best_of_sweep(tracker: Tracker, task: str, data: str | None) -> tuple[int, RunRecord] | None:
    """Start time of the newest confirmed sweep, and the best encoder's best seed by validation score."""
    try:
        _, parent = results.latest_sweep(tracker, task, data)
        result = results.of_sweep(tracker, parent, force=True)
    except ComparisonError:
        return None
    best = result.comparison.best
    done = [
        record
        for record in result.records
        if record.kind == "confirm"
        and record.outcome == "completed"
        and best is not None
        and record.model == best.model
    ]
    if not done:
        return None
    return int(tracker.run(parent).info.start_time), min(done, key=by_validation)


def _named(tracker: Tracker, run: str, tasks: Collection[str], kinds: Collection[str] = TRAINABLE) -> RunRecord:
    if re.fullmatch(r"[0-9a-f]{32}", run):
        return record_of(tracker.run(run))
    same_name = [*_all_runs(tracker, kinds, **{"mlflow.runName": run})]
    if same_name:
        # every sweep repeats the names: prefer these tasks, then runs with weights, then the newest
        return record_of(max(same_name, key=lambda candidate: _rank(candidate, tasks)))
    runs = [*_all_runs(tracker, kinds)]
    matches = [other for other in runs if len(run) >= FEWEST_DIGITS and other.info.run_id.startswith(run.lower())]
    if len(matches) > 1:
        raise RnnbenchError(f"{len(matches)} run ids start with {run!r}: {_listed(matches)}. Type more digits")
    if not matches:
        raise _unknown(run, runs, tasks)
    return record_of(matches[0])


def _rank(run: Run, tasks: Collection[str]) -> tuple[bool, bool, int]:
    return run.data.tags.get("task") in tasks, _is_usable(run), _start_time(run)


def _start_time(run: Run) -> int:
    return int(run.info.start_time)


def _is_usable(run: Run) -> bool:
    return run.data.tags.get("kind") in KEPT_KINDS and run.data.tags.get("outcome") == "completed"


def _all_runs(tracker: Tracker, kinds: Collection[str], **tags: str) -> Iterable[Run]:
    for task in registry.names("tasks"):
        for experiment_id in tracker.experiments(task).values():
            yield from (run for run in tracker.find(experiment_id, **tags) if run.data.tags.get("kind") in kinds)


def _unknown(run: str, runs: list[Run], tasks: Collection[str]) -> RnnbenchError:
    """An error with the nearest name and the newest runs that can be used."""
    if run in registry.names("tasks"):
        return RnnbenchError(f"{run!r} is a task, not a run. Type: rnnbench {_command(run)} {BEST}")
    if re.fullmatch(r"[0-9a-f]{1,5}", run):
        return RnnbenchError(f"{run!r} is too short for the start of a run id: type at least {FEWEST_DIGITS} digits")
    usable = [other for other in runs if _is_usable(other) and other.data.tags.get("task") in tasks]
    usable.sort(key=_start_time, reverse=True)
    near = did_you_mean(run, {str(other.info.run_name) for other in usable} | {BEST})
    newest = f" Newest runs: {_listed(usable[:MOST_NAMED])}." if usable else ""
    return RnnbenchError(f"there is no run {run!r} in {store_folder()}.{near}{newest}")


def _listed(runs: list[Run]) -> str:
    return ", ".join(f"{run.info.run_name} ({run.info.run_id[:8]})" for run in runs)


def _command(task: str) -> str:
    return inference_class(task).command
