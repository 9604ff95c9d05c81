"""Comparisons: printed, or written to files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError, UnknownNameError

if TYPE_CHECKING:
    from rnnbench.reports.results import Result


def _find(
    task: str,
    data: str | None,
    sweep: str | None,
    *,
    force: bool,
    reach: float | None = None,
    metric: str | None = None,
) -> tuple[object, Result]:
    from rnnbench.reports import results
    from rnnbench.storage.tracker import Tracker

    tracker = Tracker()
    _, parent = results.latest_sweep(tracker, task, data, sweep)
    return tracker, results.of_sweep(tracker, parent, force=force, reach=reach, metric=metric)


def print_result(result: Result, *, all_notes: bool = False) -> None:
    """The table in colour, the verdict, and the footnotes: all of them, or the few that matter for this table."""
    from rich.text import Text

    from rnnbench.comparison.notes.footnotes import short_notes
    from rnnbench.comparison.notes.verdict import verdict
    from rnnbench.reports.tables.columns import comparison_table
    from rnnbench.reports.tables.terminal import terminal_table

    table = result.comparison
    shown = table.footnotes if all_notes else short_notes(table)
    out.print()
    out.print(terminal_table(comparison_table(table), out.width))
    out.print()
    out.print(Text(verdict(table), style="bold"))  # not markup: a name may hold brackets
    out.print()
    for note in shown:
        out.print(Text(note, style="dim"))
    if len(shown) < len(table.footnotes):
        command = f"rnnbench compare {result.name} --notes"
        out.print(Text(f"All {len(table.footnotes)} footnotes: {command}", style="dim"))


def compared(
    task: str,
    data: str | None,
    sweep: str | None,
    format: str,
    output: Path | None,
    *,
    reach: float | None = None,
    metric: str | None = None,
    force: bool = False,
    all_notes: bool = False,
) -> None:
    """Prints a comparison as a table, or in a format for other programs, which has every footnote."""
    from rnnbench.reports.tables.formats import FORMATS, render

    if format not in ("table", *FORMATS):
        raise UnknownNameError("format", format, ("table", *FORMATS))
    if format == "table" and output is not None:
        raise RnnbenchError("a table is for the terminal; to write a file add --format md (or csv, latex, html, json)")
    _, result = _find(task, data, sweep, force=force, reach=reach, metric=metric)
    if format == "table":
        print_result(result, all_notes=all_notes)
        return
    text = render(result.comparison, format)
    if output is None:
        sys.stdout.write(text)
        return
    from rnnbench.core.files import write_whole

    write_whole(output, text.encode())
    notes.print(f"wrote {output}")


def exported(
    task: str,
    data: str | None,
    sweep: str | None,
    output: Path | None,
    *,
    reach: float | None = None,
    metric: str | None = None,
    force: bool,
) -> None:
    """Writes every format and says where; judged by another metric, beside the usual tables and not over them."""
    from rnnbench.reports.export import export_result, exports_folder

    _, result = _find(task, data, sweep, force=force, reach=reach, metric=metric)
    if output is None and metric is not None:
        usual = exports_folder(result.name, result.comparison.data)
        output = usual.with_name(f"{usual.name}-{metric}")
    print_paths(export_result(result, output))


def print_paths(paths: list[Path]) -> None:
    """One path a line, short where it lies below the working folder."""
    for path in paths:
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        out.print(str(shown), markup=False, soft_wrap=True)
