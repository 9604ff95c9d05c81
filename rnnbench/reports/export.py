"""Everything that is written of a comparison, or of a summary over experiments, into one folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rnnbench.comparison.across.base import Across
from rnnbench.comparison.across.summary import summarize
from rnnbench.comparison.expectations import expectations
from rnnbench.comparison.model import Comparison
from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, RnnbenchError
from rnnbench.core.files import write_whole
from rnnbench.experiment.files import name_of
from rnnbench.reports import results
from rnnbench.reports.figures.across import critical_difference_figure, skill_figure
from rnnbench.reports.figures.cost import cost_figure
from rnnbench.reports.figures.expected_validation import expected_figure
from rnnbench.reports.figures.learning_curves import curves_figure
from rnnbench.reports.figures.scores import score_figure
from rnnbench.reports.results import Result
from rnnbench.reports.tables.formats import rendered
from rnnbench.storage.filters import normalized
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker


def exports_folder(name: str, data: str) -> Path:
    """Where the tables and figures of a task or study on a data set go unless told otherwise."""
    return store_folder() / "exports" / file_name(f"{name}-{data}")


def export_result(result: Result, output: Path | None = None) -> list[Path]:
    """Every format and figure of a sweep's comparison in one folder. Raises: RnnbenchError."""
    return export(result.comparison, result.records, output or exports_folder(result.name, result.comparison.data))


def export(comparison: Comparison, records: Sequence[RunRecord], output: Path) -> list[Path]:
    """The files written: comparison.* in every format, and four figures. All is computed before anything is written.

    Raises: RnnbenchError where the folder cannot be made or written.
    """
    figures = {
        "scores.png": score_figure(comparison),
        "learning_curves.png": curves_figure(records),
        "expected_validation.png": expected_figure(expectations(records).curves),
        "score_against_cost.png": cost_figure(comparison),
    }
    return _write(output, rendered(comparison, "comparison") | figures)


def export_across(summary: Across, output: Path) -> list[Path]:
    """The files written: across.* in every format, skill.png, and critical_difference.png where there is a test.

    A diagram left by an earlier, larger summary is removed. Raises: RnnbenchError as `export`.
    """
    figures = {"skill.png": skill_figure(summary)}
    if summary.test is not None:
        figures["critical_difference.png"] = critical_difference_figure(summary)
    paths = _write(output, rendered(summary, "across") | figures)
    if summary.test is None:
        old = output / "critical_difference.png"
        try:
            old.unlink(missing_ok=True)
        except OSError as error:
            raise RnnbenchError(f"cannot remove {str(old)!r}: {error.strerror or error}") from error
    return paths


def _write(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


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


def across_folder() -> Path:
    """Where summaries over experiments go unless told otherwise."""
    return store_folder() / "exports" / "across"


def _wanted(tracker: Tracker, names: Sequence[str], left_out: list[str]) -> list[tuple[str, str]]:
    """(task or study, data set) of every experiment meant; those with nothing confirmed go into `left_out` in words."""
    found: list[tuple[str, str]] = []
    for given in names or registry.names("tasks"):
        typed, _, data = given.partition(":")
        name = name_of(typed)
        if data:
            found.append((name, normalized(Path(data).name)))
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
