"""Coverage of intervals, false positives and power of the comparison, on simulated tables."""

from __future__ import annotations

from collections.abc import Iterator

from rnnbench.testing.benchmarks.base import Figures
from rnnbench.testing.calibration.coverage import Share, coverage, false_positives, improvement_coverage
from rnnbench.testing.calibration.power import smallest_differences
from rnnbench.testing.calibration.shapes import BEYOND, SHAPES

SEEDS = (6, 10, 20)
ENCODERS = (2, 4, 7)
GAPS = (0.0, 1.0, 2.0)
REPLICATES = 2000
POWER_REPLICATES = 1000


def measure() -> Iterator[Figures]:
    """Rates in percent and detectable differences, with Monte Carlo standard errors."""
    for shape in (*SHAPES, *BEYOND):
        for seeds in SEEDS:
            yield _figures(f"coverage: {shape.name}, {seeds} seeds", coverage(shape, seeds, REPLICATES))
    for shape in SHAPES:
        for seeds in SEEDS:
            for encoders, shares in false_positives(shape, seeds, ENCODERS, REPLICATES).items():
                yield _figures(f"false positives: {shape.name}, {seeds} seeds, {encoders} encoders", shares)
    for shape in SHAPES:
        for gap in GAPS:
            name = f"coverage of P(better): {shape.name}, {SEEDS[0]} seeds, {gap:g} sd"
            yield _figures(name, improvement_coverage(shape, SEEDS[0], gap, REPLICATES))
    for shape in SHAPES:
        for seeds in SEEDS:
            for encoders in (2, 4):
                differences = smallest_differences(shape, seeds, encoders, POWER_REPLICATES)
                name = f"detected difference: {shape.name}, {seeds} seeds, {encoders} encoders"
                yield Figures(
                    name, "", tuple((f"power {power:.0%}", *estimate) for power, estimate in differences.items())
                )


def _figures(name: str, shares: dict[str, Share]) -> Figures:
    return Figures(name, "%", tuple((key, share.percent, share.error) for key, share in shares.items()))
