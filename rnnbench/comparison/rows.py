"""The row of one encoder or baseline, from its runs alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from rnnbench.comparison.model import Row
from rnnbench.comparison.selection import is_open
from rnnbench.comparison.statistics.summary import mean_interval
from rnnbench.comparison.training_length import improving_runs
from rnnbench.metrics import Metric
from rnnbench.storage.record import LEFT_OUT, Outcome, RunRecord

UNSCORED = "without a test score"
"""Remark on a run that completed and has no value of the metric."""

OTHER_METRICS = "scored by other metrics only"
"""Remark on a baseline that has test scores, but none by the metric: it gives texts and no probabilities, say."""

FAILED: tuple[Outcome, ...] = ("diverged", "out_of_memory", "failed")
"""Outcomes of a trial that count as failed. An interrupted trial does not: the search repeats it."""


MEAN_COSTS = (
    "parameters",
    "embedding_parameters",
    "updates",
    "epochs",
    "wall_seconds",
    "training_seconds",
    "training_items_per_second",
    "training_flops_per_item",
    "training_flops",
    "inference_items_per_second",
    "inference_batch_size",
)
"""Costs of a row that are means over its runs."""


def encoder_row(model: str, metric: Metric, confirms: Sequence[RunRecord], trials: Sequence[RunRecord]) -> Row:
    """The row of an encoder: means over the completed seeds, and remarks on the others."""
    scored = [record for record in confirms if is_scored(record, metric.key)]
    by_seed: dict[int, list[float]] = {}
    for record in scored:
        by_seed.setdefault(_seed(record), []).append(record.metrics[f"test/{metric.key}"])
    # a seed counts once, even if it was trained several times (only under --force)
    scores = tuple((seed, math.fsum(values) / len(values)) for seed, values in sorted(by_seed.items()))
    lost = [record for record in confirms if not is_scored(record, metric.key)]
    planned = {_seed(record) for record in confirms}
    outcomes = Counter(record.outcome for record in trials)
    validated = _validated(scored, trials)
    row = Row(
        model=model,
        kind="encoder",
        test=_mean(score for _, score in scores),
        interval=mean_interval([score for _, score in scores], bounds=metric.bounds),
        validation=_mean(record.metrics.get(f"validation/{metric.key}") for record in validated),
        seed_scores=scores,
        seeds_planned=len(planned),
        trials_completed=outcomes["completed"],
        trials_pruned=outcomes["pruned"],
        trials_failed=sum(outcomes[outcome] for outcome in FAILED),
        remarks=tuple(_losses(lost, set(by_seed), len(planned))),
        improving_runs=improving_runs(scored),
        run_ids=_ids(scored),
        validation_run_ids=_ids(validated),
        lost_run_ids=_ids(lost),
        trial_run_ids=_ids(trials),
    )
    return _with_costs(row, scored)


def _validated(confirms: Sequence[RunRecord], trials: Sequence[RunRecord]) -> Sequence[RunRecord]:
    """The runs of the validation score: the chosen trials where encoders were confirmed on training and validation."""
    choices = {record.tags.get("choice") for record in confirms if record.is_refitted}
    return [record for record in trials if record.tags.get("choice") in choices] if choices else confirms


def baseline_row(model: str, metric: Metric, runs: Sequence[RunRecord]) -> Row:
    """The row of a baseline, which has no seed: repeated runs have the same score."""
    scored = [record for record in runs if is_scored(record, metric.key)]
    # a baseline without this metric still has its costs
    done = scored or [record for record in runs if _has_other_metrics(record)]
    lost = [record for record in runs if not (is_scored(record, metric.key) if scored else _has_other_metrics(record))]
    remarks = {OTHER_METRICS} if done else {_word(record) for record in lost}
    row = Row(
        model=model,
        kind="baseline",
        test=_mean(record.metrics[f"test/{metric.key}"] for record in scored),
        validation=_mean(record.metrics.get(f"validation/{metric.key}") for record in scored),
        remarks=() if scored else tuple(sorted(remarks)),
        run_ids=_ids(done),
        validation_run_ids=_ids(scored),
        lost_run_ids=_ids(lost),
    )
    return _with_costs(row, done)


def _has_other_metrics(record: RunRecord) -> bool:
    """Whether the run completed with any test score."""
    scores = (value for key, value in record.metrics.items() if key.startswith("test/"))
    return record.outcome == "completed" and any(map(math.isfinite, scores))


def is_scored(record: RunRecord, metric: str) -> bool:
    """Whether the run completed with a test score."""
    return record.outcome == "completed" and _finite(record.metrics.get(f"test/{metric}")) is not None


def _losses(lost: Sequence[RunRecord], done: set[int], planned: int) -> Iterable[str]:
    """'1 of 6 seeds diverged', and failed attempts at a seed that another attempt completed."""
    missing = {_seed(record): record for record in lost if _seed(record) not in done}
    for word, count in sorted(Counter(_word(record) for record in missing.values()).items()):
        yield f"{count} of {planned} seeds {word}"
    for record in lost:
        if _seed(record) in done and not is_open(record):
            yield f"seed {_seed(record)} {_word(record)} in another attempt"


def _word(record: RunRecord) -> str:
    if LEFT_OUT in record.tags:
        return f"left out: {record.tags[LEFT_OUT]}"
    words = {"out_of_memory": "out of memory", "running": "still running", "completed": UNSCORED}
    return words.get(record.outcome, record.outcome)


def _seed(record: RunRecord) -> int:
    assert record.seed is not None  # checked by eligibility.require_confirmed
    return record.seed


def _with_costs(row: Row, runs: Sequence[RunRecord]) -> Row:
    means: dict[str, Any] = {key: _mean(record.costs.get(key) for record in runs) for key in MEAN_COSTS}
    peaks = [peak for record in runs if (peak := _finite(record.costs.get("peak_memory_bytes"))) is not None]
    return replace(row, peak_memory_bytes=max(peaks, default=None), **means)


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of the finite values, or None when there are none."""
    known = [value for value in map(_finite, values) if value is not None]
    return math.fsum(known) / len(known) if known else None


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _ids(records: Iterable[RunRecord]) -> tuple[str, ...]:
    return tuple(record.run_id for record in records if record.run_id)
