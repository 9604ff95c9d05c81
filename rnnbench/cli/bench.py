"""Benchmarks: each result a line as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rnnbench.cli.console import notes, out
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.testing.benchmarks.base import Figures, Measurement

NAME_WIDTH, COLUMN_WIDTH = 60, 18
"""Of a table of several numbers a line."""

FOLDER = "testing/benchmarks"


def benchmarks(names: Sequence[str], as_json: bool) -> None:
    """Runs the named benchmarks, or all, and prints what they measure.

    Raises: UnknownNameError before anything runs; RnnbenchError for a file without `measure`.
    """
    chosen = [*dict.fromkeys(names)] or registry.names(FOLDER)
    holders = {name: registry.module(FOLDER, name) for name in chosen}
    for holder in holders.values():
        if not callable(getattr(holder, "measure", None)):
            raise RnnbenchError(f"{holder.__file__} must define a function measure()")
    found = []
    for name, holder in holders.items():
        if not as_json:
            out.print(f"[bold]{name}[/bold]  {(holder.__doc__ or '').strip().partition(chr(10))[0]}")
        with notes.status(f"measuring {name}"):
            columns: tuple[str, ...] = ()
            for measurement in holder.measure():
                found.append({"benchmark": name, **asdict(measurement)})
                if as_json:
                    continue
                if isinstance(measurement, Figures) and columns != (columns := column_names(measurement)):
                    out.print(heading(columns), style="dim", markup=False, soft_wrap=True)
                shown = table_line(measurement) if isinstance(measurement, Figures) else line(measurement)
                out.print(shown, markup=False, soft_wrap=True)
    if as_json:
        out.print_json(json.dumps(found))


def line(measurement: Measurement) -> str:
    """One result in columns."""
    text = f"  {measurement.name:<36} {_figures(measurement.value):>10} {measurement.unit:<12}"
    if measurement.ratio is not None:
        text += f" {measurement.ratio:>6.2f} x"
    if measurement.against:
        text += f" {measurement.against}"
    return text.rstrip()


def column_names(figures: Figures) -> tuple[str, ...]:
    """The names over the numbers of a line."""
    return tuple(name for name, _, _ in figures.figures)


def heading(columns: Sequence[str]) -> str:
    """The line above lines of these columns."""
    return " " * (NAME_WIDTH + 2) + "".join(f"{name:>{COLUMN_WIDTH}}" for name in columns)


def table_line(figures: Figures) -> str:
    """Several numbers in columns, each with its standard error."""
    digits = 1 if figures.unit == "%" else 4
    cells = [
        f"{value:.{digits}f} \N{PLUS-MINUS SIGN} {error:.{digits}f} {figures.unit}".rstrip()
        for _, value, error in figures.figures
    ]
    return f"  {figures.name:<{NAME_WIDTH}}" + "".join(f"{cell:>{COLUMN_WIDTH}}" for cell in cells)


def _figures(value: float) -> str:
    """Three significant figures, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".")
