"""Encoders over several experiments: printed, or written to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rnnbench.cli.compare import check_format, print_folder, print_tables, write_or_print
from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError


def print_across(
    names: Sequence[str],
    models: Sequence[str],
    format: str,
    output: Path | None,
    *,
    write_all: bool,
    force: bool,
) -> None:
    """Print the summary as tables or in another format, or write it in every format with its figures."""
    from rnnbench.reports.export import across, across_folder, export_across
    from rnnbench.reports.tables.across import across_document
    from rnnbench.reports.tables.formats import render
    from rnnbench.storage.tracker import Tracker

    check_format(format)
    if format == "table" and output is not None and not write_all:
        raise RnnbenchError("--output needs --export (a folder for all files) or --format md, csv, latex, html or json")
    with notes.status("reading the store"):
        summary = across(Tracker(), names, models=models, force=force)
    paths = export_across(summary, output or across_folder()) if write_all else []
    if format != "table":
        write_or_print(render(summary, format), None if write_all else output)
        return
    document = across_document(summary)
    print_tables(document.tables, document.verdict, document.footnotes)
    if paths:
        out.print()
        print_folder(paths)
