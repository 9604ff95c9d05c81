"""The columns of a table and how its numbers read: one place for every format that people look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rnnbench.comparison.base import Comparison, Row
from rnnbench.wording import MISSING

Cell = Callable[[Comparison, Row], str]


@dataclass(frozen=True)
class Column:
    """One column: `key` names it in code, `header` on paper, `cell` gives its text."""

    key: str
    header: str
    cell: Cell
    is_numeric: bool = True


def compact(value: float | None) -> str:
    """Three digits and k, M, G, T or P: 512, 45.6k, 1.23M."""
    if value is None:
        return MISSING
    for limit, suffix in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            return _three_digits(value / limit) + suffix
    return f"{value:.0f}" if value == int(value) else _three_digits(value)


def seconds_text(value: float | None) -> str:
    """Seconds with three digits, or whole with thousands separators."""
    return MISSING if value is None else _three_digits(value) if value < 99.95 else f"{value:,.0f}"


def signed(value: float | None) -> str:
    """'+0.056': a skill, in which the sign is the message."""
    return MISSING if value is None else f"{round(value, 3) + 0.0:+.3f}"


def p_text(value: float | None) -> str:
    """A p value to three decimals."""
    return MISSING if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def chance_text(row: Row) -> str:
    """'0.83 [0.45, 0.98]'."""
    if row.above_better is None:
        return MISSING
    ends = row.above_better_interval
    return f"{row.above_better:.2f}" + (f" [{ends.low:.2f}, {ends.high:.2f}]" if ends else "")


def seeds_text(row: Row) -> str:
    """'6', or '5 of 6' where a seed did not complete."""
    if row.kind == "baseline":
        return MISSING
    return f"{row.seeds}" if row.seeds == row.seeds_planned else f"{row.seeds} of {row.seeds_planned}"


def without_embeddings(row: Row) -> float | None:
    """The parameters that are no embeddings, where that is known."""
    if row.parameters is None or row.embedding_parameters is None:
        return None
    return row.parameters - row.embedding_parameters


def reach_text(row: Row) -> str:
    """'12.3', '12.3 (5 of 6)' where a seed never got there, 'never', or nothing known."""
    if row.seeds_reached is None:
        return MISSING
    if row.seconds_to_reach is None:
        return "never"
    whole = row.seeds_reached == row.seeds_planned
    return seconds_text(row.seconds_to_reach) + ("" if whole else f" ({row.seeds_reached} of {row.seeds_planned})")


def reach_header(table: Comparison) -> str:
    """'seconds to validation 75.9 %'."""
    return f"seconds to validation {table.metric.text_with_unit(table.reach)}"


def trials_text(row: Row) -> str:
    """'28/1/1': completed, pruned, failed."""
    return f"{row.trials_completed}/{row.trials_pruned}/{row.trials_failed}" if row.kind == "encoder" else MISSING


def one_line(text: str) -> str:
    """The text with line breaks and control characters as single spaces: a name can then not break a table."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def columns(comparison: Comparison) -> tuple[Column, ...]:
    """Every column of the table that has something to say, in order, with the units in the headers."""
    shown = comparison.metric
    unit = f" ({shown.unit})" if shown.unit else ""
    has_interval = any(row.interval for row in comparison.rows)
    every = (
        Column("model", "encoder", lambda _, row: one_line(row.model), is_numeric=False),
        Column("seeds", "seeds", lambda _, row: seeds_text(row)),
        Column("test", f"test {shown.label}{unit}" + (" [95 % interval]" if has_interval else ""), _test_cell),
        Column("validation", f"validation{unit}", lambda table, row: table.metric.text(row.validation)),
        Column("skill", "skill", lambda _, row: signed(row.skill)),
        Column("above_better", "P(row above is better)", lambda _, row: chance_text(row)),
        Column("behind_best", f"behind the best{unit}", _behind_cell),
        Column("p_value", "p", lambda _, row: p_text(row.p_value)),
        Column("p_value_holm", "p (Holm)", lambda _, row: p_text(row.p_value_holm)),
        Column("parameters", "parameters", lambda _, row: compact(row.parameters)),
        Column("own_parameters", "without embeddings", lambda _, row: compact(without_embeddings(row))),
        Column("updates", "updates", lambda _, row: _whole(row.updates)),
        Column("wall_seconds", "seconds", lambda _, row: seconds_text(row.wall_seconds)),
        Column("training", "items/s trained", lambda _, row: compact(row.training_items_per_second)),
        Column("inference", "items/s inference", lambda _, row: compact(row.inference_items_per_second)),
        Column("flops", "training FLOPs per item", lambda _, row: compact(row.training_flops_per_item)),
        Column("reach", reach_header(comparison), lambda _, row: reach_text(row)),
        Column("memory", "peak memory (MB)", lambda _, row: _whole(row.peak_memory_bytes, 1e6)),
        Column("trials", "trials (completed/pruned/failed)", lambda _, row: trials_text(row)),
        Column("remarks", "remarks", lambda _, row: remarks_text(row), is_numeric=False),
    )
    unknown = {
        "own_parameters": not any(row.embedding_parameters for row in comparison.rows),
        "flops": all(row.training_flops_per_item is None for row in comparison.rows),
        "reach": comparison.reach is None,
    }
    return tuple(column for column in every if not unknown.get(column.key))


