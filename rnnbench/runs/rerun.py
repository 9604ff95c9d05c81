"""Repeat a stored run from what is stored of it, in a new run linked to the old one, and compare the two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.baselines import compute, record_of_result
from rnnbench.runs.environment import ENVIRONMENT_FILE, environment_of
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.rerun_difference import Content, Verdict, compare_runs
from rnnbench.runs.rerun_plan import STOPPED_FROM_OUTSIDE, Repetition, label_of, updates_of
from rnnbench.runs.train import Hooks, describe
from rnnbench.storage.record import REFIT_UPDATES, RERUN_OF, RunRecord
from rnnbench.storage.tracker import Tracker, record_of
from rnnbench.tasks.baseline import BaselineResult

RESULT = "rerun_result"
"""Tag of a rerun: 'identical', or the first difference from the run that it repeats."""


@dataclass(frozen=True)
class Rerun:
    """A repeated run. record: of the stored run. run_id: of the new one. reasons: see `Repetition`."""

    record: RunRecord
    run_id: str
    verdict: Verdict
    reasons: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        return self.verdict.is_identical

    def to_plain(self) -> dict[str, Any]:
        """The result for JSON."""
        difference = self.verdict.difference
        return {
            "run_id": self.record.run_id,
            "name": self.record.name,
            "kind": self.record.kind,
            "rerun_id": self.run_id,
            "is_identical": self.is_identical,
            "difference": None if difference is None else difference.to_plain(),
            "compared": [*self.verdict.compared],
            "missing": [*self.verdict.missing],
            "reasons": [*self.reasons],
        }


class _Baselines:
    """The baselines of one configuration, each computed once, up to the last one that is asked for."""

    def __init__(self, config: ExperimentConfig) -> None:
        self.config = config
        self._left = compute(config)
        self._results: dict[str, BaselineResult] = {}

    def result(self, model: str) -> BaselineResult | None:
        """The result of a baseline; None where the task has none of this name."""
        while model not in self._results and (result := next(self._left, None)) is not None:
            self._results[result.model] = result
        return self._results.get(model)


def carry_out(tracker: Tracker, planned: Iterable[Repetition]) -> Iterator[Rerun]:
    """Repeat each run in a new one, and compare the two. The test split is opened where the stored run opened it."""
    baselines: _Baselines | None = None
    for each in planned:
        if each.record.kind != "baseline":
            yield _compared(tracker, each, _repeated_training(tracker, each))
            continue
        if baselines is None or baselines.config != each.config:
            baselines = _Baselines(each.config)
        yield _compared(tracker, each, _repeated_baseline(tracker, each, baselines.result(each.record.model)))


def _compared(tracker: Tracker, planned: Repetition, repeated: str) -> Rerun:
    """A run and its rerun, compared; the result is also a tag of the rerun."""
    record = planned.record
    verdict = compare_runs(_content(tracker, record.run_id), _content(tracker, repeated))
    result = "identical" if verdict.difference is None else str(verdict.difference)
    tracker.writer(repeated).tags({RESULT: result})
    return Rerun(record, repeated, verdict, planned.reasons)


def _repeated_training(tracker: Tracker, planned: Repetition) -> str:
    record = planned.record
    repeated = train_and_record(
        planned.config,
        tracker=tracker,
        experiment_id=tracker.run(record.run_id).info.experiment_id,
        name=_name(record),
        kind="rerun",
        open_test=record.kind == "confirm",
        refit=_refit_length(record),
        tags={RERUN_OF: record.run_id},
        hooks=_hooks(tracker, record),
    )
    return repeated.run_id


def _refit_length(record: RunRecord) -> int | None:
    """Updates on training and validation together; earlier versions stored only how many there were."""
    return int(record.tags.get(REFIT_UPDATES, updates_of(record))) if record.is_refitted else None


def _hooks(tracker: Tracker, record: RunRecord) -> Hooks:
    """Stop where the stored run was stopped from outside: by the pruner, by a person, or for want of memory."""
    if record.outcome == "pruned":
        # other trials decided: only the number of validations is stored
        validated = tracker.with_curves(replace(record, curves={}), [f"validation/{record.metric}"])
        count = len({update for points in validated.curves.values() for update, _ in points})
        return Hooks(report=lambda validations, score: validations >= count)
    if record.outcome in STOPPED_FROM_OUTSIDE:
        left = iter(range(updates_of(record)))
        return Hooks(stop=lambda: "interrupted" if next(left, None) is None else None)
    return Hooks()


def _repeated_baseline(tracker: Tracker, planned: Repetition, result: BaselineResult | None) -> str:
    record, config = planned.record, planned.config
    if result is None:
        raise RnnbenchError(
            f"{label_of(record)} cannot be repeated: {record.task} has no baseline {record.model} any more"
        )
    repeated = record_of_result(describe(config, "rerun"), result, config)
    repeated = replace(repeated, name=_name(record), tags={**repeated.tags, RERUN_OF: record.run_id})
    experiment_id = tracker.run(record.run_id).info.experiment_id
    writer = tracker.start(experiment_id, repeated.name, {"kind": "rerun", RERUN_OF: record.run_id})
    writer.text(json.dumps(environment_of(config.hardware), indent=2), ENVIRONMENT_FILE)
    writer.examples(repeated)
    writer.finish(repeated, {"model": record.model})
    return writer.run_id


def _content(tracker: Tracker, run_id: str) -> Content:
    """What the store has of a run: read back for both, so that both have the precision of the store."""
    record = record_of(tracker.run(run_id))
    return Content(tracker.with_examples(tracker.with_all_curves(record)), tracker.losses(run_id))


def _name(record: RunRecord) -> str:
    return f"{record.name}-rerun"
