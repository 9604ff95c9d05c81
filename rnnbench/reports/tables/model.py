"""A table as text, and the document that each format is rendered from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

NEVER = 10_000
"""As `least_width`: never shown in a terminal."""

Mark = Literal["", "baseline", "below"]
"""Empty, a baseline, or an encoder below the best baseline."""


@dataclass(frozen=True)
class Column:
    """One column.

    is_bold: bold in the rows of the best group. short: a shorter header for terminals and LaTeX, explained by `legend`.
    least_width: narrower terminals leave the column out. in_print: part of the LaTeX table.
    """

    key: str
    header: str
    is_numeric: bool = True
    is_bold: bool = False
    short: str = ""
    legend: str = ""
    least_width: int = 0
    in_print: bool = True


@dataclass(frozen=True)
class Line:
    """One row; its first cell is its name. is_bold: in the best group. remarks: for formats without such a column."""

    cells: tuple[str, ...]
    mark: Mark = ""
    is_bold: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns and rows."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of_text(cls, title: str, headers: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Table:
        """A table without marks: the first `words` columns hold text, the others numbers."""
        columns = tuple(Column("", header, is_numeric=place >= words) for place, header in enumerate(headers))
        return cls(title, columns, tuple(Line(tuple(cells)) for cells in rows))

    def select(self, places: Sequence[int]) -> Table:
        """The table with the columns at these places, in this order."""
        lines = (replace(line, cells=tuple(line.cells[place] for place in places)) for line in self.lines)
        return replace(self, columns=tuple(self.columns[place] for place in places), lines=tuple(lines))

    @property
    def legend(self) -> str:
        """The legend of the short headers: '[ ] 95 % interval; trials: completed/pruned/failed'."""
        return "; ".join(column.legend for column in self.columns if column.legend)


@dataclass(frozen=True)
class Document:
    """Tables with title, verdict, footnotes and runs.

    about: metric, data, budget and protocol in one line, or empty. runs: (name, run ids) behind the numbers.
    """

    title: str
    verdict: str
    tables: tuple[Table, ...]
    about: str
    footnotes: tuple[str, ...]
    runs: tuple[tuple[str, tuple[str, ...]], ...]
