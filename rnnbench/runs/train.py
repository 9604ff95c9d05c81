"""Train one configuration, return one RunRecord; and the same, written to the store as it goes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import torch
import yaml

from rnnbench import data
from rnnbench.core import environment
from rnnbench.core.errors import SealedSplitError
from rnnbench.data.duplicates import Overlap, overlap_of
from rnnbench.data.kinds import AnyData
from rnnbench.data.settings import DataSettings
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.metrics import own_metrics_tag
from rnnbench.runs.build import build, without_numbers
from rnnbench.runs.memory import PeakMemory
from rnnbench.runs.training.callbacks import Log, Report, Watch
from rnnbench.runs.training.costs import measured, sizes
from rnnbench.runs.training.fitting import fit, is_out_of_memory, planned_updates
from rnnbench.runs.training.hardware import HardwareNotes, check_hardware
from rnnbench.runs.training.samples import KeepText, Samples
from rnnbench.runs.training.weights import save_weights
from rnnbench.storage.leases import Lease, LeaseLostError
from rnnbench.storage.record import ALSO_IN_TRAINING, HARDWARE_NOTE, SEARCH_KINDS, Kind, RunRecord, model_name
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.base import Prepared, SequenceTask
from rnnbench.tasks.samples import SHOWCASE_FILE, to_json

KEPT_KINDS = ("confirm", "train")
"""Kinds of runs whose weights are kept, to be used later; a trial keeps its configuration alone."""


@dataclass(frozen=True)
class Hooks:
    """What may listen to, or end, a training.

    begin: before the first update, with how many there will be unless something ends the training early.
    report: after each validation, answers whether to prune. log: every point of every curve.
    is_interrupted: asked after each update. keep_sample: what the task can make, after each validation.
    opening: called before the test split is opened. note: what the machine cannot do as configured, in words.
    """

    begin: Callable[[int], None] | None = None
    report: Report | None = None
    log: Log | None = None
    is_interrupted: Callable[[], bool] | None = None
    keep_sample: KeepText | None = None
    opening: Callable[[], None] | None = None
    note: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Trained:
    """A finished training: its record, and the task with the best epoch's weights."""

    record: RunRecord
    task: SequenceTask


def load_data(config: ExperimentConfig) -> AnyData:
    """The data set of a configuration, kept in memory between runs of one process."""
    return _load(config.data.model_dump_json(), config.task, _state_of(config.data.path))


def _state_of(path: str | None) -> tuple[int, int] | None:
    """What changes when a file is written again: a notebook must not go on with what it read before."""
    try:
        state = None if path is None else Path(path).expanduser().stat()
    except OSError:  # told in words by whoever reads the file
        return None
    return None if state is None else (state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2)
def _load(settings: str, task: str, state: tuple[int, int] | None) -> AnyData:
    return data.load(DataSettings.model_validate_json(settings), task_class(task).data_kind)


@lru_cache(maxsize=2)
def _overlap(settings: str, task: str, state: tuple[int, int] | None, *, refit: bool) -> Overlap:
    return overlap_of(_load(settings, task, state), refit=refit)


def prepare(config: ExperimentConfig) -> Prepared:
    """The data set made ready for the configuration's task, test sealed."""
    return task_class(config.task).prepare(load_data(config), config.task_settings)


def train(
    config: ExperimentConfig,
    *,
    kind: Kind = "train",
    open_test: bool = False,
    refit: int | None = None,
    hooks: Hooks | None = None,
) -> Trained:
    """Trains one configuration on its seed; scores the test split only when told to open it.

    refit: train on training and validation together, for so many updates; there is no validation score then.
    Raises: BudgetError outside the budget's parameters; SealedSplitError where a search asks for the test split;
        RnnbenchError where the machine has not the hardware that is asked for.
    """
    if open_test and kind in SEARCH_KINDS:
        raise SealedSplitError(f"a {kind} is what a search chooses by: the test split stays sealed in it")
    hooks = hooks or Hooks()
    check_hardware(config.hardware)
    memory = PeakMemory()
    started = time.perf_counter()
    prepared = prepare(config)
    torch.manual_seed(config.seed)
    task = build(config, prepared)
    cls = task_class(config.task)
    watch = Watch(
        metric=cls.metric.key,
        higher_is_better=cls.metric.higher_is_better,
        settings=config.training,
        keeps_scores=refit is None,
        seconds=config.budget.seconds,
        report=hooks.report,
        log=hooks.log,
        is_interrupted=hooks.is_interrupted,
    )
    samples = None if hooks.keep_sample is None else Samples(hooks.keep_sample)
    hardware_notes = HardwareNotes(config.hardware, hooks.note)
    if hooks.begin is not None:
        batches = prepared.batches_per_epoch(config.training.batch_size)
        hooks.begin(planned_updates(config.budget, batches, refit))
    fit_started = time.perf_counter()
    try:
        fit(
            task,
            watch,
            training=config.training,
            budget=config.budget,
            hardware=config.hardware,
            seed=config.seed,
            refit=refit,
            others=[hardware_notes, *([] if samples is None else [samples])],
        )
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        watch.outcome = "out_of_memory"
    fit_seconds = time.perf_counter() - fit_started - (0.0 if samples is None else samples.seconds)
    watch.restore(task)
    metrics, examples, details = dict(watch.best_metrics), {}, {}
    if open_test and watch.outcome == "completed":
        if hooks.opening is not None:
            hooks.opening()
        prepared.open_test()
        scores = task.evaluate("test")
        metrics |= scores
        examples = task.checked_examples({key.removeprefix("test/"): score for key, score in scores.items()})
        details = task.details() if examples else {}
    costs = {
        **sizes(task),
        "updates": float(task.global_step),
        "epochs": task.global_step / prepared.batches_per_epoch(config.training.batch_size),
        "best_update": float(watch.best_update),
        "wall_seconds": time.perf_counter() - started,
        "training_seconds": fit_seconds - watch.validating_seconds,
        "training_items_per_second": watch.items / max(1e-9, fit_seconds - watch.validating_seconds),
    }
    if (peak := memory.peak_bytes()) is not None:
        costs["peak_memory_bytes"] = float(peak)
    if kind in KEPT_KINDS and watch.outcome == "completed":
        shapes = without_numbers(config, prepared)
        costs |= measured(task, shapes, batch_size=config.training.batch_size, items=watch.items)
    record = replace(describe(config, kind), examples=examples, details=details)
    if hardware_notes.notes:
        record = replace(record, tags={**record.tags, HARDWARE_NOTE: "; ".join(hardware_notes.notes)})
    return Trained(replace(record, outcome=watch.outcome, metrics=metrics, costs=costs, curves=watch.curves), task)


