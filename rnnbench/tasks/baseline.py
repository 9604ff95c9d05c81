"""One row of what there is to beat: a trivial or classical method and its scores."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rnnbench.storage.example_scores import ExampleScores

REFITTED = "fitted again with validation for the test split"
"""What the note of a baseline says that, once everything was chosen, learned from validation too."""


@dataclass(frozen=True)
class BaselineResult:
    """One baseline on one data set.

    model: the row's name in the table, such as `tfidf_logistic_regression`.
    metrics: `validation/<metric>` and `test/<metric>` for every metric of the task; empty where it was skipped.
    wall_seconds: fitting, choosing and evaluating together.
    parameters: how many numbers were learned from data, 0 where there are none.
    note: what was chosen on validation, or what a reader should know.
    details: what of the test scores is no single number, as `SequenceTask.details` has it.
    examples: by metric, the score of each test example, the same examples in the same order as an encoder's; empty
        where the method has no score for a part of the split.
    skipped: why it was not computed, in words; empty where it was.
    """

    model: str
    metrics: dict[str, float]
    wall_seconds: float
    parameters: int
    note: str = ""
    skipped: str = ""
    examples: Mapping[str, ExampleScores] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def skip(cls, model: str, reason: str) -> BaselineResult:
        """The row of a baseline that would cost too much or does not apply here, with the reason."""
        return cls(model=model, metrics={}, wall_seconds=0.0, parameters=0, skipped=reason)


class Stopwatch:
    """Seconds since it was started, frozen when its block ends."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._stopped: float | None = None

    @property
    def seconds(self) -> float:
        return (self._stopped if self._stopped is not None else time.perf_counter()) - self._started

    def stop(self) -> None:
        self._stopped = time.perf_counter()


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """A running stopwatch: `with stopwatch() as watch: ...; watch.seconds`."""
    watch = Stopwatch()
    try:
        yield watch
    finally:
        watch.stop()


def prefixed(split: str, metrics: dict[str, float]) -> dict[str, float]:
    """The same metrics under `<split>/<metric>`."""
    return {f"{split}/{name}": float(value) for name, value in metrics.items()}
