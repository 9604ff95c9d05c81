"""Benchmarks: each result a line as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rnnbench import registry
from rnnbench.errors import RnnbenchError
from rnnbench.shown.console import notes, out

if TYPE_CHECKING:
    from rnnbench.benchmarks.base import Measurement


def benchmarks(names: Sequence[str], as_json: bool) -> None:
    """Runs the named benchmarks, or all, and prints what they measure.

    Raises: UnknownNameError before anything runs; RnnbenchError for a file without `measure`.
    """
    chosen = [*dict.fromkeys(names)] or registry.names("benchmarks")
    holders = {name: registry.module("benchmarks", name) for name in chosen}
    for holder in holders.values():
        if not callable(getattr(holder, "measure", None)):
            raise RnnbenchError(f"{holder.__file__} must define a function measure()")
    found = []
    for name, holder in holders.items():
        if not as_json:
            out.print(f"[bold]{name}[/bold]  {(holder.__doc__ or '').strip().partition(chr(10))[0]}")
        with notes.status(f"measuring {name}"):
            for measurement in holder.measure():
                found.append({"benchmark": name, **asdict(measurement)})
                if not as_json:
                    out.print(line(measurement), markup=False, soft_wrap=True)
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


def _figures(value: float) -> str:
    """Three significant figures, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".")
