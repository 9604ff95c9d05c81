"""What a check gives, and the bench it works on: a folder of its own, and a store that is thrown away."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LOWEST_P = 1e-3
"""A check that chance can fail fails a sound program about as often as this."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    name: a claim, true where the check passed. told: the figures behind it, or what was found instead.
    """

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Bench:
    """What every check is given.

    folder: for its files. models: encoders beside those that are always looked at, by name or path to a file.
    pairs: how many times an encoder is compared with itself. workers: processes of the one sweep.
    say: takes what is being done now, for whoever shows progress.
    """

    folder: Path
    is_quick: bool = False
    models: tuple[str, ...] = ()
    pairs: int = 12
    workers: int = 2
    say: Callable[[str], None] = lambda words: None


@contextlib.contextmanager
def thrown_away() -> Iterator[Path]:
    """A folder with a store in it where all runs go until the block ends; then nothing of it is left."""
    before = os.environ.get("RNNBENCH_STORE")
    with tempfile.TemporaryDirectory(prefix="rnnbench-selftest-", ignore_cleanup_errors=True) as folder:
        os.environ["RNNBENCH_STORE"] = str(Path(folder) / "store")
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["RNNBENCH_STORE"]
            else:
                os.environ["RNNBENCH_STORE"] = before
