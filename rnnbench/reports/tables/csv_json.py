"""A comparison or a summary as CSV and JSON: every number in full precision, with its runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rnnbench.comparison.across.base import Across, Experiment, Standing
from rnnbench.comparison.across.notes import verdict as verdict_across
from rnnbench.comparison.model import Comparison, Interval, Row
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.core.text import shown
from rnnbench.metrics import plain_fields

COSTS = (
    "parameters", "updates", "wall_seconds", "training_items_per_second", "inference_items_per_second",
    "embedding_parameters", "training_seconds", "training_flops_per_item", "training_flops", "inference_batch_size",
    "seconds_to_reach", "seeds_reached", "peak_memory_bytes", "epochs", "improving_runs",
)  # fmt: skip

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(summary: Comparison | Across) -> str:
    """A line per row; the field of an unknown value is empty, and a text that begins like a formula is marked as text.

    Of a summary over experiments: a line per encoder over all of them (`scope` is all; `skill` is the interquartile
    mean), then one per encoder and experiment (`skill` is the mean over seeds).
    """
    if isinstance(summary, Comparison):
        records = [_flat(summary, row) for row in summary.rows]
    else:
        records = [_overall(standing) for standing in summary.standings]
        records += [record for experiment in summary.experiments for record in _in_experiment(summary, experiment)]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=[*records[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _no_formula(value) for name, value in record.items()} for record in records)
    return out.getvalue()


def _no_formula(value: Any) -> Any:
    """The value; a text that a spreadsheet would compute as a formula begins with an apostrophe.

    Control characters of a text are escaped: a carriage return would end the line.
    """
    if not isinstance(value, str):
        return value
    return f"'{shown(value)}" if value.startswith(FORMULA) else shown(value)


def json_text(summary: Comparison | Across) -> str:
    """Every field; of a comparison also the run ids of every cell, per row under `cells`."""
    whole = asdict(summary, dict_factory=plain_fields)
    if isinstance(summary, Comparison):
        whole = {"footnotes" if name == "notes" else name: value for name, value in whole.items()}
        whole |= {"footnotes": summary.footnotes, "verdict": verdict(summary), "run_ids": list(summary.run_ids)}
        above = (None, *summary.rows)
        for row, before, written in zip(summary.rows, above, whole["rows"], strict=False):
            written["cells"] = _cells(summary, row, before)
    else:
        whole |= {"data_sets": summary.data_sets, "verdict": verdict_across(summary)}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _cells(table: Comparison, row: Row, above: Row | None) -> dict[str, list[str]]:
    own, best, baseline = list(row.run_ids), table.best, table.best_baseline
    against_best = own + list(best.run_ids) if best and row.p_value_holm is not None else []
    # adjusted for every pair of encoders
    against_all = [run_id for encoder in table.encoders for run_id in encoder.run_ids] if against_best else []
    against_baseline = own + list(baseline.run_ids) if baseline and row.skill is not None else []
    reached = list(baseline.validation_run_ids) if baseline and table.reach_is_baselines else []
    scores = dict.fromkeys(("test", "interval", *COSTS), own)
    return scores | {
        "validation": list(row.validation_run_ids),
        "seconds_to_reach": own + reached if row.seeds_reached is not None else [],
        "seeds": own + list(row.lost_run_ids),
        "skill": against_baseline,
        "p_value": against_all,
        "p_value_holm": against_all,
        "behind_best": against_best,
        "ahead_of_baseline": against_baseline,
        "above_better": own + list(above.run_ids) if above and row.above_better is not None else [],
        "trials": list(row.trial_run_ids),
    }


def _flat(comparison: Comparison, row: Row) -> dict[str, Any]:
    """The row as columns."""
    return {
        "model": row.model,
        "kind": row.kind,
        "metric": comparison.metric.key,
        "seeds": row.seeds if row.kind == "encoder" else None,
        "seeds_planned": row.seeds_planned if row.kind == "encoder" else None,
        "test": row.test,
        **_ends("test", row.interval),
        "examples": row.examples or None,
        "validation": row.validation,
        "skill": row.skill,
        **_ends("ahead_of_baseline", row.ahead_of_baseline),
        "above_better": row.above_better,
        **_ends("above_better", row.above_better_interval),
        **_ends("behind_best", row.behind_best),
        "p_value": row.p_value,
        "p_value_holm": row.p_value_holm,
        **_fields(row, "is_best", "in_best_group", "beats_baseline", "surely_beats_baseline"),
        **{key: _whole(getattr(row, key)) for key in COSTS},
        **_fields(row, "trials_completed", "trials_pruned", "trials_failed"),
        "reach": comparison.reach,
        "remarks": "; ".join(row.remarks),
        **_fields(comparison, "marks_best", "quick", "short_test"),
        **_fields(comparison, "task", "data", "fingerprint", "protocol"),
        "footnotes": " | ".join(comparison.footnotes),
        "runs": " ".join(row.run_ids),
        "lost_runs": " ".join(row.lost_run_ids),
        "trial_runs": " ".join(row.trial_run_ids),
        "reselect_runs": " ".join(row.reselect_run_ids),
    }


def _fields(holder: Comparison | Row, *names: str) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in names}


def _whole(value: float | None) -> float | int | None:
    """A whole number as an int, without '.0'."""
    return int(value) if value is not None and value == int(value) else value


def _overall(standing: Standing) -> dict[str, Any]:
    return {
        "scope": "all", "encoder": standing.encoder, "metric": None, "test": None,
        "skill": standing.iqm, **_ends("skill", standing.iqm_interval),
        "rank": standing.average_rank, **_ends("rank", None),
        "win_rate": standing.win_rate, **_ends("win_rate", standing.win_interval),
        "seeds": None, "baseline": None, "baseline_test": None,
        "runs": " ".join(standing.run_ids), "baseline_runs": None,
    }  # fmt: skip


def _in_experiment(summary: Across, experiment: Experiment) -> Iterable[dict[str, Any]]:
    for encoder in summary.encoders:
        entry = summary.entry(experiment, encoder)
        yield {
            "scope": experiment.label, "encoder": encoder, "metric": experiment.metric.key, "test": entry.test,
            "skill": entry.skill, **_ends("skill", entry.interval),
            "rank": entry.rank, **_ends("rank", None),
            "win_rate": None, **_ends("win_rate", None),
            "seeds": " ".join(map(str, experiment.seeds)),
            "baseline": experiment.baseline, "baseline_test": experiment.baseline_test,
            "runs": " ".join(entry.run_ids), "baseline_runs": " ".join(experiment.baseline_run_ids),
        }  # fmt: skip


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    """An interval as two columns."""
    return {f"{name}_low": interval.low if interval else None, f"{name}_high": interval.high if interval else None}
