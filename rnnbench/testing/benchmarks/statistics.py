"""How often intervals hold the truth, alike encoders are called different, and unlike ones found: simulated tables."""

from __future__ import annotations

from collections.abc import Iterator

from rnnbench.testing.benchmarks.base import Figures
from rnnbench.testing.calibration.coverage import Share, chance_coverage, coverage, false_positives
from rnnbench.testing.calibration.power import smallest_differences
from rnnbench.testing.calibration.shapes import BEYOND, SHAPES

SEEDS = (6, 10, 20)
ENCODERS = (2, 4, 7)
GAPS = (0.0, 1.0, 2.0)
REPLICATES = 2000
POWER_REPLICATES = 1000


def measure() -> Iterator[Figures]:
    """Figures of simulated tables, with Monte Carlo standard errors: of intervals, of tests, of chances, of power."""
    for shape in (*SHAPES, *BEYOND):
        for seeds in SEEDS:
            yield _figures(f"held: {shape.name}, {seeds} seeds", coverage(shape, seeds, REPLICATES))
    for shape in SHAPES:
        for seeds in SEEDS:
            for encoders, shares in false_positives(shape, seeds, ENCODERS, REPLICATES).items():
                yield _figures(f"called: {shape.name}, {seeds} seeds, {encoders} encoders", shares)
    for shape in SHAPES:
        for gap in GAPS:
            name = f"P(better) held: {shape.name}, {SEEDS[0]} seeds, {gap:g} sd"
            yield _figures(name, chance_coverage(shape, SEEDS[0], gap, REPLICATES))
    for shape in SHAPES:
        for seeds in SEEDS:
            for encoders in (2, 4):
                found = smallest_differences(shape, seeds, encoders, POWER_REPLICATES)
                name = f"found: {shape.name}, {seeds} seeds, {encoders} encoders"
                yield Figures(name, "", tuple((f"{part:.0%} find", *one) for part, one in found.items()))


def _figures(name: str, shares: dict[str, Share]) -> Figures:
    return Figures(name, "%", tuple((key, one.percent, one.error) for key, one in shares.items()))
