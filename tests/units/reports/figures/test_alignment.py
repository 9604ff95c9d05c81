"""Figure of an alignment: a square per weight, readable labels, fonts for their letters, and no warning."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import get_data_path
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.image import imread
from matplotlib.text import Text

from rnnbench.reports.figures import fonts
from rnnbench.reports.figures.alignment import LONGEST, alignment_figure
from rnnbench.reports.figures.base import png
from rnnbench.reports.figures.svg import svg

KOREAN = ["주방", "의", "{name}", "조명"]
TEXTS = {
    "latin": ["schalte", "das", "Licht", "ein"],
    "korean": KOREAN,
    "japanese": ["台所", "の", "明かり"],
    "right to left": ["שלום", "مرحبا"],
    "markup": ["<b>&", "$x$", "\u202e", "\ud55c\n"],
    "spaces": [" ", "", "\t"],
    "long": ["Donaudampfschifffahrtsgesellschaft" * 9],
    "none": [],
}


def even(source: list[str], target: list[str]) -> Figure:
    return alignment_figure(source, target, np.full((len(target), len(source)), 1 / max(1, len(source))).tolist())


def labels(figure: Figure) -> list[Text]:
    return [*figure.axes[0].get_xticklabels(), *figure.axes[0].get_yticklabels()]


@pytest.mark.parametrize("target", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("source", [TEXTS["latin"], TEXTS["none"]], ids=["latin", "none"])
def test_tokens_of_every_script_are_drawn_without_a_warning(source: list[str], target: list[str]) -> None:
    picture = png(even(source, target))
    assert picture == png(even(source, target))
    assert imread(io.BytesIO(picture)).min() < 0.7, "blank"
    content = svg(even(source, target))
    root = ElementTree.fromstring(content)
    words = [text for element in root.iter() if element.tag.endswith("text") for text in [element.text or ""]]
    assert content == svg(even(source, target))
    for token in (token for token in target if token in [*TEXTS["korean"], *TEXTS["japanese"], "<b>&", "$x$"]):
        assert token in words


def test_every_weight_is_the_opacity_of_its_square() -> None:
    weights = [[0.25, 0.75, 0.0], [0.0, 0.5, 0.5]]
    (squares,) = [
        part for part in alignment_figure("abc", "de", weights).axes[0].collections if isinstance(part, PolyCollection)
    ]
    drawn = {
        tuple(path.vertices.min(axis=0).astype(int)): round(float(colour[3]), 6)
        for path, colour in zip(squares.get_paths(), squares.get_facecolors(), strict=True)
    }
    assert drawn == {
        (column, row): weight for row, line in enumerate(weights) for column, weight in enumerate(line) if weight
    }


@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 30), (40, 40), (40, 3), (170, 90)])
def test_labels_of_texts_of_any_length_lie_in_the_picture_and_apart(across: int, down: int) -> None:
    figure = even([f"source{place}" for place in range(across)], [f"Wörterbuch{place}" for place in range(down)])
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = figure.get_size_inches() * figure.dpi
    for text in (*labels(figure), *figure.texts):
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
    side = [text.get_window_extent(renderer) for text in figure.axes[0].get_yticklabels()]
    assert not [1 for one, other in combinations(side, 2) if one.overlaps(other)]
    assert min(text.get_fontsize() for text in labels(figure)) >= (9 if max(across, down) <= 40 else 5)
    cells = figure.axes[0].get_window_extent()
    assert cells.width / across == pytest.approx(cells.height / down), "cells are squares"


def test_a_long_token_is_cut_and_one_of_spaces_is_seen() -> None:
    texts = [text.get_text() for text in labels(even(["x" * 50], [" "]))]
    assert texts == ["x" * (LONGEST - 1) + "…", "␣"]


@pytest.mark.parametrize("weights", [[[0.5, 0.5]], [[1.0], [1.0]]])
def test_weights_of_other_tokens_are_an_error(weights: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="reshape"):
        alignment_figure(["a"], ["b"], weights)


@pytest.fixture
def hangul(tmp_path: Path) -> Iterator[str]:
    """A font with a box for each of the Korean letters, the only one besides those of matplotlib itself."""
    letters = {ord(letter): f"box{ord(letter)}" for letter in "".join(KOREAN) if ord(letter) > 127}
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = [".notdef", *letters.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(letters)
    builder.setupGlyf({name: pen.glyph() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes of Hangul", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "boxes.ttf"
    builder.save(path)
    before = [*fontManager.ttflist]
    fontManager.ttflist[:] = [font for font in before if font.fname.startswith(get_data_path())]
    fontManager.addfont(path)
    fonts.fallbacks.cache_clear()
    yield "Boxes of Hangul"
    fontManager.ttflist[:] = before
    fonts.fallbacks.cache_clear()


def test_a_font_that_has_the_letters_is_used(hangul: str) -> None:
    assert fonts.families("Küche") == fonts.families("") == ["sans-serif"]
    assert fonts.families("".join(KOREAN)) == ["sans-serif", hangul]
    assert f"'{hangul}'".encode() in svg(even(KOREAN, ["a"]))
    assert f"'{hangul}'".encode() not in svg(even(["b"], ["a"]))


def test_letters_that_no_font_has_are_left_to_the_reader() -> None:
    private = "\U0010fffd"
    assert fonts.families(private) == fonts.families("")
    assert png(even([f"{private}x"], ["y"])).startswith(b"\x89PNG")


def test_a_font_file_that_is_gone_is_passed_over(hangul: str, tmp_path: Path) -> None:
    (tmp_path / "boxes.ttf").unlink()
    assert hangul not in fonts.families("".join(KOREAN))


def test_the_colours_of_cells_and_labels_follow_the_page() -> None:
    content = svg(even(["a", "b"], ["c"])).decode()
    assert {*re.findall(r"(?:fill|stroke): (#\w+)", content)} <= {"#0b6e99", "#1c2430", "#5b6675", "#d8dde4", "#ffffff"}
