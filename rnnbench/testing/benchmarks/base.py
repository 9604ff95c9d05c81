"""What a benchmark gives, and how two things are timed against each other.

A benchmark is one file: its docstring's first line says what it measures, and it has one function,

    def measure() -> Iterator[Measurement | Figures]: ...

which gives each result as soon as it is known.
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
    """One number, and what it was measured against."""

    name: str
    value: float
    unit: str
    against: str = ""
    """What the value is compared with, measured in the same rounds."""
    ratio: float | None = None
    """The value, divided by that of what it is compared with: below 1 is less time, or less memory."""


@dataclass(frozen=True)
class Figures:
    """Several numbers of one thing side by side: a line of a table.

    figures: name of the column, value, standard error.
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
    """First to second: the median of the rounds' own ratios, not the ratio of the medians."""


def paired_seconds(first: Callable[[], object], second: Callable[[], object], *, rounds: int) -> Paired:
    """Times two calls turn and turn about.

        first second | second first | first second | ...

    A noisy machine slows neighbours in time alike, so the ratio within a round is far steadier than two timings made
    one after the other; swapping places takes away whatever the one leaves for the other. Each is called once before,
    untimed.

    rounds: at least 1.
    """
    first(), second()
    pairs = []
    for number in range(rounds):
        if number % 2:
            late = _seconds(second)
            pairs.append((_seconds(first), late))
        else:
            pairs.append((_seconds(first), _seconds(second)))
    firsts, seconds = zip(*pairs, strict=True)
    ratio = statistics.median(one / other for one, other in pairs)
    return Paired(statistics.median(firsts), statistics.median(seconds), ratio)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Torch and NumPy's BLAS on one thread each, and afterwards on as many as before."""
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
