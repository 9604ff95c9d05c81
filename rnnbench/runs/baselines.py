"""The baselines of a task on its data, as ordinary runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.metrics import OWN_METRICS
from rnnbench.runs.train import describe, load_data, prepare
from rnnbench.storage.record import LEFT_OUT, RunRecord
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.tasks.baseline import BaselineResult

_KEPT = {"keeps_examples": "of every metric, and details"}
"""Marks baselines that keep what encoders keep of the test split: earlier ones are computed anew, not taken over."""

_REFITTED = "-refitted"
"""Ends the key of baselines that learned from validation too: they are other baselines."""


def compute(config: ExperimentConfig) -> Iterator[BaselineResult]:
    """Each baseline of the configuration's task, one at a time; none where the task has none. Opens the test split."""
    loaded, prepared = load_data(config), prepare(config)
    opened = replace(loaded, splits=loaded.splits.opened())  # type: ignore[arg-type]
    prepared.open_test()
    yield from task_class(config.task).baselines(opened, prepared, refit=config.search.refit)


def computed_alone(config: ExperimentConfig, *, tracker: Tracker) -> Iterator[BaselineResult]:
    """Each baseline as it is there, kept as a run of its own below no sweep: whoever opens the test split is stored."""
    first = describe(config, "baseline")
    experiment_id = tracker.experiment(first.task, first.data)
    for result in compute(config):
        _write(tracker, experiment_id, None, _record(first, result, _baseline_key(config)))
        yield result


TAKEN_OVER = "taken over from an earlier sweep of the same data"


def tracked_baselines(
    config: ExperimentConfig,
    *,
    tracker: Tracker,
    experiment_id: str,
    parent: str,
    claim: str,
    tell: Callable[[str], None],
) -> None:
    """Computes the baselines below a sweep's run; those of the same data and windows are taken over, which is told.

    claim: the run that says that this process computes them; it ends when they are there.
    Raises: LeaseLostError where another process computes them by now.
    """
    writer = tracker.claimed(claim)
    first = describe(config, "baseline")
    key = {"fingerprint": first.fingerprint, "baseline_key": _baseline_key(config), **_KEPT}
    there = {record.model for record in _written(tracker, experiment_id, parent, key["baseline_key"])}
    try:
        source = _whole_source(tracker, experiment_id, key)
        if source is not None:
            for record in _written(tracker, experiment_id, source, key["baseline_key"]):
                if record.model not in there:
                    writer.require_lease()
                    tell(f"{record.model}, {TAKEN_OVER}")
                    whole = tracker.with_examples(record)
                    _write(tracker, experiment_id, parent, replace(whole, config=first.config))
        else:
            for result in compute(config):
                writer.require_lease()
                tell(result.model)
                if result.model not in there:
                    _write(tracker, experiment_id, parent, _record(first, result, key["baseline_key"]))
    except BaseException:
        writer.fail()
        raise
    writer.end("completed")


def _whole_source(tracker: Tracker, experiment_id: str, key: dict[str, str]) -> str | None:
    """The newest sweep below which somebody has computed all these baselines to the end."""
    parents = [run.data.tags.get(PARENT, "") for run in tracker.find(experiment_id, kind="baseline", **key)]
    for parent in dict.fromkeys(reversed(parents)):
        if parent and tracker.find(experiment_id, **{PARENT: parent, "claim": "baselines", "outcome": "completed"}):
            return parent
    return None


def _written(tracker: Tracker, experiment_id: str, parent: str, key: str) -> list[RunRecord]:
    return [
        record
        for record in tracker.records(experiment_id, parent)
        if record.kind == "baseline" and record.outcome == "completed" and record.tags.get("baseline_key") == key
    ]


def _baseline_key(config: ExperimentConfig) -> str:
    plain = config.to_plain()["task"]
    values = "-".join(str(plain[name]) for name in task_class(config.task).baseline_settings) or "all"
    return values + (_REFITTED if config.search.refit else "")


def _record(first: RunRecord, result: BaselineResult, key: str) -> RunRecord:
    return replace(
        first,
        model=result.model,
        seed=None,
        metrics=result.metrics,
        costs={"parameters": float(result.parameters), "wall_seconds": result.wall_seconds},
        tags={
            "note": result.note,
            **({LEFT_OUT: result.skipped} if result.skipped else {}),
            "baseline_key": key,
            "test_opened": "True",
            "refitted": str(key.endswith(_REFITTED)),
            **_KEPT,
            **{name: facts for name, facts in first.tags.items() if name == OWN_METRICS},
        },
        examples=result.examples,
        details=result.details,
    )


def _write(tracker: Tracker, experiment_id: str, parent: str | None, record: RunRecord) -> None:
    writer = tracker.start(experiment_id, record.model, {"kind": "baseline"}, parent)
    writer.examples(record)
    writer.finish(record, {"model": record.model})