def describe(config: ExperimentConfig, kind: Kind) -> RunRecord:
    """The record of a run before it has begun."""
    cls = task_class(config.task)
    loaded = load_data(config)
    return RunRecord(
        kind=kind,
        task=config.task,
        data=loaded.facts.name,
        fingerprint=loaded.fingerprint,
        model=model_name(config.model),
        metric=cls.metric.key,
        higher_is_better=cls.metric.higher_is_better,
        seed=config.seed,
        config={**config.to_plain(), "searched": config.search_space.to_plain()},
        tags={
            "choice": config.choice(),
            **own_metrics_tag((cls.metric, *cls.other_metrics)),
            **_also_in_training(config),
        },
    )


def _also_in_training(config: ExperimentConfig) -> dict[str, str]:
    """What of the test split stands in training too, as a tag for a footnote; nothing where nothing does."""
    settings, state = config.data.model_dump_json(), _state_of(config.data.path)
    found = _overlap(settings, config.task, state, refit=config.search.refit)
    return {ALSO_IN_TRAINING: found.test_in_words} if found.test else {}


def tracked(
    config: ExperimentConfig,
    *,
    tracker: Tracker,
    experiment_id: str,
    name: str,
    kind: Kind = "train",
    open_test: bool = False,
    refit: int | None = None,
    parent: str | None = None,
    run_id: str | None = None,
    lease: Lease | None = None,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, object] | None = None,
    hooks: Hooks | None = None,
) -> RunRecord:
    """Trains and writes to the store as it goes; whatever happens, the run ends with its own outcome.

    run_id: a run already claimed for this; otherwise a new one is made below `parent`. lease: see `Tracker.start`.
    A bug inside the training ends the run as `failed`, with its traceback as an artifact, and goes on up.
    Raises: LeaseLostError where another process has taken the run over; nothing more is written then.
    """
    check_hardware(config.hardware)
    hooks = hooks or Hooks()
    further, is_stopped = hooks.log, hooks.is_interrupted
    first = {"kind": kind, "model": model_name(config.model), "task": config.task, **(tags or {})}
    begun = None if run_id is None else tracker.claimed(run_id)
    writer = begun or tracker.start(experiment_id, name, first, parent, lease=lease)

    def log(update: int, values: dict[str, float]) -> None:
        writer.curve(update, values)
        if further is not None:
            further(update, values)

    def is_interrupted() -> bool:
        return writer.is_lost or (is_stopped is not None and is_stopped())

    try:
        writer.text(yaml.safe_dump(config.to_plain(), sort_keys=False, allow_unicode=True), "config.yaml")
        about_to_be = describe(config, kind)
        writer.describe(replace(about_to_be, tags={**about_to_be.tags, **(tags or {})}))
        # written at once, so that a run that is killed after it cannot have seen the test split unnoticed
        hooks = replace(hooks, opening=lambda: writer.tags({"test_opened": "True"}))
        hooks = replace(hooks, log=log, is_interrupted=is_interrupted)
        hooks = replace(hooks, keep_sample=writer.text if kind in KEPT_KINDS else None)
        trained = train(config, kind=kind, open_test=open_test, refit=refit, hooks=hooks)
        writer.require_lease()
        record = replace(trained.record, run_id=writer.run_id, name=name)
        extra = {"test_opened": str(open_test and record.outcome == "completed"), **(tags or {})}
        record = replace(record, tags={**record.tags, **extra})
        about = {**environment.describe(), "data_fingerprint": record.fingerprint, "data": record.data}
        writer.text(json.dumps(about, indent=2), "environment.json")
        writer.examples(record)
        if kind in KEPT_KINDS and record.outcome == "completed":
            save_weights(trained.task, writer.file, writer.text)
        if open_test and record.outcome == "completed":
            writer.text(to_json(trained.task.showcase()), SHOWCASE_FILE)
        writer.finish(record, {"model": record.model, "seed": config.seed, **(params or {})})
        return record
    except (KeyboardInterrupt, SystemExit):
        with suppress(LeaseLostError):
            writer.end("interrupted")
        raise
    except LeaseLostError:
        raise
    except BaseException:
        writer.fail()
        raise
