"""Train one configuration and return its record and the trained task; nothing is stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from rnnbench.core.errors import SealedSplitError
from rnnbench.core.version import __version__
from rnnbench.data.kinds import AnyData, LabelledTexts
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig, short_hash
from rnnbench.metrics import own_metrics_tag
from rnnbench.runs.build import build, on_meta_device
from rnnbench.runs.memory import PeakMemory
from rnnbench.runs.prepare import load_data, prepare, selecting_metric, training_overlap
from rnnbench.runs.training.callbacks import Log, Report, Watch
from rnnbench.runs.training.checkpoint import Stop, TrainingStopped
from rnnbench.runs.training.costs import measured, sizes
from rnnbench.runs.training.fitting import fit, is_out_of_memory, planned_updates
from rnnbench.runs.training.hardware import HardwareNotes, check_hardware
from rnnbench.runs.training.samples import KeepText, Samples
from rnnbench.runs.training.weights import weights_sha256
from rnnbench.storage.checkpoints import Checkpoints
from rnnbench.storage.data_files import file_tags
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import (
    ALSO_IN_TRAINING,
    CONTINUATIONS,
    CUT_INPUTS,
    CUT_SHARE,
    HARDWARE_NOTE,
    ITEMS,
    QUICK,
    REMARKS,
    SEARCH_KINDS,
    TEXT_COLUMN,
    WEIGHTS_SHA256,
    Kind,
    RunRecord,
    model_name,
)
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.prepared import Prepared

KEPT_KINDS = ("confirm", "train")
"""Kinds of runs whose weights are stored for later use; a trial stores its configuration only."""


@dataclass(frozen=True)
class Hooks:
    """Callbacks of a training; all are optional.

    begin: called before the first update with the number of planned updates.
    report: called after each validation; returns whether to prune. log: called with every point of every curve.
    stop: called before each update; returns the outcome with which to stop, such as `interrupted`, or None.
    before_checkpoint: called before each checkpoint. keep_sample: receives a sample of the task's output after each
        validation. opening: called before the test split is opened. note: receives one line on what the hardware
        cannot do as configured, or on a checkpoint that cannot be written or used.
    """

    begin: Callable[[int], None] | None = None
    report: Report | None = None
    log: Log | None = None
    stop: Stop | None = None
    before_checkpoint: Callable[[], None] | None = None
    keep_sample: KeepText | None = None
    opening: Callable[[], None] | None = None
    note: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Trained:
    """A finished training: its record, the task with its best weights, and the loss of each update."""

    record: RunRecord
    task: SequenceTask
    losses: list[float]


@dataclass(frozen=True)
class _TestScores:
    """Scores on the test split; empty where it stayed sealed."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    examples: Mapping[str, ExampleScores] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def train(
    config: ExperimentConfig,
    *,
    kind: Kind = "train",
    open_test: bool = False,
    refit: int | None = None,
    checkpoint_folder: Path | None = None,
    hooks: Hooks | None = None,
) -> Trained:
    """Train one configuration on its seed, and score the test split with `open_test` only.

    refit: number of updates to train on training and validation together; there is no validation score then.
    checkpoint_folder: where checkpoints are written; a training that was stopped continues from the newest in it.
    Raises: BudgetError outside the budget's parameters; SealedSplitError where a kind of search opens the test split;
        RnnbenchError where the configured hardware is missing.
    """
    if open_test and kind in SEARCH_KINDS:
        raise SealedSplitError(f"a {kind} is part of the search, which may not use the test split: it stays sealed")
    hooks = hooks or Hooks()
    check_hardware(config.hardware)
    memory, started = PeakMemory(), time.perf_counter()
    prepared = prepare(config)
    remark_tags = _remark_tags(prepared)  # before validation joins training in a refit
    torch.manual_seed(config.seed)
    task = build(config, prepared)
    task.selecting = selecting_metric(config)
    watch = _watch(config, hooks, keeps_scores=refit is None)
    key = _checkpoint_key(config, refit)
    checkpoints = None if checkpoint_folder is None else Checkpoints(checkpoint_folder, key, hooks.note)
    notes = _fit(config, task, watch, hooks, refit, checkpoints)
    watch.restore(task)
    is_completed = watch.outcome == "completed"
    test = _score_test(task, hooks) if open_test and is_completed else _TestScores()
    costs = _costs(config, task, watch)
    costs |= {"wall_seconds": watch.earlier_seconds + time.perf_counter() - started}
    if (peak := memory.peak_bytes()) is not None:
        costs["peak_memory_bytes"] = float(peak)
    if kind in KEPT_KINDS and is_completed:
        shapes = on_meta_device(config, prepared)
        costs |= measured(task, shapes, batch_size=config.training.batch_size, items=watch.items)
    described = describe(config, kind)
    record = replace(
        described,
        outcome=watch.outcome,
        metrics={**watch.best_metrics, **test.metrics},
        costs=costs,
        curves=watch.curves,
        tags={**described.tags, **remark_tags, **_result_tags(task, watch, notes)},
        examples=test.examples,
        details=test.details,
    )
    return Trained(record, task, watch.every_loss())


