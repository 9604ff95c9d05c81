"""Repeat a stored run from what is stored of it, in a new run linked to the old one, and compare the two."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from rnnbench.core.errors import RnnbenchError
from rnnbench.runs.baselines import compute, record_of_result
from rnnbench.runs.environment import ENVIRONMENT_FILE, environment_of
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.rerun_difference import Content, Verdict, compare_runs
from rnnbench.runs.rerun_plan import STOPPED, Repetition, label_of, updates_of
from rnnbench.runs.train import Hooks, describe
from rnnbench.storage.record import REFIT_UPDATES, RERUN_OF, RunRecord
from rnnbench.storage.tracker import Tracker

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


def carry_out(tracker: Tracker, planned: Repetition) -> Rerun:
    """Repeat a run in a new one, and compare the two. The test split is opened where the stored run opened it."""
    record = planned.record
    if record.kind == "baseline":
        repeated = _repeated_baseline(tracker, planned)
    else:
        repeated = _repeated_training(tracker, planned)
    verdict = compare_runs(_content(tracker, record), _content(tracker, repeated))
    result = "identical" if verdict.difference is None else str(verdict.difference)
    tracker.writer(repeated.run_id).tags({RESULT: result})
    return Rerun(record, repeated.run_id, verdict, planned.reasons)


def _repeated_training(tracker: Tracker, planned: Repetition) -> RunRecord:
    record = planned.record
    return train_and_record(
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
    if record.outcome in STOPPED:
        left = iter(range(updates_of(record) - 1))
        return Hooks(is_interrupted=lambda: next(left, None) is None)
    return Hooks()


def _repeated_baseline(tracker: Tracker, planned: Repetition) -> RunRecord:
    record, config = planned.record, planned.config
    result = next((result for result in compute(config) if result.model == record.model), None)
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
    return replace(repeated, run_id=writer.run_id)


def _content(tracker: Tracker, record: RunRecord) -> Content:
    """What the store has of a run: read back for both, so that both have the precision of the store."""
    stored = tracker.with_examples(tracker.with_all_curves(record))
    return Content(stored, tracker.losses(record.run_id))


def _name(record: RunRecord) -> str:
    return f"{record.name}-rerun"
