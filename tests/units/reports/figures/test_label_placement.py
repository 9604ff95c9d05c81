"""Names beside points: apart from each other, from points and from lines."""

from __future__ import annotations

import itertools

import numpy as np

from rnnbench.reports.figures.base import new_figure
from rnnbench.reports.figures.label_placement import Named, write_names


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
