"""A sweep's comparison: printed, or written to files."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.core.text import shown

if TYPE_CHECKING:
    from rnnbench.reports.results import Result
    from rnnbench.reports.tables.model import Table


def print_comparison(
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
    """Print a comparison as a table, or in another format, which has every footnote; or write it to a file."""
    check_format(format)
    if format == "table" and output is not None:
        raise RnnbenchError("a table is for the terminal; to write a file add --format md (or csv, latex, html, json)")
    result = _stored_result(task, data, sweep, reach=reach, metric=metric, force=force)
    if format == "table":
        print_result(result, all_notes=all_notes)
    else:
        from rnnbench.reports.tables.formats import render

        write_or_print(render(result.comparison, format), output)


def write_exports(
    task: str,
    data: str | None,
    sweep: str | None,
    output: Path | None,
    *,
    reach: float | None = None,
    metric: str | None = None,
    force: bool = False,
) -> None:
    """Write a comparison in every format. One by another metric goes to a folder of its own."""
    from rnnbench.reports.export import export_result, exports_folder_of

    result = _stored_result(task, data, sweep, reach=reach, metric=metric, force=force)
    if output is None and metric is not None:
        folder = exports_folder_of(result)
        output = folder.with_name(f"{folder.name}-{metric}")
    print_folder(export_result(result, output))


def _stored_result(
    task: str, data: str | None, sweep: str | None, *, reach: float | None, metric: str | None, force: bool
) -> Result:
    from rnnbench.reports import results
    from rnnbench.storage.tracker import Tracker

    tracker = Tracker()
    _, parent = results.latest_sweep(tracker, task, data, sweep)
    return results.of_sweep(tracker, parent, force=force, reach=reach, metric=metric)


def check_format(format: str) -> None:
    """Raises: UnknownNameError for a format that is neither `table` nor one of those for files."""
    from rnnbench.reports.tables.formats import FORMATS

    if format not in ("table", *FORMATS):
        raise UnknownNameError("format", format, ("table", *FORMATS))


def write_or_print(text: str, output: Path | None) -> None:
    """Write the text to a file, or to standard output where no file is named."""
    from rnnbench.core.files import write_whole

    if output is None:
        sys.stdout.write(shown(text) if sys.stdout.isatty() else text)  # a file or another program gets it as it is
    else:
        write_whole(output, text.encode())
        notes.print(f"wrote {output}", soft_wrap=True)


def print_result(result: Result, *, all_notes: bool = False) -> None:
    """The table in colour, the verdict, and the footnotes: all of them, or at most six."""
    from rnnbench.comparison.notes.footnotes import short_notes
    from rnnbench.comparison.notes.verdict import verdict
    from rnnbench.reports.tables.columns import comparison_table

    comparison = result.comparison
    shown = comparison.footnotes if all_notes else short_notes(comparison)
    print_tables([comparison_table(comparison)], verdict(comparison), shown)
    if len(shown) < len(comparison.footnotes):
        command = f"rnnbench compare {result.name} --notes"
        out.print(f"All {len(comparison.footnotes)} footnotes: {command}", style="dim")


def print_tables(tables: Iterable[Table], verdict: str, footnotes: Sequence[str]) -> None:
    """Tables, the verdict, and footnotes, in this order."""
    from rnnbench.reports.tables.terminal import terminal_table

    for table in tables:
        out.print()
        out.print(terminal_table(table, out.width))
    out.print()
    out.print(verdict, style="bold")
    out.print()
    for note in footnotes:
        out.print(note, style="dim")


def print_folder(paths: Sequence[Path]) -> None:
    """'9 files in mlruns/exports/sentiment-rotten_tomatoes/'."""
    folder = _from_here(paths[0].parent)
    out.print(f"{len(paths)} files in {folder}/", soft_wrap=True)


def print_paths(paths: Iterable[Path]) -> None:
    """One path per line."""
    for path in paths:
        out.print(str(_from_here(path)), soft_wrap=True)


def _from_here(path: Path) -> Path:
    """The path relative to the current folder where it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