def describe(config: ExperimentConfig, kind: Kind) -> RunRecord:
    """The record of a run before training: configuration and data, without results."""
    cls = task_class(config.task)
    loaded, metric = load_data(config), selecting_metric(config)
    return RunRecord(
        kind=kind,
        task=config.task,
        data=loaded.facts.name,
        fingerprint=loaded.fingerprint,
        model=model_name(config.model),
        metric=metric.key,
        higher_is_better=metric.higher_is_better,
        seed=config.seed,
        config={**config.to_plain(), "searched": config.search_space.to_plain()},
        tags={
            "choice": config.choice(),
            ITEMS: cls.items,
            **own_metrics_tag((metric, *cls.other_metrics)),
            **_leakage_tag(config),
            **file_tags(config.data.path),
            **_column_tag(loaded),
            **({QUICK: str(True)} if config.is_quick else {}),
        },
    )


def _leakage_tag(config: ExperimentConfig) -> dict[str, str]:
    """The tag for a footnote on test examples that also occur in training; empty where none do."""
    overlap = training_overlap(config)
    return {ALSO_IN_TRAINING: overlap.test_in_words} if overlap.test else {}


def _column_tag(data: AnyData) -> dict[str, str]:
    """The tag with the text column, which `predict` reads in other files too; empty for other data."""
    return {TEXT_COLUMN: data.text_column} if isinstance(data, LabelledTexts) and data.text_column else {}


def _remark_tags(prepared: Prepared) -> dict[str, str]:
    """Tags for a footnote on inputs that are cut, and for what was decided in preparing the data."""
    note, remarks = prepared.cut_note(), prepared.remarks()
    cut = {CUT_INPUTS: note, CUT_SHARE: f"{prepared.cut_share():.4f}"} if note else {}
    return {**cut, **({REMARKS: "; ".join(remarks)} if remarks else {})}


def _result_tags(task: SequenceTask, watch: Watch, notes: list[str]) -> dict[str, str]:
    """Tags with the checksum of the trained weights, continuations, and what the hardware could not do."""
    tags = {WEIGHTS_SHA256: weights_sha256(task)} if watch.outcome == "completed" else {}
    tags |= {CONTINUATIONS: str(watch.continuations)} if watch.continuations else {}
    return tags | ({HARDWARE_NOTE: "; ".join(notes)} if notes else {})


def _checkpoint_key(config: ExperimentConfig, refit: int | None) -> str:
    """Identifies what a checkpoint depends on: configuration, data, and the versions of this package and of torch."""
    plain = {name: section for name, section in config.to_plain().items() if name != "search"}
    return short_hash([plain, load_data(config).fingerprint, refit, __version__, torch.__version__])


def _watch(config: ExperimentConfig, hooks: Hooks, *, keeps_scores: bool) -> Watch:
    metric = selecting_metric(config)
    return Watch(
        metric=metric.key,
        higher_is_better=metric.higher_is_better,
        settings=config.training,
        keeps_scores=keeps_scores,
        seconds=config.budget.seconds,
        report=hooks.report,
        log=hooks.log,
    )


def _fit(
    config: ExperimentConfig,
    task: SequenceTask,
    watch: Watch,
    hooks: Hooks,
    refit: int | None,
    checkpoints: Checkpoints | None,
) -> list[str]:
    """Fit the task in place. Returns notes on what the hardware could not do as configured.

    A stop and running out of memory become the outcome of `watch`.
    """
    hardware_notes = HardwareNotes(config.hardware, hooks.note)
    if hooks.begin is not None:
        batches = task.prepared.batches_per_epoch(config.training.batch_size)
        hooks.begin(planned_updates(config.budget, batches, refit))
    try:
        fit(
            task,
            watch,
            training=config.training,
            budget=config.budget,
            hardware=config.hardware,
            seed=config.seed,
            refit=refit,
            checkpoints=checkpoints,
            stop=hooks.stop,
            before_checkpoint=hooks.before_checkpoint,
            others=[hardware_notes, *([] if hooks.keep_sample is None else [Samples(hooks.keep_sample)])],
        )
    except TrainingStopped as stopped:
        watch.outcome = stopped.outcome
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        watch.outcome = "out_of_memory"
    watch.close_seconds()
    return hardware_notes.notes


def _score_test(task: SequenceTask, hooks: Hooks) -> _TestScores:
    """Open the test split and score the task on it."""
    if hooks.opening is not None:
        hooks.opening()
    task.prepared.open_test()
    metrics = task.evaluate("test")
    examples = task.checked_examples({key.removeprefix("test/"): score for key, score in metrics.items()})
    return _TestScores(metrics, examples, task.details() if examples else {})


def _costs(config: ExperimentConfig, task: SequenceTask, watch: Watch) -> dict[str, float]:
    """Costs of the training itself: sizes, updates, and seconds without validations."""
    return {
        **sizes(task),
        "updates": float(task.global_step),
        "epochs": task.global_step / task.prepared.batches_per_epoch(config.training.batch_size),
        "best_update": float(watch.best_update),
        "training_seconds": watch.training_seconds,
        "training_items_per_second": watch.items / max(1e-9, watch.training_seconds),
    }
