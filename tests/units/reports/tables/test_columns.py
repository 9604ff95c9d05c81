"""Columns of a comparison: costs where they are known."""

from __future__ import annotations

from typing import Any

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison
from rnnbench.reports.tables.columns import about, comparison_table
from rnnbench.reports.tables.terminal import terminal_table
from rnnbench.storage.record import RunRecord

CURVE = [(100, 0.60), (200, 0.70), (300, 0.65)]


def run(kind: Any, model: str, seed: int | None, test: float, curve: Any = CURVE, **costs: float) -> RunRecord:
    return RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True,
        seed=seed, run_id=f"{kind}-{model}-{seed}", metrics={"validation/accuracy": test, "test/accuracy": test},
        costs={"updates": 300.0, "training_seconds": 6.0, **costs}, tags={"choice": "a"},
        curves={"validation/accuracy": curve} if kind == "confirm" else {},
    )  # fmt: skip


def cells_of(table: Comparison, model: str) -> dict[str, str]:
    """The cells of a row by the keys of their columns."""
    made = comparison_table(table)
    line = next(line for line in made.lines if line.cells[0] == model)
    return dict(zip([column.key for column in made.columns], line.cells, strict=True))


def test_costs_stand_in_their_columns_where_they_are_known() -> None:
    known = {"embedding_parameters": 680_000.0, "training_flops_per_item": 8.85e6, "inference_batch_size": 128.0}
    table = compare([run("confirm", "lstm", 1, 0.8, parameters=692_000, **known), run("baseline", "bayes", None, 0.7)])
    assert [cells_of(table, "lstm")[key] for key in ("parameters", "own_parameters", "flops")] == [
        "692k", "12.0k", "8.85M",
    ]  # fmt: skip
    assert cells_of(table, "bayes")["own_parameters"] == "\N{EN DASH}"
    assert "inference: the whole validation split in batches of 128 items." in about(table)
    assert "FLOPs: matrix products" in about(table)
    shown = [str(column.header) for column in terminal_table(comparison_table(table), 230).columns]
    assert {"without embeddings", "training FLOPs per item"} <= set(shown)


def test_costs_that_no_run_has_get_no_column() -> None:
    table = compare([run("confirm", "gru", 1, 0.8, parameters=10, embedding_parameters=0)])
    assert not {"own_parameters", "flops", "reach"} & cells_of(table, "gru").keys()
    assert "FLOPs" not in about(table)
