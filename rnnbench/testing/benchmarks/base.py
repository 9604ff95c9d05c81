"""Results of a benchmark, and paired timing.

A benchmark is one file. The first line of its docstring is its description, and it defines

    def measure() -> Iterator[Measurement | Figures]: ...

which yields each result as soon as it is known.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Measurement:
    """One measured number, with an optional reference."""

    name: str
    value: float
    unit: str
    against: str = ""
    """Name of the reference, measured in the same rounds."""
    ratio: float | None = None
    """Value divided by that of the reference."""


@dataclass(frozen=True)
class Figures:
    """A row of a table.

    figures: for each column its name, value and standard error.
    """

    name: str
    unit: str
    figures: tuple[tuple[str, float, float], ...]


class Paired(NamedTuple):
    """Medians over the rounds."""

    first: float
    """Seconds."""
    second: float
    """Seconds."""
    ratio: float
    """Median over the rounds of first / second; not the ratio of the medians."""


def paired_seconds(first: Callable[[], object], second: Callable[[], object], *, rounds: int) -> Paired:
    """Time two calls alternately.

        first second | second first | first second | ...

    Other load on the machine affects both calls of a round, so the ratio within a round varies less than two separate
    timings. Alternating the order removes effects of one call on the next. Each is called once before, untimed.

    rounds: at least 1.
    """
    first(), second()
    pairs = []
    for number in range(rounds):
        if number % 2:
            second_seconds = _seconds(second)
            pairs.append((_seconds(first), second_seconds))
        else:
            pairs.append((_seconds(first), _seconds(second)))
    firsts, seconds = zip(*pairs, strict=True)
    ratio = statistics.median(numerator / denominator for numerator, denominator in pairs)
    return Paired(statistics.median(firsts), statistics.median(seconds), ratio)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Run torch and NumPy's BLAS on one thread each inside the block."""
    import threadpoolctl
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpoolctl.threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