def _behind_cell(table: Comparison, row: Row) -> str:
    """How much worse than the best encoder: '0.6 [-0.3, 1.5]'."""
    if row.behind_best is None or row.test is None or table.best is None or table.best.test is None:
        return MISSING
    # its middle, and not the difference of the means, which need not be over the same seeds
    middle = (row.behind_best.low + row.behind_best.high) / 2
    return table.metric.text(middle) + table.metric.interval_text(row.behind_best)


def remarks_text(row: Row) -> str:
    """'baseline', and what else has to be known about the row."""
    return ", ".join((("baseline",) if row.kind == "baseline" else ()) + row.remarks)


def about(comparison: Comparison) -> str:
    """The line under a table that says what it is of."""
    budget = ", ".join(f"{key} {value}" for key, value in sorted(comparison.budget.items()) if value)
    direction = "higher" if comparison.higher_is_better else "lower"
    parts = [
        f"{comparison.metric.label}: {direction} is better",
        f"data {comparison.data} ({comparison.fingerprint[:16]})",
        f"budget: {budget}" if budget else "",
        f"protocol {comparison.protocol}",
        *_counted(comparison),
    ]
    return one_line("; ".join(part for part in parts if part)) + "."


def _counted(comparison: Comparison) -> list[str]:
    """How the costs were found that can be found in more than one way."""
    words = []
    if any(row.training_flops_per_item for row in comparison.rows):
        words.append(
            "FLOPs: matrix products of the model's equations, forward and twice that for the way back, a "
            "multiplication and an addition 1 each"
        )
    sizes = sorted({row.inference_batch_size for row in comparison.rows if row.inference_batch_size})
    if sizes:
        listed = " or ".join(_whole(size) for size in sizes)
        words.append(f"inference: the whole validation split in batches of {listed} items")
    return words


def runs_by_row(comparison: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    """('lstm', ids), ('lstm trials', ids), ...: the runs that every cell comes from."""
    listed: list[tuple[str, tuple[str, ...]]] = []
    for row in comparison.rows:
        name = one_line(row.model)
        listed.append((name, row.run_ids))
        listed.append((f"{name} (not in the means)", row.lost_run_ids))
        listed.append((f"{name} trials", row.trial_run_ids))
        listed.append((f"{name} trained again before the choice", row.reselect_run_ids))
    return [(name, tuple(one_line(one) for one in ids)) for name, ids in listed if ids]


def _test_cell(table: Comparison, row: Row) -> str:
    return table.metric.text(row.test) + table.metric.interval_text(row.interval)


def _whole(value: float | None, unit: float = 1) -> str:
    return MISSING if value is None else f"{value / unit:,.0f}"


def _three_digits(value: float) -> str:
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"
