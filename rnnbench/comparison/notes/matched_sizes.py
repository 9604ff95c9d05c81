"""Footnote: encoders of matched size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnbench.comparison.model import Note
from rnnbench.core.text import compact
from rnnbench.storage.record import MATCH_TOLERANCE, RunRecord


def matched_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Parameters matched to 300k +- 2 %: lstm 301k (hidden_size 96), ...', or nothing where no size was matched."""
    confirms = [record for record in records if record.kind == "confirm"]
    targets = {target for record in confirms if (target := (record.config.get("budget") or {}).get("match_parameters"))}
    if not targets:
        return
    sizes = {
        record.model: f"{record.model} {compact(record.costs['parameters'])}"
        f" (hidden_size {record.config.get('encoder', {}).get('hidden_size', 'unknown')})"
        for record in confirms
        if "parameters" in record.costs
    }
    wanted = " or ".join(compact(float(target)) for target in sorted(targets))
    listed = ", ".join(sizes[model] for model in sorted(sizes))
    tolerance = f"Parameters matched to {wanted} +- {MATCH_TOLERANCE * 100:g} %"
    yield Note(f"{tolerance}: {listed}. hidden_size was solved for in every trial, not searched.", f"{tolerance}.")
