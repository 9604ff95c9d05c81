"""Benchmarks: a line per result, printed as it is measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.text import Text

from rnnbench.cli.console import notes, out
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.testing.benchmarks.base import Figures, Measurement

NAME_WIDTH, COLUMN_WIDTH = 60, 18
"""Characters, in a table with several numbers per line."""

FOLDER = "testing/benchmarks"


def run_benchmarks(names: Sequence[str], as_json: bool) -> None:
    """Run the named benchmarks, or all, and print their measurements.

    Raises: UnknownNameError before anything runs; RnnbenchError for a module without `measure`.
    """
    chosen = [*dict.fromkeys(names)] or registry.names(FOLDER)
    registry.trust_named(chosen)
    modules = {name: registry.module(FOLDER, name) for name in chosen}
    for module in modules.values():
        if not callable(getattr(module, "measure", None)):
            raise RnnbenchError(f"{module.__file__} must define a function measure()")
    measurements = []
    for name, module in modules.items():
        if not as_json:
            out.print(Text.assemble((name, "bold"), f"  {(module.__doc__ or '').strip().partition(chr(10))[0]}"))
        with notes.status(f"measuring {name}"):
            columns: tuple[str, ...] = ()
            for measurement in module.measure():
                measurements.append({"benchmark": name, **asdict(measurement)})
                if as_json:
                    continue
                if isinstance(measurement, Figures) and columns != (columns := column_names(measurement)):
                    out.print(heading(columns), style="dim", soft_wrap=True)
                text = table_line(measurement) if isinstance(measurement, Figures) else line(measurement)
                out.print(text, soft_wrap=True)
    if as_json:
        out.print_json(json.dumps(measurements))


def line(measurement: Measurement) -> str:
    """One result in columns."""
    text = f"  {measurement.name:<36} {_figures(measurement.value):>10} {measurement.unit:<12}"
    if measurement.ratio is not None:
        text += f" {measurement.ratio:>6.2f} x"
    if measurement.against:
        text += f" {measurement.against}"
    return text.rstrip()


def column_names(figures: Figures) -> tuple[str, ...]:
    """The headers of the numbers."""
    return tuple(name for name, _, _ in figures.figures)


def heading(columns: Sequence[str]) -> str:
    """The header line."""
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
    """Three significant figures; whole from 1000 on."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".")
