"""A comparison as a table: its columns, and the text of every cell."""

from __future__ import annotations

from collections.abc import Callable

from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.time_to_target import reach_text
from rnnbench.core.text import MISSING, compact, one_line, p_text, seconds_text, signed, whole
from rnnbench.reports.tables.model import NEVER, Column, Document, Line, Mark, Table

MEDIUM, WIDE, WIDEST = 100, 160, 220
"""Terminal widths from which p is shown, then most columns, then every cost."""


def comparison_document(comparison: Comparison) -> Document:
    """The comparison with its verdict, footnotes and runs."""
    return Document(
        title=comparison.title,
        verdict=verdict(comparison),
        tables=(comparison_table(comparison),),
        about=about(comparison),
        footnotes=comparison.footnotes,
        runs=tuple(runs_by_row(comparison)),
    )


def comparison_table(comparison: Comparison) -> Table:
    """A line per encoder and baseline, the best first, without empty columns."""
    shown = _columns(comparison)
    return Table(
        title=comparison.title,
        columns=tuple(column for column, _ in shown),
        lines=tuple(
            Line(tuple(cell(row) for _, cell in shown), _mark(row), comparison.is_marked(row), row.remarks)
            for row in comparison.rows
        ),
    )


def _mark(row: Row) -> Mark:
    return "baseline" if row.kind == "baseline" else "below" if row.beats_baseline is False else ""


def _columns(table: Comparison) -> list[tuple[Column, Callable[[Row], str]]]:
    """Every column with the function that gives its cells, in order; units are in the headers."""
    metric, rows = table.metric, table.rows
    label, unit = metric.label, metric.unit
    in_unit = f" ({unit})" if unit else ""
    counts = "completed/pruned/failed"
    has_ends = any(row.interval for row in rows) or bool(table.short_test)
    ends = "95 % interval" if has_ends else ""
    test = Column(
        "test",
        f"test {label}{in_unit}" + (f" [{ends}]" if ends else ""),
        is_bold=True,
        short=f"test {label} {unit}".strip(),
        legend=f"[{MISSING}] no interval: short test split" if table.short_test else f"[ ] {ends}" if ends else "",
    )
    every = [
        (Column("model", "encoder", is_numeric=False, is_bold=True), lambda row: one_line(row.model)),
        (Column("seeds", "seeds"), seeds_text),
        (test, lambda row: _test_text(table, row)),
        (_column("validation", f"validation{in_unit}", WIDE), lambda row: metric.text(row.validation)),
        (Column("skill", "skill"), lambda row: signed(row.skill)),
        (_column("above_better", "P(row above is better)"), chance_text),
        (_column("behind_best", f"behind the best{in_unit}"), lambda row: _behind_text(table, row)),
        (Column("p_value", "p", legend="p: adjusted", least_width=MEDIUM), lambda row: p_text(row.p_value)),
        (_column("p_value_holm", "p (Holm)"), lambda row: p_text(row.p_value_holm)),
        (Column("parameters", "parameters"), lambda row: compact(row.parameters)),
        (_column("own_parameters", "without embeddings", WIDEST), lambda row: compact(without_embeddings(row))),
        (_column("updates", "updates"), lambda row: whole(row.updates)),
        (_column("epochs", "passes over training", WIDEST), lambda row: epochs_text(row.epochs)),
        (
            Column("wall_seconds", "seconds", legend="seconds: per confirm run"),
            lambda row: seconds_text(row.wall_seconds),
        ),
        (_column("training", "items/s trained", WIDE), lambda row: compact(row.training_items_per_second)),
        (_column("inference", "items/s inference", WIDE), lambda row: compact(row.inference_items_per_second)),
        (_column("flops", "training FLOPs per item", WIDEST), lambda row: compact(row.training_flops_per_item)),
        (_column("reach", f"seconds to validation {metric.text_with_unit(table.reach)}", WIDEST), reach_text),
        (_column("memory", "peak memory (MB)", WIDE, "MB"), lambda row: whole(row.peak_memory_bytes, 1e6)),
        (Column("trials", f"trials ({counts})", short="trials", legend=f"trials: {counts}"), trials_text),
        (Column("remarks", "remarks", is_numeric=False, least_width=NEVER, in_print=False), remarks_text),
    ]
    empty = {
        "own_parameters": not any(row.embedding_parameters for row in rows),
        "epochs": all(row.epochs is None for row in rows),
        "flops": all(row.training_flops_per_item is None for row in rows),
        "reach": table.reach is None,
    }
    return [(column, cell) for column, cell in every if not empty.get(column.key)]


