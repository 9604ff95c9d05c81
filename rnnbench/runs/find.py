"""Which stored run is meant: `best`, a run id or the beginning of one, or a run's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, RnnbenchError, did_you_mean
from rnnbench.experiment.classes import task_class
from rnnbench.reports import results
from rnnbench.runs.train import KEPT_KINDS
from rnnbench.storage.filters import normalized
from rnnbench.storage.location import store_folder
from rnnbench.storage.record import RunRecord, by_validation
from rnnbench.storage.tracker import Run, Tracker, record_of
from rnnbench.tasks.inference import Inference

BEST = "best"
FEWEST_DIGITS = 6
MOST_NAMED = 5
TRAINABLE = ("trial", "reselect", *KEPT_KINDS)


def find(
    tracker: Tracker,
    run: str,
    task: str | None = None,
    data: str | None = None,
    capability: type[Inference] = Inference,
) -> RunRecord:
    """The record of the run that is meant, whose weights are in the store.

    task, capability: refuse runs of another task, and of tasks whose models cannot do that.
    data: where the task has runs on several data sets.
    Raises: RnnbenchError in one line that says what to type.
    """
    is_open = task is None and capability is Inference
    tasks = [task] if task else _able(tracker, capability)
    record = _best(tracker, tasks, data, capability) if run == BEST else _named(tracker, run, tasks)
    if record.task not in tasks and not is_open:
        wanted = f"not of {task}" if task else f"which `rnnbench {capability.command}` cannot use"
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) is of {record.task}, {wanted}. "
            f"Type: rnnbench {_verb(record.task)} {record.run_id[:8]}"
        )
    if record.outcome == "running":
        raise RnnbenchError(f"run {record.name} ({record.run_id[:8]}) has not ended yet: it has no weights so far")
    if record.outcome != "completed":
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) ended as {record.outcome.replace('_', ' ')}: it left no weights. "
            f"Name another run, or type: rnnbench {_verb(record.task)} {BEST}"
        )
    if record.kind not in KEPT_KINDS:
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) is a {record.kind}, which keeps no weights: name a confirmation "
            f"or a training of your own, or type: rnnbench {_verb(record.task)} {BEST}"
        )
    return record


def inference_class(task: str) -> type[Inference]:
    """What a stored run of a task can do. Raises: RnnbenchError for a task without inference."""
    inference = task_class(task).inference
    if inference is None:
        raise RnnbenchError(f"{task} has no inference: no command uses its runs (`inference` in the task's file)")
    return inference


def _able(tracker: Tracker, capability: type[Inference]) -> list[str]:
    """The tasks with runs in the store whose models have a capability; a task that nobody ran is not imported."""
    names = [task for task in registry.names("tasks") if tracker.experiments(task)]
    return names if capability is Inference else [name for name in names if _has(name, capability)]


def _has(task: str, capability: type[Inference]) -> bool:
    inference = task_class(task).inference
    return inference is not None and issubclass(inference, capability)


def _best(tracker: Tracker, tasks: Sequence[str], data: str | None, capability: type[Inference]) -> RunRecord:
    """The best encoder's confirmation of the newest sweep, a study's too; where none is confirmed, the newest training.

    The encoder is the one that the sweep's table names best. Among its seeds the validation score decides.
    """
    data = None if data is None else normalized(Path(data).name)  # as `results` names a file of the user's own
    swept = [*tasks, *(study for study, of in results.studies(tracker).items() if of in tasks)]
    confirmed = [found for name in swept if (found := _best_of_sweep(tracker, name, data)) is not None]
    if confirmed:
        return max(confirmed, key=lambda found: found[0])[1]
    trained = [
        one
        for name in tasks
        for known, experiment_id in tracker.experiments(name).items()
        if data in (None, known)
        for one in tracker.find(experiment_id, kind="train", outcome="completed")
    ]
    if not trained:
        able = tasks if len(tasks) == 1 else [name for name in registry.names("tasks") if _has(name, capability)]
        where = f" on {data!r}" if data else ""
        what = " or ".join(able) or "any task"
        swept_task = able[0] if len(able) == 1 else "TASK"
        raise RnnbenchError(f"nothing of {what}{where} was trained yet. Type: rnnbench sweep {swept_task}")
    return record_of(max(trained, key=lambda one: int(one.info.start_time)))


def _best_of_sweep(tracker: Tracker, task: str, data: str | None) -> tuple[int, RunRecord] | None:
    """When the newest confirmed sweep began, and its best encoder's best seed by validation."""
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


def _named(tracker: Tracker, run: str, tasks: Collection[str]) -> RunRecord:
    if re.fullmatch(r"[0-9a-f]{32}", run):
        return record_of(tracker.run(run))
    called = [*_all_runs(tracker, **{"mlflow.runName": run})]
    if called:
        # names come again with every sweep: the newest that can be used is meant, of these tasks where there is one
        return record_of(max(called, key=lambda one: _rank(one, tasks)))
    everything = [*_all_runs(tracker)]
    by_id = [one for one in everything if len(run) >= FEWEST_DIGITS and one.info.run_id.startswith(run.lower())]
    if len(by_id) > 1:
        raise RnnbenchError(f"{run!r} is the beginning of {len(by_id)} run ids: {_listed(by_id)}. Type one more digit")
    if not by_id:
        raise _unknown(run, everything, tasks)
    return record_of(by_id[0])


def _rank(run: Run, tasks: Collection[str]) -> tuple[bool, bool, int]:
    return run.data.tags.get("task") in tasks, _is_usable(run), int(run.info.start_time)


def _is_usable(run: Run) -> bool:
    return run.data.tags.get("kind") in KEPT_KINDS and run.data.tags.get("outcome") == "completed"


def _all_runs(tracker: Tracker, **tags: str) -> Iterable[Run]:
    for task in registry.names("tasks"):
        for experiment_id in tracker.experiments(task).values():
            yield from (one for one in tracker.find(experiment_id, **tags) if one.data.tags.get("kind") in TRAINABLE)


def _unknown(run: str, everything: list[Run], tasks: Collection[str]) -> RnnbenchError:
    """The nearest name, and the newest runs that can be used."""
    if run in registry.names("tasks"):
        return RnnbenchError(f"{run!r} is a task, not a run. Type: rnnbench {_verb(run)} {BEST}")
    if re.fullmatch(r"[0-9a-f]{1,5}", run):
        return RnnbenchError(
            f"{run!r} is too short for the beginning of a run id: type at least {FEWEST_DIGITS} digits"
        )
    usable = [one for one in everything if _is_usable(one) and one.data.tags.get("task") in tasks]
    usable.sort(key=lambda one: int(one.info.start_time), reverse=True)
    near = did_you_mean(run, {str(one.info.run_name) for one in usable} | {BEST})
    newest = f" The newest: {_listed(usable[:MOST_NAMED])}." if usable else ""
    return RnnbenchError(f"there is no run {run!r} in {store_folder()}.{near}{newest}")


def _listed(found: list[Run]) -> str:
    return ", ".join(f"{one.info.run_name} ({one.info.run_id[:8]})" for one in found)


def _verb(task: str) -> str:
    return inference_class(task).command
