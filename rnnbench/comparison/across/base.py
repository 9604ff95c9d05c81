"""What is said over several experiments: plain data that a rendering needs, and nothing it has to work out."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.comparison.model import Interval
from rnnbench.metrics import Metric

FEWEST_DATA_SETS = 6
"""Below this many data sets no test over data sets is made, and nothing is said about data sets in general."""


@dataclass(frozen=True)
class Entry:
    """One ranked encoder in one experiment.

    skill: mean over the seeds that every ranked encoder completed; seed_skills: one per such seed, in their order.
    rank: 1 is best, ties share the mean of their places.
    """

    encoder: str
    test: float
    skill: float
    interval: Interval | None
    rank: float
    seed_skills: tuple[float, ...]
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class Experiment:
    """One task on one data set: a fair comparison in itself, and the baseline that its skills are against.

    label: what a user types and on what it ran, `sentiment on mr`. seeds: completed by every ranked encoder.
    """

    label: str
    task: str
    data: str
    fingerprint: str
    metric: Metric
    baseline: str
    baseline_test: float
    baseline_run_ids: tuple[str, ...]
    seeds: tuple[int, ...]
    trials: tuple[int, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Against:
    """How often one encoder beats another: the share of paired seeds, every experiment counting the same."""

    encoder: str
    win_rate: float
    interval: Interval


@dataclass(frozen=True)
class Standing:
    """One encoder over all experiments. Intervals are of the chance in seeds alone, for these data sets.

    A rank has none: it jumps where two encoders are level, and drawing seeds again does not see that.
    """

    encoder: str
    average_rank: float
    iqm: float
    iqm_interval: Interval | None
    win_rate: float
    win_interval: Interval
    against: tuple[Against, ...]
    experiments_beating_baseline: int
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class OverDataSets:
    """The test whether average ranks differ over data sets, and which encoders it cannot tell apart.

    f: None where every data set ranks the encoders alike.
    cliques: the largest groups of encoders, best first, whose average ranks lie within the critical difference.
    """

    chi_square: float
    f: float | None
    p: float
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Across:
    """Encoders over several experiments, the best average rank first.

    test: None where `refusal` says in words why there is none.
    """

    experiments: tuple[Experiment, ...]
    standings: tuple[Standing, ...]
    test: OverDataSets | None
    refusal: str
    footnotes: tuple[str, ...] = ()
    is_forced: bool = False

    @property
    def encoders(self) -> tuple[str, ...]:
        """The ranked encoders, the best average rank first."""
        return tuple(one.encoder for one in self.standings)

    @property
    def data_sets(self) -> int:
        """How many different data sets there are: two tasks may share one."""
        return len({(one.data, one.fingerprint) for one in self.experiments})

    def entry(self, experiment: Experiment, encoder: str) -> Entry:
        """The entry of an encoder in an experiment."""
        return next(one for one in experiment.entries if one.encoder == encoder)
