"""Which stored runs can be repeated, with which configuration, and why a rerun may differ, before it is trained."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.core import registry
from rnnbench.core.errors import ComparisonError, RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.core.trust import trust
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.reports import results
from rnnbench.runs.environment import ENVIRONMENT_FILE, changes, environment_of, unknown
from rnnbench.runs.prepare import load_data
from rnnbench.storage.record import LEFT_OUT, SEARCH_KINDS, STOPPED, RunRecord, model_name
from rnnbench.storage.tracker import Tracker

STOPPED_FROM_OUTSIDE = (*STOPPED, "out_of_memory")
"""Outcomes of runs that were stopped from outside after some update; a rerun stops after as many."""
_FILES = ("path", "target_data", "validation_data", "test_data")
"""Data settings that name a file of the user."""


@dataclass(frozen=True)
class Repetition:
    """A run that can be repeated: its record, its configuration, and why the rerun may differ, a clause each."""

    record: RunRecord
    config: ExperimentConfig
    reasons: tuple[str, ...]


def repetition(
    tracker: Tracker, record: RunRecord, *, data: str | None = None, models: Iterable[str] = ()
) -> Repetition:
    """What is needed to repeat a run, and every reason why its rerun may differ, before anything is trained.

    data: the path of the user's own data file, where it is no longer at the stored path.
    models: files with the code of the user's own encoders, where they are no longer at the stored path.
    Raises: RnnbenchError in one line where the run cannot be repeated: it has no results, or data or code are gone.
    """
    _require_results(record)
    plain = {
        section: {**values} if isinstance(values, Mapping) else values for section, values in record.config.items()
    }
    _set_data(plain, record, data)
    code = [*_set_encoder(plain, record, models)]
    config = from_plain(plain)
    _require_same_data(record, config)
    stored = tracker.read_json(record.run_id, ENVIRONMENT_FILE) or {}
    return Repetition(record, config, (*code, *_of_training(record, config), *_of_environment(stored, config)))


def rows_to_rerun(
    tracker: Tracker, task: str, data: str | None = None, sweep: str | None = None, *, with_search: bool = False
) -> list[RunRecord]:
    """The runs of a sweep's table: baselines and confirmations; with the runs of its search too.

    data, sweep: as in `latest_sweep`. Raises: ComparisonError where there is no sweep, or none of its runs has ended.
    """
    experiment_id, parent = results.latest_sweep(tracker, task, data, sweep)
    records = results.current(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    kinds = (*(SEARCH_KINDS if with_search else ()), "baseline", "confirm")
    rows = [record for record in records if record.kind in kinds and LEFT_OUT not in record.tags]
    if not rows:
        raise ComparisonError(f"no run of this sweep's table has ended yet. Type: rnnbench sweep {task}")
    return sorted(rows, key=lambda record: kinds.index(record.kind))


def _require_results(record: RunRecord) -> None:
    label = label_of(record)
    if LEFT_OUT in record.tags:
        raise RnnbenchError(f"{label} has no scores to compare with: it was left out ({record.tags[LEFT_OUT]})")
    if record.outcome == "running":
        raise RnnbenchError(f"{label} is still running: type the same command again when it has ended")
    has_results = bool(record.metrics or record.costs)
    if record.outcome == "failed" or not record.config or not has_results:
        raise RnnbenchError(
            f"{label} ended as {record.outcome} without results to compare with. To train it again, type: rnnbench "
            f"{'sweep' if record.kind != 'train' else 'train'} {record.task}"
        )


def _set_data(plain: dict[str, Any], record: RunRecord, data: str | None) -> None:
    """Set the path of the user's own file, and check that the files are there."""
    settings = plain["data"]
    if data is not None and settings.get("path") and expanded(data).is_file():
        settings["path"] = os.path.abspath(expanded(data))
    for name in _FILES:
        path = settings.get(name)
        if path and not expanded(path).exists():
            moved = ", or type --data PATH with where it is now" if name == "path" else ""
            raise RnnbenchError(
                f"{label_of(record)} cannot be repeated: its data file {path} is gone. Restore it{moved}"
            )


def _set_encoder(plain: dict[str, Any], record: RunRecord, models: Iterable[str]) -> Iterator[str]:
    """Set the path of the user's own encoder. Yields a reason where its code has changed."""
    if record.kind == "baseline":  # does not depend on the encoder of its sweep
        plain["encoder"] = {"name": "rnn"}
        plain["search"] = {"refit": bool(plain["search"].get("refit"))}
        return
    encoder = plain["encoder"]
    key = "variant_of" if "variant_of" in encoder else "name"
    stored = str(encoder[key])
    if not registry.is_file(stored):
        return
    typed = {model_name(path): os.path.abspath(expanded(path)) for path in models}
    path = typed.get(model_name(stored), stored)
    if not Path(path).is_file():
        raise RnnbenchError(
            f"{label_of(record)} needs the code of your encoder, {path}, which is gone: restore it, or type its new "
            f"place: rnnbench rerun {record.run_id[:8]} --model {Path(path).name}"
        )
    if path in typed.values():
        trust(Path(path))
    code = encoder.pop("code", None)
    encoder[key] = path
    if code is not None and code != registry.code_of(path):
        yield f"the code of {Path(path).name} has changed since"


def _require_same_data(record: RunRecord, config: ExperimentConfig) -> None:
    fingerprint = load_data(config).fingerprint
    if fingerprint == record.fingerprint:
        return
    path = config.data.path
    new_runs = f"rnnbench sweep {record.task}"
    remedy = (
        f"restore {path}, or type --data PATH with the file as it was"
        if path
        else f"another version of rnnbench reads {record.data} otherwise. For new runs, type: {new_runs}"
    )
    raise RnnbenchError(
        f"{label_of(record)} cannot be repeated: its data have changed (fingerprint {record.fingerprint[:8]}, now "
        f"{fingerprint[:8]}): {remedy}"
    )


def _of_training(record: RunRecord, config: ExperimentConfig) -> Iterator[str]:
    """Reasons in the run itself."""
    if config.budget.seconds and record.kind != "baseline":
        yield f"budget.seconds = {config.budget.seconds:g}: the clock decides after which update training stops"
    if record.outcome in STOPPED_FROM_OUTSIDE:
        end = record.outcome.replace("_", " ")
        yield f"it was stopped after {updates_of(record):,} updates ({end}), and so is the rerun"


def _of_environment(stored: Mapping[str, str], config: ExperimentConfig) -> Iterator[str]:
    yield from changes(stored, environment_of(config.hardware))
    if missing := unknown(stored):
        yield f"an earlier version did not store {', '.join(missing)}: whether they are the same is not known"


def updates_of(record: RunRecord) -> int:
    """The number of updates of a run."""
    return int(record.costs.get("updates", 0))


def label_of(record: RunRecord) -> str:
    """'run gru-seed1 (1a2b3c4d)'."""
    return f"run {record.name} ({record.run_id[:8]})"
