"""The commands as Python functions, for notebooks: `rnnbench.sweep(...)` returns a comparison."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from rnnbench import sweeps
from rnnbench.comparison.model import Comparison
from rnnbench.experiment.files import SettingValues, named_data
from rnnbench.experiment.resolve import resolve
from rnnbench.reports import results
from rnnbench.runs.find import BEST, find_to_rerun
from rnnbench.runs.load import load
from rnnbench.runs.match_parameters import matched
from rnnbench.runs.prepare import load_data
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.rerun import Rerun, carry_out
from rnnbench.runs.rerun_plan import repetition
from rnnbench.runs.train import Hooks
from rnnbench.storage.record import RunRecord, model_name
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.model import Event

__all__ = ["compare", "load", "rerun", "sweep", "train"]


def train(
    task: str,
    model: str = "lstm",
    *,
    data: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    quick: bool = False,
) -> RunRecord:
    """Train one encoder once and record the run, as `rnnbench train`. `load(record.run_id)` gives the model,
    which predicts, forecasts, generates, translates or replies.

    data: a known data set or a file. settings: by dotted name, such as {"encoder.hidden_size": 96}.
    Raises: RnnbenchError for errors of the user.
    """
    config = matched(resolve(task, model, options=_options(data, settings), quick=quick, seed=seed))
    tracker = Tracker()
    experiment_id = tracker.experiment(config.task, load_data(config).facts.name)
    name = f"{model_name(config.model)}-seed{seed}"
    hooks = Hooks(note=_warn)
    return train_and_record(config, tracker=tracker, experiment_id=experiment_id, name=name, hooks=hooks)


def sweep(
    task: str,
    models: Sequence[str] = (),
    *,
    data: str | None = None,
    settings: Mapping[str, Any] | None = None,
    trials: int | None = None,
    seeds: int | None = None,
    workers: int | None = None,
    timeout: float | None = None,
    quick: bool = False,
    fresh: bool = False,
) -> Comparison:
    """Search every encoder, confirm on fresh seeds and compare, as `rnnbench sweep`. The same call continues.

    The arguments are the options of the command; data and settings as in `train`.
    """
    options = sweeps.SweepOptions(
        models=tuple(models),
        options=_options(data, settings),
        quick=quick,
        trials=trials,
        seeds=seeds,
        workers=workers,
        timeout=timeout,
        fresh=fresh,
    )
    return sweeps.sweep(task, options, tell=_warn_of).comparison


def compare(
    task: str,
    *,
    data: str | None = None,
    sweep: str | None = None,
    reach: float | None = None,
    metric: str | None = None,
    force: bool = False,
) -> Comparison:
    """The comparison of the newest sweep, from the store alone, as `rnnbench compare`.

    sweep: a run id or a name. reach: a validation score, to report the seconds until it was reached.
    metric: compare by another logged metric. force: compare runs that are not comparable, with a footnote.
    """
    tracker = Tracker()
    _, parent = results.latest_sweep(tracker, task, data, sweep)
    return results.of_sweep(tracker, parent, force=force, reach=reach, metric=metric).comparison


def rerun(run: str = BEST, *, data: str | None = None, models: Sequence[str] = ()) -> Rerun:
    """Repeat a stored run in a new one, and compare the two bit for bit, as `rnnbench rerun`.

    run: as in `load`, of any kind. data: the data set for `best`; or where a run's own data file is now.
    models: files with the code of the user's own encoders. Reasons why the rerun may differ are shown as warnings.
    Raises: RnnbenchError where the run cannot be repeated.
    """
    tracker = Tracker()
    planned = repetition(tracker, find_to_rerun(tracker, run, data), data=data, models=models)
    for reason in planned.reasons:
        _warn(f"the rerun may differ: {reason}")
    return next(carry_out(tracker, [planned]))


def _warn(note: str) -> None:
    """Show a note as a warning; Python shows the same warning once."""
    warnings.warn(note, stacklevel=2)


def _warn_of(event: Event) -> None:
    if event.what == "note":
        _warn(f"{model_name(event.model)}: {event.message}")


def _options(data: str | None, settings: Mapping[str, Any] | None) -> SettingValues:
    return {**named_data(data), **{name: (value, "settings") for name, value in (settings or {}).items()}}
