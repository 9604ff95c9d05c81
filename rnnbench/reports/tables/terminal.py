"""A table for the terminal, in colour, with the columns that fit its width."""

from __future__ import annotations

import shutil
import textwrap

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from rnnbench.core.text import one_line
from rnnbench.reports.tables.columns import MEDIUM
from rnnbench.reports.tables.model import Column, Line, Table


def terminal_table(table: Table, width: int | None = None) -> Grid:
    """The table for a terminal of this width, by default the current one."""
    room = width or shutil.get_terminal_size(fallback=(100, 24)).columns
    shown = [place for place, column in enumerate(table.columns) if column.least_width <= room]
    table = table.select(sorted(shown, key=lambda place: table.columns[place].key == "seeds"))  # seeds last
    grid = Grid(
        title=Text(one_line(table.title)), title_justify="left", box=box.SIMPLE_HEAD, show_edge=False,
        padding=(0, 1, 0, 0), pad_edge=False, caption=Text(table.legend, style="dim"), caption_justify="left",
    )  # fmt: skip
    for place, column in enumerate(table.columns):
        is_whole = bool(table.legend) and place > 0
        grid.add_column(
            Text(one_line(column.short or column.header)),
            justify="right" if column.is_numeric else "left",
            overflow="ellipsis" if is_whole else "fold",
            no_wrap=is_whole,
            vertical="top",
        )
    for line in table.lines:
        cells = [Text(one_line(text), style=_style(line, column, place))
                 for place, (column, text) in enumerate(zip(table.columns, line.cells, strict=True))]  # fmt: skip
        for remark in line.remarks:
            for part in textwrap.wrap(
                one_line(remark), 20 if room < MEDIUM else 40, initial_indent="  ", subsequent_indent="  "
            ):
                cells[0].append(f"\n{part}", style="not bold yellow")
        grid.add_row(*cells)
    return grid


def _style(line: Line, column: Column, place: int) -> str:
    if line.mark == "baseline":
        return "cyan" if place else "italic cyan"
    if line.is_bold and column.is_bold:
        return "bold yellow" if line.mark == "below" else "bold green"
    return "dim" if line.mark == "below" else ""
