"""What a check of a store finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something that is broken, in one line.

    remedy: what to type. action: what `rnnbench store repair` does about it; empty where it cannot. mend: does that.
    """

    what: str
    remedy: str
    action: str = ""
    mend: Callable[[], object] | None = None


@dataclass(frozen=True)
class Contents:
    """What is in a store.

    runs: by kind and outcome. experiments: number of runs by name. sizes: bytes by part of the store's folder.
    """

    folder: Path
    schema: str = ""
    experiments: Mapping[str, int] = field(default_factory=dict)
    sweeps: int = 0
    runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    backups: int = 0


@dataclass(frozen=True)
class Checked:
    """The contents of a store and its problems, the most harmful first."""

    contents: Contents
    problems: tuple[Problem, ...]
