"""Checks of the comparison: an encoder is not found different from its twin, and one that cannot learn is found worse.

A complete sweep (search, workers, store, confirmation, table) compares an encoder, its twin and an encoder whose output
is always zero. Further pairs of twins are trained outside of the store and compared in the same way. A correct test at
5 % calls at most 5 % of such pairs different, which a binomial test checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from scipy import stats

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import ALPHA
from rnnbench.core.trust import write_trusted
from rnnbench.storage.record import RunRecord
from rnnbench.sweeps import SweepOptions, sweep
from rnnbench.sweeps.model import Event
from rnnbench.testing.selftest import made, twins
from rnnbench.testing.selftest.base import LOWEST_P, Check, Context
from rnnbench.testing.selftest.twins import Pair, compared

SWEPT_SEEDS = 7
"""One more than the smallest number of seeds with which a sign-flip test can give p < 0.05."""

MUTE = '''"""A cell without output: the task can learn the class frequencies only."""

import torch

from rnnbench.encoders.gru import GRU
from rnnbench.encoders.base import Encoded


class Mute(GRU):
    """A GRU whose output is zero."""

    def forward(self, x, lengths=None, state=None):
        encoded = super().forward(x, lengths, state)
        return Encoded(0 * encoded.steps, encoded.state)
'''


def check(context: Context) -> Iterator[Check]:
    """Check one complete sweep, then the share of pairs called different."""
    records = swept(context)
    yield sweep_finds_the_encoder_that_cannot_learn(records)
    pairs = [compared([record for record in records if record.kind == "confirm" and record.model != "mute"])]
    for pair in twins.pairs(context.folder, context.pairs - 1):
        pairs.append(pair)
        context.progress(f"an encoder and its twin: {len(pairs)} of {context.pairs} pairs")
    yield twins_are_not_distinguished(pairs)


def swept(context: Context) -> tuple[RunRecord, ...]:
    """Records of a sweep over an encoder, its twin and an encoder that cannot learn."""
    done: Counter[str] = Counter()

    def report(event: Event) -> None:
        done[event.kind] += event.what == "end"
        context.progress(f"sweep of an encoder, its twin and one that cannot learn: {done['confirm']} confirmations")

    mute = context.folder / "mute.py"
    write_trusted(mute, MUTE)
    data = made.write_labelled(context.folder / "swept.csv")
    models = ("gru", str(twins.write_twin(context.folder, "gru")), str(mute))
    values = {"budget.updates": 80, "training.learning_rate": 0.02}
    options = SweepOptions(
        models=models,
        options=made.options("sentiment", Path(data), values),
        trials=1,
        seeds=SWEPT_SEEDS,
        workers=context.workers,
    )
    return sweep("sentiment", options, report).records


def sweep_finds_the_encoder_that_cannot_learn(records: Sequence[RunRecord]) -> Check:
    """Check that the comparison calls the mute encoder worse than the best."""
    table = compare(records)
    rows = {row.model: row for row in table.encoders}
    mute = rows["mute"]
    passed = len(rows) == 3 and not mute.in_best_group and all(row.seeds == SWEPT_SEEDS for row in rows.values())
    scores = ", ".join(f"{model} {row.test:.1%}" for model, row in rows.items() if row.test is not None)
    p_value = "none" if mute.p_value is None else f"{mute.p_value:.3f}"
    details = f"{scores} over {mute.seeds} seeds; p of mute = {p_value}"
    return Check("sweep: an encoder that cannot learn is found worse", passed, details)


def twins_are_not_distinguished(pairs: Sequence[Pair]) -> Check:
    """Check that no more pairs of twins are called different than a test at 5 % allows."""
    count, different = len(pairs), sum(pair.is_different for pair in pairs)
    test = stats.binomtest(different, count, ALPHA, alternative="greater")
    copies = sum(pair.shared_scores == pair.seeds for pair in pairs)
    low, high = stats.binomtest(different, count).proportion_ci(0.95, method="exact")
    by_seeds = sum(pair.p_value is not None and pair.p_value < ALPHA for pair in pairs)
    details = (
        f"{different} of {count} pairs called different: {different / count:.1%}, 95 % interval {low:.1%} to {high:.1%}"
        f" ({_by_task(pairs)}); by the test over seeds alone: {by_seeds}"
    )
    if copies:
        details = f"{copies} pairs have identical scores, so nothing was tested; {details}"
    passed = float(test.pvalue) >= LOWEST_P and not copies
    return Check("encoder and twin: not found different", passed, details)


def _by_task(pairs: Sequence[Pair]) -> str:
    tasks = dict.fromkeys(pair.task for pair in pairs)
    return ", ".join(
        f"{task} {sum(pair.is_different for pair in pairs if pair.task == task)} of "
        f"{sum(pair.task == task for pair in pairs)}"
        for task in tasks
    )
