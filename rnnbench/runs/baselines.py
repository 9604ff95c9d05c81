"""Compute the baselines of a task on a data set, and record each as a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.metrics import OWN_METRICS
from rnnbench.runs.environment import ENVIRONMENT_FILE, environment_of
from rnnbench.runs.prepare import load_data, prepare
from rnnbench.runs.train import describe
from rnnbench.storage.record import LEFT_OUT, RunRecord
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.tasks.baseline import BaselineResult

_WITH_EXAMPLES = {"keeps_examples": "of every metric, and details"}
"""Tag of baselines with example scores and details: those of earlier versions lack them and are not reused."""

_REFITTED = "-refitted"
"""Suffix of the key of baselines that are fitted on training and validation together: they differ from others."""

REUSED = "reused from an earlier sweep on the same data"


def compute(config: ExperimentConfig) -> Iterator[BaselineResult]:
    """Compute the baselines of the configuration's task, one at a time. Opens the test split."""
    loaded, prepared = load_data(config), prepare(config)
    opened = replace(loaded, splits=loaded.splits.opened())  # type: ignore[arg-type]
    prepared.open_test()
    yield from task_class(config.task).baselines(opened, prepared, refit=config.search.refit)


def record_without_sweep(config: ExperimentConfig, *, tracker: Tracker) -> Iterator[BaselineResult]:
    """Compute baselines and record each as a run outside of sweeps, since every opening of the test split is stored."""
    described = describe(config, "baseline")
    experiment_id = tracker.experiment(described.task, described.data)
    for result in compute(config):
        record = record_of_result(described, result, config)
        _write(tracker, experiment_id, None, record, environment_of(config.hardware))
        yield result


def record_in_sweep(
    config: ExperimentConfig,
    *,
    tracker: Tracker,
    experiment_id: str,
    parent: str,
    claim: str,
    tell: Callable[[str], None],
) -> None:
    """Record the baselines below a sweep's run; those of an earlier sweep on the same data and settings are reused.

    claim: the run that reserves this work for this process; it ends with the last baseline.
    tell: receives the name of each baseline, and whether it is reused.
    Raises: LeaseLostError where another process has taken over this work.
    """
    writer = tracker.claimed(claim)
    described = describe(config, "baseline")
    key = {"fingerprint": described.fingerprint, "baseline_key": _baseline_key(config), **_WITH_EXAMPLES}
    recorded = {record.model for record in _completed(tracker, experiment_id, parent, key["baseline_key"])}
    try:
        source = _reusable_sweep(tracker, experiment_id, key)
        if source is not None:
            for record in _completed(tracker, experiment_id, source, key["baseline_key"]):
                if record.model not in recorded:
                    writer.require_lease()
                    tell(f"{record.model}, {REUSED}")
                    complete = replace(tracker.with_examples(record), config=described.config)
                    facts = tracker.read_json(record.run_id, ENVIRONMENT_FILE) or {}
                    _write(tracker, experiment_id, parent, complete, facts)
        else:
            for result in compute(config):
                writer.require_lease()
                tell(result.model)
                if result.model not in recorded:
                    record, facts = record_of_result(described, result, config), environment_of(config.hardware)
                    _write(tracker, experiment_id, parent, record, facts)
    except BaseException:
        writer.fail()
        raise
    writer.end("completed")


def _reusable_sweep(tracker: Tracker, experiment_id: str, key: dict[str, str]) -> str | None:
    """The newest sweep in which all these baselines were completed."""
    parents = [run.data.tags.get(PARENT, "") for run in tracker.find(experiment_id, kind="baseline", **key)]
    for parent in dict.fromkeys(reversed(parents)):
        if parent and tracker.find(experiment_id, **{PARENT: parent, "claim": "baselines", "outcome": "completed"}):
            return parent
    return None


def _completed(tracker: Tracker, experiment_id: str, parent: str, key: str) -> list[RunRecord]:
    return [
        record
        for record in tracker.records(experiment_id, parent)
        if record.kind == "baseline" and record.outcome == "completed" and record.tags.get("baseline_key") == key
    ]


def _baseline_key(config: ExperimentConfig) -> str:
    plain, task = config.to_plain()["task"], task_class(config.task)
    values = "-".join(str(plain[name]) for name in task.baseline_settings) or "all"
    version = f"-version{task.baselines_version}" if task.baselines_version > 1 else ""
    return values + version + (_REFITTED if config.search.refit else "")


def record_of_result(described: RunRecord, result: BaselineResult, config: ExperimentConfig) -> RunRecord:
    """The record of a baseline's result. described: the record of the configuration, without results."""
    key = _baseline_key(config)
    return replace(
        described,
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
            **_WITH_EXAMPLES,
            **{name: facts for name, facts in described.tags.items() if name == OWN_METRICS},
        },
        examples=result.examples,
        details=result.details,
    )


def _write(
    tracker: Tracker, experiment_id: str, parent: str | None, record: RunRecord, facts: Mapping[str, str]
) -> None:
    writer = tracker.start(experiment_id, record.model, {"kind": "baseline"}, parent)
    writer.text(json.dumps(dict(facts), indent=2), ENVIRONMENT_FILE)
    writer.examples(record)
    writer.finish(record, {"model": record.model})
