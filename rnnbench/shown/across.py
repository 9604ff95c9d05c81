"""Encoders over several experiments: printed, or written to files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from rnnbench.errors import RnnbenchError, UnknownNameError
from rnnbench.shown.console import notes, out
from rnnbench.shown.tables import print_paths

if TYPE_CHECKING:
    from rnnbench.comparison.across.base import Across
    from rnnbench.comparison.across.sheets import Sheet


def summed_up(
    names: Sequence[str],
    models: Sequence[str],
    format: str,
    output: Path | None,
    *,
    write_all: bool,
    force: bool,
) -> None:
    """Prints the summary as tables or in a format for other programs, or writes all of them with the figures."""
    from rnnbench.across import across, exports_folder
    from rnnbench.comparison.across.exports import export
    from rnnbench.comparison.across.formats import FORMATS, render
    from rnnbench.comparison.exports import write_whole
    from rnnbench.tracking import Tracker

    if format not in ("table", *FORMATS):
        raise UnknownNameError("format", format, ("table", *FORMATS))
    if format == "table" and output is not None and not write_all:
        raise RnnbenchError(
            "--output needs --export (a folder for everything) or --format md, csv, latex, html or json"
        )
    with notes.status("reading the store"):
        table = across(Tracker(), names, models=models, force=force)
    if write_all:
        paths = export(table, output or exports_folder())
    if format == "table":
        _print(table)
    elif output is None or write_all:
        sys.stdout.write(render(table, format))
    else:
        write_whole(output, render(table, format).encode())
        notes.print(f"wrote {output}")
    if write_all and format == "table":
        out.print()
        print_paths(paths)


def _print(table: Across) -> None:
    """The tables, their footnotes, and the conclusion in words."""
    from rnnbench.comparison.across.sheets import sheets
    from rnnbench.comparison.across.words import verdict

    for sheet in sheets(table):
        out.print()
        out.print(_grid(sheet))
    out.print()
    for footnote in table.footnotes:
        out.print(f"[dim]{escape(footnote)}[/dim]")
    out.print()
    out.print(escape(verdict(table)), style="bold")


def _grid(sheet: Sheet) -> Table:
    grid = Table(
        title=Text(sheet.title), title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0),
        pad_edge=False,
    )  # fmt: skip
    for place, header in enumerate(sheet.header):
        grid.add_column(Text(header), justify="right" if place else "left", overflow="fold")
    for row in sheet.rows:
        grid.add_row(*map(Text, row))
    return grid
