"""Results of encoders over several experiments: plain data for tables and figures."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.comparison.model import Interval
from rnnbench.metrics import Metric

FEWEST_DATA_SETS = 6
"""Fewer data sets than this are not tested: the results then hold for these data sets only."""


@dataclass(frozen=True)
class Entry:
    """One ranked encoder in one experiment.

    skill: mean over the seeds that every ranked encoder completed. seed_skills: by seed.
    rank: 1 is best, ties share the mean of their ranks.
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
    """One task on one data set, with the baseline that defines its skills.

    label: `sentiment on mr`. seeds: completed by every ranked encoder. quick, short_test: of its comparison.
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
    quick: str = ""
    short_test: str = ""


@dataclass(frozen=True)
class Against:
    """The share of common seeds on which an encoder beats this one; every experiment has the same weight."""

    encoder: str
    win_rate: float
    interval: Interval | None


@dataclass(frozen=True)
class Standing:
    """One encoder over all experiments, with intervals over seeds alone.

    The rank has no interval: it is discontinuous where two encoders tie, so a bootstrap over seeds is not valid. No
    number has one where an experiment has a test split that is too short.
    """

    encoder: str
    average_rank: float
    iqm: float
    iqm_interval: Interval | None
    win_rate: float
    win_interval: Interval | None
    against: tuple[Against, ...]
    experiments_beating_baseline: int
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class OverDataSets:
    """The test whether average ranks differ over data sets, and the encoders that are not distinguishable.

    f: None where all data sets have the same ranks.
    cliques: the largest groups of encoders, best first, whose average ranks lie within the critical difference.
    """

    chi_square: float
    f: float | None
    p: float
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Across:
    """Encoders over several experiments, by average rank.

    test: None where there is none, for the reason in `refusal`.
    """

    experiments: tuple[Experiment, ...]
    standings: tuple[Standing, ...]
    test: OverDataSets | None
    refusal: str
    footnotes: tuple[str, ...] = ()
    is_forced: bool = False

    @property
    def encoders(self) -> tuple[str, ...]:
        """The ranked encoders, by average rank."""
        return tuple(standing.encoder for standing in self.standings)

    @property
    def short(self) -> tuple[Experiment, ...]:
        """The experiments whose test split is too short to compare encoders."""
        return tuple(experiment for experiment in self.experiments if experiment.short_test)

    @property
    def data_sets(self) -> int:
        """The number of different data sets: two tasks may share one."""
        return len({(experiment.data, experiment.fingerprint) for experiment in self.experiments})

    def entry(self, experiment: Experiment, encoder: str) -> Entry:
        """The entry of an encoder in an experiment."""
        return next(entry for entry in experiment.entries if entry.encoder == encoder)
