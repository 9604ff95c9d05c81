"""The summary for programs: CSV and JSON, every number in full and traced to its runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rnnbench.comparison.across.base import Across, Entry, Experiment, Standing
from rnnbench.comparison.across.words import verdict
from rnnbench.comparison.base import Interval
from rnnbench.metrics import plain_fields


def json_text(table: Across) -> str:
    """The whole summary; experiments and standings carry the ids of the runs behind them."""
    whole = asdict(table, dict_factory=plain_fields) | {"data_sets": table.data_sets, "verdict": verdict(table)}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(table: Across) -> str:
    """A line per encoder over all experiments (`scope` is all), then one per encoder and experiment.

    The skill of the first kind is the interquartile mean over seeds and experiments, that of the second a mean.
    """
    records = [_overall(one) for one in table.standings]
    records += [line for one in table.experiments for line in _in_experiment(table, one)]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=[*records[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def _overall(one: Standing) -> dict[str, Any]:
    return {
        "scope": "all", "encoder": one.encoder, "metric": None, "test": None,
        **_measured("skill", one.iqm, one.iqm_interval),
        **_measured("rank", one.average_rank, None),
        **_measured("win_rate", one.win_rate, one.win_interval),
        "seeds": None, "baseline": None, "baseline_test": None,
        "runs": " ".join(one.run_ids), "baseline_runs": None,
    }  # fmt: skip


def _in_experiment(table: Across, one: Experiment) -> Iterable[dict[str, Any]]:
    for encoder in table.encoders:
        entry: Entry = table.entry(one, encoder)
        yield {
            "scope": one.label, "encoder": encoder, "metric": one.metric.key, "test": entry.test,
            **_measured("skill", entry.skill, entry.interval),
            **_measured("rank", entry.rank, None),
            **_measured("win_rate", None, None),
            "seeds": " ".join(map(str, one.seeds)), "baseline": one.baseline, "baseline_test": one.baseline_test,
            "runs": " ".join(entry.run_ids), "baseline_runs": " ".join(one.baseline_run_ids),
        }  # fmt: skip


def _measured(name: str, value: float | None, interval: Interval | None) -> dict[str, float | None]:
    ends = (interval.low, interval.high) if interval else (None, None)
    return {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}
