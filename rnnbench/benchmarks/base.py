"""What a benchmark hands back. Each file of this folder has a first docstring line and `measure()`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One measured value, and the one that it is held against.

    against: in words, what `ratio` compares with. ratio: this value divided by that one.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
