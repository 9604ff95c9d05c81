"""How often the training data were passed over, and in how many runs validation was still improving at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.core.text import one_line
from rnnbench.storage.record import QUICK, RunRecord

LAST_PART = 0.1
"""Validation was still improving at the end if its best score is at the last validation, or within this last part of
the updates."""

MOST_IMPROVING = 0.5
"""Above this share of an encoder's runs, a terminal shows the note."""


def is_quick_run(record: RunRecord) -> bool:
    """Whether a run was made with the small budget of `--quick`."""
    return record.tags.get(QUICK) == "True"


def improving_runs(runs: Sequence[RunRecord]) -> int | None:
    """The number of runs whose validation was still improving at the end; None where no run has what this needs.

    Runs that were trained on the validation split too have no validation score.
    """
    known = [
        (best, updates)
        for record in runs
        if not record.is_refitted
        and (best := _finite(record.costs.get("best_update"))) is not None
        and (updates := _finite(record.costs.get("updates"))) is not None
    ]
    return sum(best > (1 - LAST_PART) * updates for best, updates in known) if known else None


def passes_text(epochs: float) -> str:
    """'6 %' of the training data for less than one pass, '3.2 times' otherwise."""
    if epochs < 0.995:
        return f"{100 * epochs:.0f} %" if epochs >= 0.095 else f"{100 * epochs:.2g} %"
    return f"{epochs:.1f} times" if epochs < 9.95 else f"{epochs:,.0f} times"


def quick_text(table: Comparison) -> str:
    """'quick run: 6 % of the training data read once; too short to choose by'."""
    epochs = sorted(row.epochs for row in table.encoders if row.epochs is not None)
    if not epochs:
        return "quick run: too short to choose by"
    low, high = passes_text(epochs[0]), passes_text(epochs[-1])
    if high.endswith("%"):
        share = high if low == high else f"{low.removesuffix(' %')} to {high}"
        return f"quick run: {share} of the training data read once; too short to choose by"
    often = high if low == high else f"{low.removesuffix(' times')} to {high}"
    return f"quick run: training data read {often}; too short to choose by"


def length_notes(table: Comparison) -> Iterable[Note]:
    """How often each encoder read the training data, and how many of its runs were still improving at the end."""
    rows = [row for row in table.encoders if row.test is not None]
    if read := [f"{one_line(row.model)} {passes_text(row.epochs)}" for row in rows if row.epochs is not None]:
        yield Note(
            f"Passes over the training data (mean of the confirmed runs; below one, the share that was read): "
            f"{', '.join(read)}."
        )
    improving = [row for row in rows if row.improving_runs is not None]
    if not improving:
        return
    counts = ", ".join(f"{one_line(row.model)} {row.improving_runs} of {len(row.run_ids)}" for row in improving)
    text = f"Runs whose validation was still improving at the end (best in the last tenth of the updates): {counts}."
    is_short = any(map(_is_mostly_improving, improving))
    advice = " They may gain from more updates (budget.updates), and the order of the encoders may change."
    yield Note(text + (advice if is_short else ""), f"Still improving at the end: {counts} runs." if is_short else "")


def _is_mostly_improving(row: Row) -> bool:
    return (row.improving_runs or 0) > MOST_IMPROVING * len(row.run_ids)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
