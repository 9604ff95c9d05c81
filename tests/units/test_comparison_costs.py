"""Seconds to a stated score, who is on the front of score and cost, and the picture of both."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.pareto import COSTS, front
from rnnbench.comparison.reaching import seconds_until
from rnnbench.comparison.table import compare
from rnnbench.errors import ComparisonError
from rnnbench.record import RunRecord
from rnnbench.reports.figures.base import new_figure
from rnnbench.reports.figures.cost import cost_figure
from rnnbench.reports.figures.label_placement import Named, write_names
from rnnbench.reports.tables.columns import about, comparison_table
from rnnbench.reports.tables.formats import render
from rnnbench.reports.tables.terminal import terminal_table

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


def test_runs_without_curves_say_neither_when_nor_never() -> None:
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


def test_all_seconds_of_a_baseline_count_and_the_front_is_said_in_words() -> None:
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


# columns


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


# the picture


def many() -> Comparison:
    costs = {"lstm": (0.82, 30.0), "gru": (0.81, 28.0), "rnn": (0.79, 12.0), "a_long_name_of_an_encoder": (0.80, 29.0)}
    records = [
        run("confirm", model, 1, test, parameters=seconds * 100, training_seconds=seconds)
        for model, (test, seconds) in costs.items()
    ]
    beside = {"bayes": (0.8, 0.1, 0.0), "far_off": (0.2, 0.01, 5.0)}
    return compare(
        records
        + [
            replace(run("baseline", name, None, test), costs={"wall_seconds": seconds, "parameters": count})
            for name, (test, seconds, count) in beside.items()
        ]
    )


def test_the_picture_is_the_same_on_every_call_and_not_blank() -> None:
    picture = cost_figure(many())
    assert picture == cost_figure(many())
    assert np.unique(imread(io.BytesIO(picture)).reshape(-1, 4), axis=0).shape[0] > 50


@pytest.mark.parametrize("costs", [{}, {"parameters": 0.0}, {"training_flops": 1e9}])
def test_a_picture_of_few_known_costs_can_be_drawn(costs: dict[str, float]) -> None:
    record = replace(run("confirm", "l$x$m", 1, 0.8), costs=costs)
    assert cost_figure(compare([record])).startswith(b"\x89PNG")


def test_names_cover_neither_each_other_nor_a_point_nor_the_line() -> None:
    figure, panels = new_figure(5.0, 4.0)
    axes = panels[0, 0]
    generator = np.random.default_rng(3)
    points = [Named(x, y, f"encoder_{n}", "black") for n, (x, y) in enumerate(generator.uniform(0, 1, (7, 2)))]
    line = [(0.0, 0.5), (0.5, 0.5), (0.5, 1.0)]
    axes.plot([0, 1], [0, 1], alpha=0)
    axes.margins(0.2)
    figure.draw_without_rendering()
    write_names(axes, points, line)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [text for text in axes.texts if text.get_text()]
    assert [text.get_text() for text in texts] == [point.name for point in points]
    boxes = [text.get_window_extent(renderer) for text in texts]
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
    marks = [axes.transData.transform((point.x, point.y)) for point in points]
    assert not any(box.contains(*mark) for box in boxes for mark in marks)
    corners = [axes.transData.transform(corner) for corner in line]
    on_line = [one + share * (two - one) for one, two in itertools.pairwise(corners) for share in np.linspace(0, 1, 99)]
    assert not any(box.contains(*spot) for box in boxes for spot in on_line)
    frame = axes.get_window_extent(renderer)
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
