"""What a comparison is: rows of one table, with everything a rendering needs and nothing it has to work out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Self

from rnnbench.metrics import Metric

LEVEL = 0.95
"""Coverage that every interval claims."""

ALPHA = 0.05
"""An encoder is called worse than the best one only when its adjusted p value is below this."""

RowKind = Literal["encoder", "baseline"]


@dataclass(frozen=True)
class Interval:
    """The two ends of an interval, `low` below `high` whichever direction is better."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Note:
    """A footnote: its full text, and a shorter one for a terminal, empty where a terminal leaves it out."""

    text: str
    short: str = ""

    @classmethod
    def short_as_it_is(cls, text: str) -> Self:
        """A footnote that a terminal shows in full."""
        return cls(text, text)


@dataclass(frozen=True)
class Row:
    """One encoder or baseline. None stands for what is not known; no field is ever NaN.

    seed_scores: (seed, test score) of each seed that completed, by seed; empty for a baseline.
    seeds_planned: seeds tried, with those that did not complete.
    costs (`parameters` to `inference_batch_size`): means over the completed confirm runs.
    peak_memory_bytes: the largest of them.
    seconds_to_reach: mean training seconds until validation reached the table's `reach`, over `seeds_reached` seeds.
    trials_failed: trials that diverged, ran out of memory or failed.
    interval: of the mean over seeds and `examples` test examples; over seeds alone where `examples` is 0.
    block: how many consecutive examples depend on one another.
    p_value: against the best encoder, from `paired_seeds` seeds that both completed, adjusted for being several and for
        the best one being picked on the same scores. It decides, together with `behind_best`.
    p_value_holm: the same without that last, adjusted by Holm's method.
    behind_best: how much worse than the best encoder over seeds and examples, holding for all pairs at once.
    in_best_group: the best encoder, or one not shown to be worse than it.
    ahead_of_baseline: how much better than the best baseline, holding for all encoders at once.
    surely_beats_baseline: better by more than chance; None for baselines and where there is none.
    above_better: the chance that a run of the row above is better than one of this row, on other examples.
    beats_baseline: the mean is better than the best baseline's; None for baselines and where there is none.
    remarks: what a reader has to know about this row, in words.
    validation_run_ids: runs of the validation score: trials where the confirmations learned from that split too.
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
        """How many seeds the means are over."""
        return len(self.seed_scores)

    @property
    def trials(self) -> int:
        """How many trials of the search count: completed, pruned and failed."""
        return self.trials_completed + self.trials_pruned + self.trials_failed


@dataclass(frozen=True)
class Comparison:
    """One table: rows best first, baselines among the encoders, and what holds for all of them.

    is_forced: unlike runs stand in it, on purpose; the first footnotes say which.
    reach: the validation score that `seconds_to_reach` of each row is about; reach_is_baselines: nobody stated it, so
        it is the best baseline's.
    is_refitted: encoders were confirmed on training and validation together.
    unscored: encoders that were searched or confirmed and have no test score.
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
        """Every run the table rests on, sorted."""
        ids = {
            one
            for row in self.rows
            for one in (*row.run_ids, *row.lost_run_ids, *row.trial_run_ids, *row.reselect_run_ids)
        }
        return tuple(sorted(ids))

    def is_better(self, one: float, other: float) -> bool:
        """Whether the first score is strictly better than the second."""
        return one > other if self.higher_is_better else one < other
