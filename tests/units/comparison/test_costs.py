"""Seconds to a stated score, who is on the front of score and cost, and the picture of both."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.pareto import COSTS, front
from rnnbench.comparison.time_to_target import seconds_until
from rnnbench.core.errors import ComparisonError
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import render
from rnnbench.storage.record import RunRecord

CURVE = [(100, 0.60), (200, 0.70), (300, 0.65)]


def run(kind: Any, model: str, seed: int | None, test: float, curve: Any = CURVE, **costs: float) -> RunRecord:
    return RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True,
        seed=seed, run_id=f"{kind}-{model}-{seed}", metrics={"validation/accuracy": test, "test/accuracy": test},
        costs={"updates": 300.0, "training_seconds": 6.0, **costs}, tags={"choice": "a"},
        curves={"validation/accuracy": curve} if kind == "confirm" else {},
    )  # fmt: skip


def row(table: Comparison, model: str) -> Row:
    return next(one for one in table.rows if one.model == model)


def cells_of(table: Comparison, model: str) -> dict[str, str]:
    """The cells of a row by the keys of their columns."""
    made = comparison_table(table)
    line = next(line for line in made.lines if line.cells[0] == model)
    return dict(zip([column.key for column in made.columns], line.cells, strict=True))


# seconds to a score


def test_a_score_is_reached_at_the_first_validation_that_is_as_good() -> None:
    record = replace(run("confirm", "lstm", 1, 0.7), curves={"validation/accuracy": CURVE, "seconds": []})
    # a constant rate: 6 seconds for 300 updates
    assert seconds_until(record, 0.60) == pytest.approx(2.0)
    assert seconds_until(record, 0.61) == pytest.approx(4.0)
    assert seconds_until(record, 0.70) == pytest.approx(4.0)
    assert seconds_until(record, 0.71) is None


def test_the_seconds_that_a_run_noted_count_more_than_its_rate() -> None:
    noted = {"validation/accuracy": CURVE, "seconds": [(100, 3.5), (200, 4.25), (300, 6.0)]}
    assert seconds_until(replace(run("confirm", "lstm", 1, 0.7), curves=noted), 0.65) == 4.25


def test_of_an_error_the_lower_is_the_better() -> None:
    record = replace(
        run("confirm", "gru", 1, 0.7), metric="mase", higher_is_better=False,
        curves={"validation/mase": [(100, 1.4), (200, float("nan")), (300, 0.9)]},
    )  # fmt: skip
    assert seconds_until(record, 1.0) == pytest.approx(6.0)
    assert seconds_until(record, 0.8) is None


def test_seeds_that_never_got_there_are_counted_and_not_averaged() -> None:
    slow = [(100, 0.5), (200, 0.5), (300, 0.7)]
    never = [(100, 0.5), (200, 0.5), (300, 0.6)]
    lost = replace(run("confirm", "lstm", 4, 0.7), outcome="diverged", metrics={})
    confirms = [run("confirm", "lstm", seed, 0.7, curve) for seed, curve in enumerate((CURVE, slow, never))]
    confirms += [run("confirm", "rnn", seed, 0.6, never) for seed in range(3)]
    table = compare([*confirms, lost], reach=0.7)
    assert row(table, "lstm").seconds_to_reach == pytest.approx((4.0 + 6.0) / 2)
    assert (row(table, "lstm").seeds_reached, row(table, "lstm").seeds_planned) == (2, 4)
    assert (row(table, "rnn").seconds_to_reach, row(table, "rnn").seeds_reached) == (None, 0)
    assert (
        "Training seconds until validation reached 70.0 % accuracy (mean over the seeds that reached it): "
        "lstm 5.00 (2 of 4 seeds), rnn never."
    ) in table.footnotes
    cell = {column.key: column for column in comparison_table(table).columns}["reach"]
    assert cell.header == "seconds to validation 70.0 %"
    assert [cells_of(table, model)["reach"] for model in ("lstm", "rnn")] == ["5.00 (2 of 4)", "never"]
    read = pd.read_csv(io.StringIO(render(table, "csv")), index_col="model")
    assert read.loc["lstm", ["reach", "seconds_to_reach", "seeds_reached"]].tolist() == [0.7, 5.0, 2]


def test_without_a_stated_score_it_is_the_best_baselines() -> None:
    table = compare([run("confirm", "lstm", 1, 0.7), run("baseline", "bayes", None, 0.65)])
    assert (table.reach, table.reach_is_baselines) == (0.65, True)
    assert any("65.0 % accuracy, the score of bayes (mean over" in note for note in table.footnotes)
    assert row(table, "bayes").seeds_reached is None


def test_runs_without_curves_have_no_time_to_the_target() -> None:
    bare = [replace(run("confirm", "lstm", seed, 0.7), curves={}) for seed in range(2)]
    table = compare([*bare, run("baseline", "bayes", None, 0.65)])
    assert table.reach is None
    assert not any("until validation reached" in note for note in table.footnotes)
    assert "reach" not in cells_of(table, "lstm")


def test_a_percentage_where_a_share_is_meant_is_refused_with_what_to_type() -> None:
    with pytest.raises(ComparisonError, match=r"--reach 75: .* type --reach 0\.75"):
        compare([run("confirm", "lstm", 1, 0.7)], reach=75)


# the front


def worth(*rows: tuple[str, float, float], higher: bool = True) -> Comparison:
    records = [run("confirm", model, 1, test, parameters=cost, training_seconds=cost) for model, test, cost in rows]
    if not higher:
        names = {"metric": "mase", "higher_is_better": False}
        records = [replace(one, **names, metrics={"test/mase": one.test}) for one in records]
    return compare(records)


def names(table: Comparison, key: str) -> list[str]:
    return [one.model for one in front(table, next(cost for cost in COSTS if cost.key == key))]


def test_the_front_holds_what_nothing_beats_in_both_score_and_cost() -> None:
    table = worth(("a", 0.7, 10), ("b", 0.8, 20), ("c", 0.75, 30), ("d", 0.9, 40), ("e", 0.6, 11))
    assert names(table, "parameters") == ["a", "b", "d"]


def test_the_front_of_an_error_looks_down() -> None:
    table = worth(("a", 0.7, 10), ("b", 0.8, 20), ("c", 0.5, 30), higher=False)
    assert names(table, "parameters") == ["a", "c"]


def test_of_two_with_one_score_the_cheaper_stays_and_twins_both_do() -> None:
    assert names(worth(("a", 0.7, 10), ("b", 0.7, 20)), "parameters") == ["a"]
    assert names(worth(("a", 0.7, 10), ("b", 0.8, 10)), "parameters") == ["b"]
    assert names(worth(("a", 0.7, 10), ("b", 0.7, 10)), "parameters") == ["a", "b"]


def test_more_items_per_second_are_cheaper() -> None:
    speeds = {"a": (0.7, 100.0), "b": (0.8, 50.0), "c": (0.75, 40.0)}
    table = compare([run("confirm", m, 1, t, inference_items_per_second=s) for m, (t, s) in speeds.items()])
    assert names(table, "inference_items_per_second") == ["a", "b"]


def test_all_seconds_of_a_baseline_count_and_a_footnote_lists_the_front() -> None:
    records = [
        run("confirm", "lstm", 1, 0.8, parameters=900),
        run("confirm", "rnn", 1, 0.6, parameters=100),
        replace(run("baseline", "bayes", None, 0.7), costs={"wall_seconds": 0.5, "parameters": 500.0}),
        replace(run("baseline", "free", None, 0.65), costs={}),
    ]
    table = compare(records)
    assert names(table, "training_seconds") == ["bayes", "lstm"]
    assert (
        "Pareto front of mean test score (no other row is both better and cheaper) against training seconds: bayes, "
        "lstm; against parameters: rnn, bayes, lstm."
    ) in table.footnotes
