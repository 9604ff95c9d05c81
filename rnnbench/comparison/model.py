"""One comparison: the rows of a table, with all numbers and notes that tables and figures show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Self

from rnnbench.metrics import Metric

LEVEL = 0.95
"""Coverage of every interval."""

ALPHA = 0.05
"""Significance level of the adjusted p values."""

RowKind = Literal["encoder", "baseline"]


@dataclass(frozen=True)
class Interval:
    """The ends of an interval: `low` is below `high`, whichever direction is better."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Note:
    """A footnote: the full text, and a short one for a terminal; without one, a terminal leaves it out."""

    text: str
    short: str = ""

    @classmethod
    def in_full(cls, text: str) -> Self:
        """A footnote that a terminal shows with its full text."""
        return cls(text, text)


@dataclass(frozen=True)
class Row:
    """One encoder or baseline. Unknown values are None, never NaN.

    seed_scores: (seed, test score) of each completed seed, by seed; empty for a baseline.
    seeds_planned: completed seeds and those that did not complete.
    costs (`parameters` to `inference_batch_size`): means over completed confirm runs; peak_memory_bytes: their maximum.
    epochs: passes over the training data, the mean over completed confirm runs.
    improving_runs: completed confirm runs whose validation was still improving at the end (`training_length`).
    seconds_to_reach: mean training seconds until validation reached the table's `reach`, over `seeds_reached` seeds.
    trials_failed: trials that diverged, ran out of memory or failed.
    interval: of the mean over seeds and `examples` test examples; over seeds alone where `examples` is 0.
    block: number of consecutive examples that are dependent.
    p_value: against the best encoder, over `paired_seeds` common seeds, adjusted for all pairs of encoders, because the
        best one is selected by the same scores. An encoder is worse by p_value and `behind_best` together.
    p_value_holm: p value adjusted by Holm's method, without that selection.
    behind_best: difference to the best encoder over seeds and examples, simultaneous for all pairs.
    in_best_group: the best encoder, or one not shown to be worse.
    beats_baseline: the mean is better than the best baseline's; None for baselines, and without a baseline.
    ahead_of_baseline: difference to the best baseline, simultaneous for all encoders.
    surely_beats_baseline: significantly better than it.
    above_better: probability that a run of the row above is better than one of this row, on other examples.
    validation_run_ids: runs of the validation score: trials, where the confirmations were trained on validation too.
    """

    model: str
    kind: RowKind
    test: float | None = None
    interval: Interval | None = None
    validation: float | None = None
    skill: float | None = None
    seed_scores: tuple[tuple[int, float], ...] = ()
    seeds_planned: int = 0
    parameters: float | None = None
    updates: float | None = None
    epochs: float | None = None
    improving_runs: int | None = None
    wall_seconds: float | None = None
    training_items_per_second: float | None = None
    inference_items_per_second: float | None = None
    embedding_parameters: float | None = None
    training_seconds: float | None = None
    training_flops_per_item: float | None = None
    training_flops: float | None = None
    inference_batch_size: float | None = None
    peak_memory_bytes: float | None = None
    seconds_to_reach: float | None = None
    seeds_reached: int | None = None
    trials_completed: int = 0
    trials_pruned: int = 0
    trials_failed: int = 0
    is_best: bool = False
    in_best_group: bool = False
    beats_baseline: bool | None = None
    p_value: float | None = None
    p_value_holm: float | None = None
    behind_best: Interval | None = None
    ahead_of_baseline: Interval | None = None
    surely_beats_baseline: bool | None = None
    above_better: float | None = None
    above_better_interval: Interval | None = None
    examples: int = 0
    block: int = 1
    paired_seeds: int = 0
    remarks: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    validation_run_ids: tuple[str, ...] = ()
    lost_run_ids: tuple[str, ...] = ()
    trial_run_ids: tuple[str, ...] = ()
    reselect_run_ids: tuple[str, ...] = ()

    @property
    def seeds(self) -> int:
        """The number of completed seeds."""
        return len(self.seed_scores)

    @property
    def trials(self) -> int:
        """The number of trials that count: completed, pruned and failed."""
        return self.trials_completed + self.trials_pruned + self.trials_failed


@dataclass(frozen=True)
class Comparison:
    """One table: encoders and baselines together, best first.

    is_forced: its runs are not comparable; the first footnotes give the reasons.
    reach: the target validation score of `seconds_to_reach`; reach_is_baselines: it is the best baseline's, by default.
    is_refitted: encoders were confirmed on training and validation together.
    unscored: encoders that were searched or confirmed and have no test score.
    quick: that the runs are quick ones, with how often they read the training data; empty for others.
    short_test: why the test split is too short to compare encoders, and what to set; empty where it is long enough.
        Then no row has an interval, a p value or a probability, and none is called worse.
    marks_best: the encoders not shown to be worse than the best are marked, in bold. Not where no difference can be
        significant, because of the test split, the number of seeds or of encoders, nor for quick or forced tables.
    """

    title: str
    task: str
    data: str
    fingerprint: str
    metric: Metric
    protocol: str
    rows: tuple[Row, ...]
    budget: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    is_forced: bool = False
    reach: float | None = None
    reach_is_baselines: bool = False
    is_refitted: bool = False
    unscored: tuple[str, ...] = ()
    quick: str = ""
    short_test: str = ""
    marks_best: bool = True

    @property
    def higher_is_better(self) -> bool:
        """The direction of the metric."""
        return self.metric.higher_is_better

    @property
    def footnotes(self) -> tuple[str, ...]:
        """The full text of every note, the most serious first."""
        return tuple(note.text for note in self.notes)

    @property
    def encoders(self) -> tuple[Row, ...]:
        """The encoder rows, best first."""
        return tuple(row for row in self.rows if row.kind == "encoder")

    @property
    def baselines(self) -> tuple[Row, ...]:
        """The baseline rows, best first."""
        return tuple(row for row in self.rows if row.kind == "baseline")

    @property
    def best(self) -> Row | None:
        """The encoder with the best mean test score, or None when no encoder has one."""
        return next((row for row in self.encoders if row.is_best), None)

    @property
    def best_baseline(self) -> Row | None:
        """The baseline with the best test score, or None when no baseline has one."""
        return next((row for row in self.baselines if row.test is not None), None)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Every run of the table, sorted."""
        of_rows = [(*row.run_ids, *row.lost_run_ids, *row.trial_run_ids, *row.reselect_run_ids) for row in self.rows]
        return tuple(sorted(set().union(*of_rows)))

    def is_marked(self, row: Row) -> bool:
        """Whether a row is in bold: an encoder not shown to be worse than the best, where one could be."""
        return self.marks_best and row.in_best_group

    def is_better(self, score: float, other: float) -> bool:
        """Whether the score is strictly better than the other."""
        return score > other if self.higher_is_better else score < other
