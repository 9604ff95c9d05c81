"""Figure of score against cost: the same bytes on every call, and drawn with few known costs."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison
from rnnbench.reports.figures.cost import cost_figure
from rnnbench.storage.record import RunRecord

CURVE = [(100, 0.60), (200, 0.70), (300, 0.65)]


def run(kind: Any, model: str, seed: int | None, test: float, curve: Any = CURVE, **costs: float) -> RunRecord:
    return RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True,
        seed=seed, run_id=f"{kind}-{model}-{seed}", metrics={"validation/accuracy": test, "test/accuracy": test},
        costs={"updates": 300.0, "training_seconds": 6.0, **costs}, tags={"choice": "a"},
        curves={"validation/accuracy": curve} if kind == "confirm" else {},
    )  # fmt: skip


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
