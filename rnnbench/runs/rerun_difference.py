"""Compare a run with its rerun, bit for bit: the first update that differs and by how much, or that none does.

losses of updates  ─►  curves  ─►  validation scores  ─►  weights  ─►  test scores  ─►  scores of test examples

Seconds, speed and memory differ between two runs anyway and are not compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from rnnbench.runs.rerun_plan import STOPPED_FROM_OUTSIDE
from rnnbench.storage.record import WEIGHTS_SHA256, RunRecord

_TIMED = "seconds"
"""The curve of seconds, which differs between two runs anyway."""


@dataclass(frozen=True)
class Content:
    """What a run has computed. losses: (updates,) or None where the run has none; record: with curves and examples."""

    record: RunRecord
    losses: np.ndarray | None


@dataclass(frozen=True)
class Difference:
    """The first value in which two runs differ.

    what: in words, such as 'loss' or 'validation/accuracy'. update: of the value; None for a result of the whole run.
    stored, repeated: the two values; None where a run has none, or where they are not numbers.
    """

    what: str
    update: int | None = None
    stored: float | None = None
    repeated: float | None = None

    @property
    def relative(self) -> float | None:
        """The difference relative to the larger value; None where that is not a finite number."""
        if self.stored is None or self.repeated is None:
            return None
        size = max(abs(self.stored), abs(self.repeated))
        return abs(self.stored - self.repeated) / size if math.isfinite(size) and size > 0 else None

    def __str__(self) -> str:
        place = "" if self.update is None else f" at update {self.update:,}"
        if self.stored is None and self.repeated is None:
            return f"{self.what}{place}"
        relative = "" if self.relative is None else f" (relative difference {self.relative:.1e})"
        return f"{self.what}{place}: was {_number(self.stored)}, is {_number(self.repeated)}{relative}"

    def to_plain(self) -> dict[str, Any]:
        """The difference for JSON, which has no number that is not finite."""
        numbers = {"stored": self.stored, "repeated": self.repeated, "relative": self.relative}
        finite = {name: value if value is None or math.isfinite(value) else None for name, value in numbers.items()}
        return {"what": self.what, "update": self.update, **finite}


@dataclass(frozen=True)
class Verdict:
    """Whether a rerun is identical.

    difference: the first one, or None. compared: what both runs have, in words. missing: what the stored run should
        have and lacks, as in a store of an earlier version.
    """

    difference: Difference | None
    compared: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def is_identical(self) -> bool:
        return self.difference is None


def compare_runs(stored: Content, repeated: Content) -> Verdict:
    """Whether a rerun is identical to the stored run, in everything that both have."""
    first, second = stored.record, repeated.record
    differences = chain(
        _losses(stored, repeated),
        _curves(first.curves, second.curves),
        _outcomes(first, second),
        _scores(first, second, "validation/"),
        _weights(first, second),
        _scores(first, second, "test/"),
        _examples(first, second),
    )
    return Verdict(next(differences, None), tuple(_compared(stored)), tuple(_missing(stored)))


def _compared(stored: Content) -> Iterator[str]:
    record = stored.record
    if stored.losses is not None:
        yield f"{len(stored.losses):,} losses"
    elif record.curves:
        yield f"{len(record.curves)} curves"
    if any(key.startswith("validation/") for key in record.metrics):
        yield "validation scores"
    if WEIGHTS_SHA256 in record.tags:
        yield "weights"
    if any(key.startswith("test/") for key in record.metrics):
        yield "test scores"
    if record.examples:
        yield f"{len(next(iter(record.examples.values())).scores):,} test examples"


def _missing(stored: Content) -> Iterator[str]:
    if stored.record.kind == "baseline":
        return
    if stored.losses is None:
        yield "losses"
    if WEIGHTS_SHA256 not in stored.record.tags and stored.record.outcome == "completed":
        yield "checksum of the weights"


def _losses(stored: Content, repeated: Content) -> Iterator[Difference]:
    if stored.losses is None or repeated.losses is None:
        return
    common = min(len(stored.losses), len(repeated.losses))
    first, second = stored.losses[:common], repeated.losses[:common]
    differ = np.flatnonzero(~((first == second) | (np.isnan(first) & np.isnan(second))))
    if differ.size:
        place = int(differ[0])
        yield Difference("loss", place + 1, float(first[place]), float(second[place]))
    if len(stored.losses) != len(repeated.losses):
        yield Difference("number of updates", None, len(stored.losses), len(repeated.losses))


def _curves(stored: Mapping[str, Any], repeated: Mapping[str, Any]) -> Iterator[Difference]:
    """Differences by update, earliest first."""
    differences = []
    for name in sorted({*stored, *repeated} - {_TIMED}):
        first, second = dict(stored.get(name, ())), dict(repeated.get(name, ()))
        differences += [
            Difference(name.replace("_", "/", 1), update, first.get(update), second.get(update))
            for update in {*first, *second}
            if first.get(update) != second.get(update)
        ]
    yield from sorted(differences, key=lambda difference: (difference.update or 0, difference.what))


def _outcomes(stored: RunRecord, repeated: RunRecord) -> Iterator[Difference]:
    if stored.outcome not in STOPPED_FROM_OUTSIDE and stored.outcome != repeated.outcome:
        yield Difference(f"outcome: was {stored.outcome}, is {repeated.outcome}".replace("_", " "))


def _scores(stored: RunRecord, repeated: RunRecord, split: str) -> Iterator[Difference]:
    keys = sorted(key for key in {*stored.metrics, *repeated.metrics} if key.startswith(split))
    for key in keys:
        first, second = stored.metrics.get(key), repeated.metrics.get(key)
        if not _is_equal(first, second):
            yield Difference(key, None, first, second)


def _weights(stored: RunRecord, repeated: RunRecord) -> Iterator[Difference]:
    first, second = stored.tags.get(WEIGHTS_SHA256), repeated.tags.get(WEIGHTS_SHA256)
    if first is not None and second is not None and first != second:
        yield Difference("weights")


def _examples(stored: RunRecord, repeated: RunRecord) -> Iterator[Difference]:
    for metric in sorted(stored.examples):
        first, second = stored.examples[metric], repeated.examples.get(metric)
        if second is None or len(first.scores) != len(second.scores):
            yield Difference(f"number of scores of test examples ({metric})")
        elif first != second:
            differ = np.flatnonzero((first.scores != second.scores) | (first.weights != second.weights))
            place = int(differ[0]) if differ.size else 0
            values = float(first.scores[place]), float(second.scores[place])
            yield Difference(f"{metric} of test example {place + 1:,}", None, *values)


def _is_equal(first: float | None, second: float | None) -> bool:
    """Whether two values are the same; the store keeps no value that is not finite, so NaN is as none."""
    finite = [value if value is not None and math.isfinite(value) else None for value in (first, second)]
    return finite[0] == finite[1]


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.9g}"
