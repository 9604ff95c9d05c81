"""Parallel coordinates: where a value lies on its axis."""

from __future__ import annotations

from typing import Any

import pytest

from rnnbench.core.settings import Choices, Floats, Ints
from rnnbench.reports.figures.parallel_coordinates import Axis


@pytest.mark.parametrize(
    ("range", "value", "place"),
    [
        (Floats(0.001, 0.1, log=True), 0.01, 0.5),
        (Floats(0.0, 0.5), 0.1, 0.2),
        (Ints(16, 64, log=True), 32, 0.5),
        (Ints(3, 3), 3, 0.5),
        (Choices("last", "mean", "max"), "mean", 0.5),
        (Choices("last"), "last", 0.0),
    ],
)
def test_a_value_lies_on_its_axis_where_the_range_says(range: Any, value: Any, place: float) -> None:
    assert Axis("task.x", range).place(value) == pytest.approx(place)


def test_a_value_outside_of_its_range_has_no_place() -> None:
    place = Axis("task.x", Floats(0.0, 0.5)).place(0.7)
    assert place != place
