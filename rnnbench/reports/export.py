"""Writes a comparison, or a summary over experiments, to one folder in every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from rnnbench.storage.data_files import data_name, identity_of
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker


def exports_folder(name: str, data: str, fingerprint: str) -> Path:
    """The default folder of the exports of a task or study on a data set.

    That of a user's file ends with the start of its fingerprint: two files may have the same name.
    """
    of_file = f"-{fingerprint[:8]}" if Path(data).suffix else ""
    return store_folder() / "exports" / file_name(f"{name}-{data}{of_file}")


def exports_folder_of(result: Result) -> Path:
    """The default folder of the exports of a sweep."""
    return exports_folder(result.name, result.comparison.data, result.comparison.fingerprint)


def export_result(result: Result, output: Path | None = None) -> list[Path]:
    """Write every format and figure of a sweep's comparison to one folder. Raises: RnnbenchError."""
    return export(result.comparison, result.records, output or exports_folder_of(result))


def export(comparison: Comparison, records: Sequence[RunRecord], output: Path) -> list[Path]:
    """Write comparison.* in every format and four figures. Returns the files.

    Raises: RnnbenchError where the folder cannot be written; nothing is written before everything is computed.
    """
    figures = {
        "scores.png": score_figure(comparison),
        "learning_curves.png": curves_figure(records),
        "expected_validation.png": expected_figure(expectations(records).curves),
        "score_against_cost.png": cost_figure(comparison),
    }
    return write_all(output, rendered(comparison, "comparison") | figures)


def export_across(summary: Across, output: Path) -> list[Path]:
    """Write across.* in every format, skill.png, and critical_difference.png if a test was made. Returns the files.

    A diagram of an earlier summary is removed if no test was made. Raises: RnnbenchError as `export`.
    """
    figures = {"skill.png": skill_figure(summary)}
    if summary.test is not None:
        figures["critical_difference.png"] = critical_difference_figure(summary)
    paths = write_all(output, rendered(summary, "across") | figures)
    if summary.test is None:
        outdated = output / "critical_difference.png"
        try:
            outdated.unlink(missing_ok=True)
        except OSError as error:
            raise RnnbenchError(f"cannot remove {str(outdated)!r}: {error.strerror or error}") from error
    return paths


def write_all(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files by name into a folder. Returns the files. Raises: RnnbenchError."""
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def across(tracker: Tracker, names: Sequence[str] = (), *, models: Sequence[str] = (), force: bool = False) -> Across:
    """The summary over the newest confirmed sweeps of these experiments.

    Args:
        names: `TASK`, `STUDY`, or either with `:DATA`; without any, every task on every data set in the store.

    Raises: ComparisonError where fewer than two are confirmed, or the runs of one are not comparable.
    """
    comparisons: dict[str, Comparison] = {}
    experiments, left_out = _experiments(tracker, names)
    for name, data in experiments:
        try:
            _, parent = results.latest_sweep(tracker, name, data)
            result = results.of_sweep(tracker, parent, force=force)
        except ComparisonError as error:
            raise ComparisonError(f"{name} on {data}: {error}") from error
        comparisons[f"{name} on {data}"] = result.comparison
    return summarize(comparisons, models=models, force=force, left_out=left_out)


def across_folder() -> Path:
    """The default folder of summaries over experiments."""
    return store_folder() / "exports" / "across"


def _experiments(tracker: Tracker, names: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """(task or study, data set) of the named experiments, or of all; and sentences about those left out."""
    chosen: list[tuple[str, str]] = []
    for typed in names or registry.names("tasks"):
        experiment, _, data = typed.partition(":")
        name = name_of(experiment)
        if data:
            chosen.append((name, data))
            continue
        task = results.task_of(tracker, experiment)
        by_data = tracker.experiments(task)
        confirmed = [
            (name, identity)
            for data in sorted(by_data)
            for identity in _confirmed_on(tracker, name, task, data, by_data[data])
        ]
        if names and not confirmed:
            raise ComparisonError(f"no confirmed sweep of {name}. Type: rnnbench sweep {experiment}")
        chosen += confirmed
    return [*dict.fromkeys(chosen)], [] if names else [*_left_out(tracker, chosen)]


def _confirmed_on(tracker: Tracker, name: str, task: str, data: str, experiment_id: str) -> list[str]:
    """The data sets of this name with a confirmed sweep: the name, or the path of each of several files."""
    sweeps = [run for run in tracker.find(experiment_id, kind="sweep") if run.data.tags.get("study", task) == name]
    confirmed = [run for run in sweeps if results.is_confirmed(tracker, run)]
    identities = sorted({identity_of(run, data) for run in confirmed})
    return identities if len(identities) > 1 else [data] if confirmed else []


def _left_out(tracker: Tracker, chosen: Sequence[tuple[str, str]]) -> Iterable[str]:
    """Sentences about experiments in the store that are not confirmed, or were run as a study only."""
    names = {(task, data_name(data)) for task, data in chosen}
    for task in registry.names("tasks"):
        for data, experiment_id in sorted(tracker.experiments(task).items()):
            if (task, data) in names:
                continue
            sweeps = tracker.find(experiment_id, kind="sweep")
            studies = sorted({study for run in sweeps if (study := run.data.tags.get("study"))})
            if any("study" not in run.data.tags for run in sweeps):
                yield f"Left out: {task} on {data}, where nothing is confirmed yet."
            elif studies:
                yield f"Left out: {task} on {data}, run as a study. To include it, name it: {', '.join(studies)}."
