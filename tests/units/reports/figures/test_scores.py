"""Figures of scores and of learning curves: the same bytes for the same runs, and readable with far baselines."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from rnnbench.comparison.compare import compare
from rnnbench.reports.figures.learning_curves import curves_figure
from rnnbench.reports.figures.scores import score_figure
from rnnbench.storage.record import RunRecord

NAN = float("nan")


def run(kind: Any, model: str, seed: int | None, score: float, **changes: Any) -> RunRecord:
    record = RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True, seed=seed, run_id=f"{kind}-{model}-{seed}",
        metrics={"validation/accuracy": score, "test/accuracy": score}, tags={"choice": "a"},
        curves={"validation/accuracy": [(100, score - 0.1), (200, score), (300, NAN)]},
    )  # fmt: skip
    return replace(record, **changes)


def records() -> list[RunRecord]:
    return [
        *(run("confirm", "lstm", seed, 0.781 + seed / 3000) for seed in range(4)),
        *(run("confirm", "$gru$", seed, 0.765 + seed / 1700) for seed in range(4)),
        run("confirm", "rnn", 0, NAN, outcome="diverged"),
        run("baseline", "tfidf", None, 0.77),
    ]


def test_a_baseline_far_off_does_not_squeeze_the_scores_that_are_compared() -> None:
    drawn: list[Any] = []
    confirms = [run("confirm", "lstm", seed, 0.80 + seed / 1000) for seed in range(3)]
    near = [run("baseline", name, None, score) for name, score in (("close", 0.79), ("next", 0.77), ("third", 0.74))]
    score_figure(compare([*confirms, *near]), lambda figure: drawn.append(figure.axes[0]) or b"")
    far = run("baseline", "far", None, 0.10)
    score_figure(compare([*confirms, *near, far]), lambda figure: drawn.append(figure.axes[0]) or b"")
    (without_low, _), (low, high) = (axes.get_xlim() for axes in drawn)
    assert 10 < low < 74.0 < 80.2 < high
    assert low > without_low - 2
    assert [line.get_marker() for line in drawn[1].lines].count("<") == 1, "an arrow points to it"
    assert "<" not in [line.get_marker() for line in drawn[0].lines]


def test_an_axis_that_leaves_a_far_baseline_out_still_holds_every_interval() -> None:
    drawn: list[Any] = []
    confirms = [run("confirm", "lstm", seed, 0.80 + seed / 40) for seed in range(3)]
    near = [run("baseline", name, None, score) for name, score in (("close", 0.79), ("next", 0.77), ("third", 0.74))]
    table = compare([*confirms, *near, run("baseline", "far", None, 0.01)])
    (interval,) = [row.interval for row in table.encoders]
    assert interval is not None
    score_figure(table, lambda figure: drawn.append(figure.axes[0]) or b"")
    low, high = drawn[0].get_xlim()
    assert 10 < low < 100 * interval.low < 100 * interval.high < high


def test_figures_are_png_of_the_same_bytes_for_the_same_runs() -> None:
    runs = records()
    shuffled = random.Random(3).sample(runs, len(runs))
    for picture, again in (
        (score_figure(compare(runs)), score_figure(compare(shuffled))),
        (curves_figure(runs), curves_figure(shuffled)),
    ):
        assert picture.startswith(b"\x89PNG")
        assert picture == again
        assert b"Software" not in picture


def test_figures_without_anything_to_draw_are_still_figures() -> None:
    lost = [run("confirm", "rnn", 0, NAN, outcome="diverged")]
    assert score_figure(compare(lost)).startswith(b"\x89PNG")
    assert curves_figure([]).startswith(b"\x89PNG")
