"""Encoders over several experiments: printed, or written to files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from rnnbench.cli.compare import print_paths
from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError, UnknownNameError

if TYPE_CHECKING:
    from rnnbench.comparison.across.base import Across


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
    from rnnbench.core.files import write_whole
    from rnnbench.reports.export import across, across_folder, export_across
    from rnnbench.reports.tables.formats import FORMATS, render
    from rnnbench.storage.tracker import Tracker

    if format not in ("table", *FORMATS):
        raise UnknownNameError("format", format, ("table", *FORMATS))
    if format == "table" and output is not None and not write_all:
        raise RnnbenchError(
            "--output needs --export (a folder for everything) or --format md, csv, latex, html or json"
        )
    with notes.status("reading the store"):
        table = across(Tracker(), names, models=models, force=force)
    if write_all:
        paths = export_across(table, output or across_folder())
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
    from rnnbench.reports.tables.across import across_document
    from rnnbench.reports.tables.terminal import terminal_table

    document = across_document(table)
    for one in document.tables:
        out.print()
        out.print(terminal_table(one, out.width))
    out.print()
    for footnote in document.footnotes:
        out.print(f"[dim]{escape(footnote)}[/dim]")
    out.print()
    out.print(escape(document.verdict), style="bold")
