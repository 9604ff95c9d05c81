"""Check that equal encoders are rarely called different, whatever the length of the test split.

The encoders of a simulated table have the same true mean, so every encoder called worse is a false call. Their rate
is measured by the number of independent blocks of test examples, for three kinds of test split, and compared with that
of the test over seeds alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnbench.testing.calibration.coverage import Share, false_positives
from rnnbench.testing.calibration.shapes import BLOCKS, Shape, shapes_of
from rnnbench.testing.selftest.base import Check, Context

MOST_FALSE_CALLS = 6.0
"""In percent: the level of the test, 5 %, and two standard errors of 2,000 tables."""

SEEDS = (6, 20)
ENCODERS = (2, 4)
REPLICATES, QUICK_REPLICATES = 2000, 200


def check(context: Context) -> Iterator[Check]:
    """Check the rate of false calls for every number of blocks."""
    replicates = QUICK_REPLICATES if context.is_quick else REPLICATES
    for blocks in BLOCKS:
        context.progress(f"false calls with {blocks} independent blocks of test examples")
        yield false_calls(blocks, replicates)


def false_calls(blocks: int, replicates: int) -> Check:
    """Check one number of blocks: the largest rate over numbers of seeds and encoders counts."""
    details, rates = [], []
    for shape in shapes_of(blocks):
        alone, in_use = _largest(shape, replicates)
        rates.append(in_use)
        details.append(f"{shape.name} {_text(in_use)} (over seeds alone {_text(alone)})")
    # few tables have a large standard error
    passed = all(rate.percent <= MOST_FALSE_CALLS + 2 * _excess_error(rate, replicates) for rate in rates)
    noun = "block" if blocks == 1 else "blocks"
    name = f"equal encoders: at most {MOST_FALSE_CALLS:g} % called worse with {blocks} {noun} of test examples"
    return Check(name, passed, "; ".join(details))


def _largest(shape: Shape, replicates: int) -> tuple[Share, Share]:
    """The largest rates of the test over seeds alone and of the rule in use."""
    measured = [
        shares for seeds in SEEDS for shares in false_positives(shape, seeds, ENCODERS, replicates, seed=1).values()
    ]
    return max(shares["flips alone"] for shares in measured), max(shares["both"] for shares in measured)


def _excess_error(rate: Share, replicates: int) -> float:
    """The standard error that a smaller number of tables adds; none for REPLICATES."""
    return 0.0 if replicates >= REPLICATES else rate.error


def _text(rate: Share) -> str:
    return f"{rate.percent:.1f} \N{PLUS-MINUS SIGN} {rate.error:.1f} %"
