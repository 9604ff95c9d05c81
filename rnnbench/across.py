"""From the store to a summary over experiments: which sweeps are meant, the newest confirmed one of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rnnbench import registry, results
from rnnbench.comparison.across.base import Across
from rnnbench.comparison.across.summary import summarize
from rnnbench.comparison.base import Comparison
from rnnbench.errors import ComparisonError
from rnnbench.experiment.files import name_of
from rnnbench.store import store_folder
from rnnbench.tracking import Tracker


def across(tracker: Tracker, names: Sequence[str] = (), *, models: Sequence[str] = (), force: bool = False) -> Across:
    """The summary over the newest confirmed sweeps of these experiments.

    Args:
        names: `TASK`, `STUDY`, or either with `:DATA`; without any, every task on every data set in the store.

    Raises: ComparisonError where there is nothing to sum up or an experiment is no fair comparison in itself.
    """
    tables: dict[str, Comparison] = {}
    left_out: list[str] = []
    for name, data in _wanted(tracker, names, left_out):
        try:
            _, parent = results.latest_sweep(tracker, name, data)
            result = results.of_sweep(tracker, parent, force=force)
        except ComparisonError as error:
            raise ComparisonError(f"{name} on {data}: {error}") from error
        tables[f"{name} on {data}"] = result.comparison
    return summarize(tables, models=models, force=force, left_out=left_out)


def exports_folder() -> Path:
    """Where summaries go unless told otherwise."""
    return store_folder() / "exports" / "across"


def _wanted(tracker: Tracker, names: Sequence[str], left_out: list[str]) -> list[tuple[str, str]]:
    """(task or study, data set) of every experiment meant; those with nothing confirmed go into `left_out` in words."""
    found: list[tuple[str, str]] = []
    for given in names or registry.names("tasks"):
        typed, _, data = given.partition(":")
        name = name_of(typed)
        if data:
            found.append((name, Path(data).name))
            continue
        task = results.task_of(tracker, typed)
        confirmed = [one for one in sorted(tracker.experiments(task)) if _is_confirmed(tracker, name, task, one)]
        if names and not confirmed:
            raise ComparisonError(f"no confirmed sweep of {name}. Type: rnnbench sweep {typed}")
        found += [(name, one) for one in confirmed]
    if not names:
        left_out += _not_taken(tracker, found)
    return [*dict.fromkeys(found)]


def _is_confirmed(tracker: Tracker, name: str, task: str, data: str) -> bool:
    experiment_id = tracker.experiments(task)[data]
    sweeps = tracker.find(experiment_id, kind="sweep")
    own = [sweep for sweep in sweeps if sweep.data.tags.get("study", task) == name]
    return any(results.is_confirmed(tracker, sweep) for sweep in own)


def _not_taken(tracker: Tracker, found: Sequence[tuple[str, str]]) -> Iterable[str]:
    """Experiments in the store that count for nothing here: not confirmed, or run as a study alone."""
    for task in registry.names("tasks"):
        for data, experiment_id in sorted(tracker.experiments(task).items()):
            if (task, data) in found:
                continue
            sweeps = tracker.find(experiment_id, kind="sweep")
            studies = sorted({study for sweep in sweeps if (study := sweep.data.tags.get("study"))})
            if any("study" not in sweep.data.tags for sweep in sweeps):
                yield f"Left out: {task} on {data}, where nothing is confirmed yet."
            elif studies:
                yield f"Left out: {task} on {data}, run as a study; name it to take it in: {', '.join(studies)}."
