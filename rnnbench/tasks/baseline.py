"""The result of a baseline: a trivial or classical method, its scores and its cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rnnbench.storage.example_scores import ExampleScores

REFITTED = "refitted on training and validation for the test split"
"""Note of a baseline that was fitted on training and validation together, after its selection."""


@dataclass(frozen=True)
class BaselineResult:
    """One baseline on one data set.

    model: the row's name in the table, such as `tfidf_logistic_regression`.
    metrics: `validation/<metric>` and `test/<metric>` for the metrics that the method has, perhaps without the
        selecting one: a method that gives texts has no probabilities. Empty if skipped.
    wall_seconds: time of fitting, selection and evaluation together.
    parameters: number of values learned from data.
    note: what was selected on validation, and other remarks for the table.
    details: results that are not single numbers, as in `SequenceTask.details`.
    examples: by metric, the score of each test example, in the same order as an encoder's; empty where the method
        scores the split only as a whole.
    skipped: the reason why it was not computed; empty if it was.
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
        """The result of a baseline that does not apply or costs too much, with the reason."""
        return cls(model=model, metrics={}, wall_seconds=0.0, parameters=0, skipped=reason)


class Stopwatch:
    """Seconds since it was created, until `stop`."""

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
    """The metrics by `<split>/<metric>`."""
    return {f"{split}/{name}": float(value) for name, value in metrics.items()}
