"""Labels of points, placed so that they overlap neither each other nor a point."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

NEAR = ((7.0, 0.0), (-7.0, 0.0), (5.0, 7.0), (5.0, -7.0), (-5.0, 7.0), (-5.0, -7.0), (0.0, 9.0), (0.0, -9.0))
"""Offsets that are tried for a label, in points; multiplied by ROUNDS where all of these are taken."""

AROUND = 9.0
"""Distance that other labels keep from a point, in points, so that each is read as the label of its own point."""

ROUNDS = (1.0, 1.8, 2.8, 4.0)


@dataclass(frozen=True)
class Named:
    """A point in data coordinates with its label."""

    x: float
    y: float
    name: str
    colour: str
    is_bold: bool = False


def write_names(axes: Axes, points: Sequence[Named], line: Sequence[tuple[float, float]] = ()) -> None:
    """Write each label where it overlaps least; a thin line leads to a label far from its point.

    line: corners of a drawn line of level and upright pieces, which is kept free as well.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes.get_window_extent(renderer)
    places = [axes.transData.transform((point.x, point.y)) for point in points]
    reach = AROUND * figure.dpi / 72
    corners = [axes.transData.transform(corner) for corner in line]
    drawn = [Bbox([start, end]).padded(2) for start, end in itertools.pairwise(corners)]
    taken = [Bbox.from_bounds(x - reach, y - reach, 2 * reach, 2 * reach) for x, y in places]
    for number, point in enumerate(points):
        others = taken[:number] + taken[number + 1 :] + drawn
        tried = []
        for far in ROUNDS:
            for right, up in NEAR:
                text = _write(axes, point, right * far, up * far)
                box = text.get_window_extent(renderer)
                tried.append((_covered(box, others) + _outside(box, frame), right * far, up * far, box))
                text.remove()
            if min(tried)[0] == 0:
                break
        _, right, up, box = min(tried, key=lambda place: (place[0], abs(place[1]) + abs(place[2])))
        _write(axes, point, right, up, is_led=abs(right) + abs(up) > 20)
        taken.append(box)


def _write(axes: Axes, point: Named, right: float, up: float, *, is_led: bool = False):  # type: ignore[no-untyped-def]
    return axes.annotate(
        point.name, (point.x, point.y), xytext=(right, up), textcoords="offset points", fontsize=8, color=point.colour,
        ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 0 else "top" if up < 0 else "center",
        fontweight="bold" if point.is_bold else "normal",
        arrowprops={"arrowstyle": "-", "color": point.colour, "linewidth": 0.5} if is_led else None,
    )  # fmt: skip


def _covered(box: Bbox, others: Sequence[Bbox]) -> float:
    """Square pixels that the box shares with others."""
    shared = (Bbox.intersection(box, other) for other in others)
    return sum(both.width * both.height for both in shared if both is not None)


def _outside(box: Bbox, frame: Bbox) -> float:
    """Square pixels of the box that stick out of the frame."""
    inside = Bbox.intersection(box, frame)
    return box.width * box.height - (0.0 if inside is None else inside.width * inside.height)
