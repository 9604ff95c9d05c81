"""The same encoder under two names is not found different, and one that cannot learn is.

A sweep of an encoder, its twin and one whose output is always zero goes all the way: search, workers, store,
confirmation, table. Then more pairs of twins are trained outside of the store and handed to the same comparison. A
sound test calls at most 5 % of such pairs different, so the number called different is held against the binomial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from scipy import stats

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import ALPHA
from rnnbench.storage.record import RunRecord
from rnnbench.sweeps import SweepOptions, sweep
from rnnbench.sweeps.model import Event
from rnnbench.testing.selftest import made, twins
from rnnbench.testing.selftest.base import LOWEST_P, Bench, Check
from rnnbench.testing.selftest.twins import Pair, judged

SWEPT_SEEDS = 7
"""One more than the fewest with which a sign-flip test can fall below 0.05."""

MUTE = '''"""A cell that says nothing: what stands behind it learns the shares of the classes alone."""

import torch

from rnnbench.encoders.gru import GRU
from rnnbench.encoders.base import Encoded


class Mute(GRU):
    """A gated recurrent layer with its output taken away."""

    def forward(self, x, lengths=None, state=None):
        encoded = super().forward(x, lengths, state)
        return Encoded(0 * encoded.steps, encoded.state)
'''


def check(bench: Bench) -> Iterator[Check]:
    """One sweep all the way through, then the share of pairs called different."""
    records = swept(bench)
    yield sweep_tells_what_cannot_learn(records)
    found = [judged([record for record in records if record.kind == "confirm" and record.model != "mute"])]
    for pair in twins.pairs(bench.folder, bench.pairs - 1):
        found.append(pair)
        bench.say(f"the same encoder twice: {len(found)} of {bench.pairs} pairs")
    yield twins_are_not_told_apart(found)


def swept(bench: Bench) -> tuple[RunRecord, ...]:
    """The records behind the table of a sweep over an encoder, its twin and one that cannot learn."""
    done: Counter[str] = Counter()

    def tell(event: Event) -> None:
        done[event.kind] += event.what == "end"
        bench.say(f"a sweep of an encoder, its twin and one that cannot learn: {done['confirm']} confirmations")

    mute = bench.folder / "mute.py"
    mute.write_text(MUTE, encoding="utf-8")
    data = made.write_labelled(bench.folder / "swept.csv")
    models = ("gru", str(twins.write_twin(bench.folder, "gru")), str(mute))
    values = {"budget.updates": 80, "training.learning_rate": 0.02}
    wanted = SweepOptions(
        models=models,
        options=made.options("sentiment", Path(data), values),
        trials=1,
        seeds=SWEPT_SEEDS,
        workers=bench.workers,
    )
    return sweep("sentiment", wanted, tell).records


def sweep_tells_what_cannot_learn(records: Sequence[RunRecord]) -> Check:
    """Whether the comparison of a sweep sets the mute encoder apart from the best."""
    table = compare(records)
    rows = {row.model: row for row in table.encoders}
    mute = rows["mute"]
    passed = len(rows) == 3 and not mute.in_best_group and all(row.seeds == SWEPT_SEEDS for row in rows.values())
    scores = ", ".join(f"{model} {row.test:.1%}" for model, row in rows.items() if row.test is not None)
    p_value = "none" if mute.p_value is None else f"{mute.p_value:.3f}"
    told = f"{scores} over {mute.seeds} seeds; p of mute = {p_value}"
    return Check("a sweep finds the encoder that cannot learn", passed, told)


def twins_are_not_told_apart(found: Sequence[Pair]) -> Check:
    """Whether as few pairs of twins are called different as a test at 5 % allows."""
    count, different = len(found), sum(pair.is_different for pair in found)
    test = stats.binomtest(different, count, ALPHA, alternative="greater")
    copies = sum(pair.shared_scores == pair.seeds for pair in found)
    low, high = stats.binomtest(different, count).proportion_ci(0.95, method="exact")
    by_seeds = sum(pair.p_value is not None and pair.p_value < ALPHA for pair in found)
    told = (
        f"{different} of {count} pairs called different: {different / count:.1%}, 95 % interval {low:.1%} to {high:.1%}"
        f" ({_by_task(found)}); by the test over seeds alone {by_seeds}"
    )
    if copies:
        told = f"{copies} pairs have the same scores to the last bit, so nothing was tested; {told}"
    passed = float(test.pvalue) >= LOWEST_P and not copies
    return Check("the same encoder under two names is not found different", passed, told)


def _by_task(found: Sequence[Pair]) -> str:
    tasks = dict.fromkeys(pair.task for pair in found)
    return ", ".join(
        f"{task} {sum(pair.is_different for pair in found if pair.task == task)} of "
        f"{sum(pair.task == task for pair in found)}"
        for task in tasks
    )
