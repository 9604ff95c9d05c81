"""What a table says of encoders whose sizes were matched."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.core.text import compact
from rnnbench.record import MATCH_TOLERANCE, RunRecord


def matched_note(records: Sequence[RunRecord]) -> str:
    """'Parameters matched to 300k +- 2 %: lstm 301k (hidden_size 96), ...', or nothing where no size was matched."""
    confirms = [record for record in records if record.kind == "confirm"]
    targets = {target for record in confirms if (target := (record.config.get("budget") or {}).get("match_parameters"))}
    if not targets:
        return ""
    sizes = {
        record.model: f"{record.model} {compact(record.costs['parameters'])}"
        f" (hidden_size {record.config.get('encoder', {}).get('hidden_size', 'unknown')})"
        for record in confirms
        if "parameters" in record.costs
    }
    wanted = " or ".join(compact(float(target)) for target in sorted(targets))
    listed = ", ".join(sizes[model] for model in sorted(sizes))
    return (
        f"Parameters matched to {wanted} +- {MATCH_TOLERANCE * 100:g} %: {listed}. "
        "hidden_size was solved for in every configuration that was drawn, not searched."
    )
