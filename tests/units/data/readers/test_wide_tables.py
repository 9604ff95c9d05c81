"""Tables of thousands of columns: what is looked for by its cells, and what by its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.settings import DataSettings

WIDTH = 3000


def wide(path: Path, cells: dict[int, tuple[str, list[str]]], other: str = "1.5") -> DataSettings:
    """A file of 3,000 columns of one number, but for those at the given places, with their names."""
    rows = len(next(iter(cells.values()))[1])
    header = [cells[place][0] if place in cells else f"c{place}" for place in range(WIDTH)]
    lines = [[cells[place][1][row] if place in cells else other for place in range(WIDTH)] for row in range(rows)]
    path.write_text("\n".join("\t".join(line) for line in [header, *lines]) + "\n", encoding="utf-8")
    return DataSettings(path=str(path))


DAYS = [str(np.datetime64("2021-01-01") + day) for day in range(84)]
TEXTS = [f"the story number {row} was {'good' if row % 2 else 'bad'} as ever" for row in range(84)]
LABELS = ["pos" if row % 2 else "neg" for row in range(84)]


@pytest.mark.parametrize("place", [0, 140, WIDTH - 1])
def test_times_are_recognized_by_their_cells_among_the_first_and_last_columns(tmp_path: Path, place: int) -> None:
    settings = wide(tmp_path / "wide.tsv", {place: ("when_it_was", DAYS)})
    described = data.describe(settings.model_copy(update={"target": ("c7",)}), "series")
    assert "when_it_was" in str(described.lines)


def test_a_common_name_is_recognized_anywhere(tmp_path: Path) -> None:
    settings = wide(tmp_path / "wide.tsv", {1500: ("date", DAYS)})
    described = data.describe(settings.model_copy(update={"target": ("c7",)}), "series")
    assert "date" in str(described.lines)
    settings = wide(tmp_path / "texts.tsv", {1500: ("review", TEXTS), 1700: ("sentiment", LABELS)})
    assert data.describe(settings, None).facts.kind == "labelled_text"


def test_a_long_list_of_columns_that_may_be_times_is_cut(tmp_path: Path) -> None:
    settings = wide(tmp_path / "wide.tsv", {place: (f"c{place}", DAYS) for place in range(WIDTH)})
    with pytest.raises(DataError, match=r"^.{0,500}$"):
        data.describe(settings, "series")