def _test_text(table: Comparison, row: Row) -> str:
    """'75.2 [73.0, 77.4]'; a dash for the interval where the test split is too short."""
    if table.short_test and row.test is not None:
        return f"{table.metric.text(row.test)} [{MISSING}]"
    return table.metric.text(row.test) + table.metric.interval_text(row.interval)


def _column(key: str, header: str, least_width: int = NEVER, short: str = "") -> Column:
    """A column that LaTeX leaves out, and terminals narrower than `least_width`."""
    return Column(key, header, short=short, least_width=least_width, in_print=False)


def chance_text(row: Row) -> str:
    """'0.83 [0.45, 0.98]'."""
    if row.above_better is None:
        return MISSING
    ends = row.above_better_interval
    return f"{row.above_better:.2f}" + (f" [{ends.low:.2f}, {ends.high:.2f}]" if ends else "")


def seeds_text(row: Row) -> str:
    """'6', or '5 of 6' if a seed did not complete."""
    if row.kind == "baseline":
        return MISSING
    return f"{row.seeds}" if row.seeds == row.seeds_planned else f"{row.seeds} of {row.seeds_planned}"


def without_embeddings(row: Row) -> float | None:
    """The number of parameters outside of embeddings; None if not known."""
    if row.parameters is None or row.embedding_parameters is None:
        return None
    return row.parameters - row.embedding_parameters


def epochs_text(value: float | None) -> str:
    """'0.063', '3.2': two digits below ten."""
    return MISSING if value is None else f"{value:.2g}" if value < 9.95 else f"{value:,.0f}"


def trials_text(row: Row) -> str:
    """'28/1/1': completed, pruned, failed."""
    return f"{row.trials_completed}/{row.trials_pruned}/{row.trials_failed}" if row.kind == "encoder" else MISSING


def remarks_text(row: Row) -> str:
    """'baseline', and the row's remarks."""
    return ", ".join((("baseline",) if row.kind == "baseline" else ()) + row.remarks)


def _behind_text(table: Comparison, row: Row) -> str:
    """Difference from the best encoder: '0.6 [-0.3, 1.5]'."""
    if row.behind_best is None or row.test is None or table.best is None or table.best.test is None:
        return MISSING
    # not the difference of the means, which may be over different seeds
    middle = (row.behind_best.low + row.behind_best.high) / 2
    return table.metric.text(middle) + table.metric.interval_text(row.behind_best)


def about(comparison: Comparison) -> str:
    """The line below a table: metric, data, budget, protocol, and how costs were measured."""
    budget = ", ".join(f"{key} {value}" for key, value in sorted(comparison.budget.items()) if value)
    parts = [
        f"{comparison.metric.label}: {comparison.metric.direction} is better",
        f"data {comparison.data} ({comparison.fingerprint[:16]})",
        f"budget: {budget}" if budget else "",
        f"protocol {comparison.protocol}",
    ]
    if any(row.training_flops_per_item for row in comparison.rows):
        parts.append(
            "FLOPs: matrix products of the model's equations, forward, and twice that for the backward pass; a "
            "multiplication and an addition count as one each"
        )
    sizes = sorted({row.inference_batch_size for row in comparison.rows if row.inference_batch_size})
    if sizes:
        parts.append(f"inference: the whole validation split in batches of {' or '.join(map(whole, sizes))} items")
    return one_line("; ".join(part for part in parts if part)) + "."


def runs_by_row(comparison: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    """('lstm', ids), ('lstm trials', ids), ...: the runs of every cell."""
    listed = [
        (f"{row.model}{suffix}", ids)
        for row in comparison.rows
        for suffix, ids in (
            ("", row.run_ids),
            (" (not in the means)", row.lost_run_ids),
            (" trials", row.trial_run_ids),
            (" trained again before the choice", row.reselect_run_ids),
        )
    ]
    return [(one_line(name), tuple(one_line(run_id) for run_id in ids)) for name, ids in listed if ids]
