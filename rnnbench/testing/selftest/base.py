"""The result of a check, what checks receive, and a temporary store."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LOWEST_P = 1e-3
"""Significance level of the statistical checks: how often one fails although the program is correct."""


@dataclass(frozen=True)
class Check:
    """The result of one check.

    name: the property checked. told: the numbers behind the result.
    """

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Context:
    """Options of all checks.

    folder: for temporary files. models: further encoders to check, by name or path to a file. pairs: number of
    comparisons of an encoder with itself. workers: worker processes of the sweep. progress: called with a description
    of the current step.
    """

    folder: Path
    is_quick: bool = False
    models: tuple[str, ...] = ()
    pairs: int = 12
    workers: int = 2
    progress: Callable[[str], None] = lambda description: None


@contextlib.contextmanager
def temporary_store() -> Iterator[Path]:
    """Yield a temporary folder that holds the store of all runs inside the block."""
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
