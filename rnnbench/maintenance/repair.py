"""Repair what can be repaired without loss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rnnbench.maintenance.check import check
from rnnbench.maintenance.model import Checked

_MOST_ROUNDS = 3


def repair(folder: Path, tell: Callable[[str], None], *, is_dry: bool = False) -> Checked:
    """Repair a store, with a line for each action. Returns what a check finds afterwards.

    A restored database shows problems that could not be seen before, so checks and repairs are repeated.
    """
    checked = check(folder)
    done: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        mendable = [problem for problem in checked.problems if problem.mend is not None and problem.what not in done]
        for problem in mendable:
            tell(problem.action)
            done.add(problem.what)
            if not is_dry and problem.mend is not None:
                problem.mend()
        if is_dry or not mendable:
            break
        checked = check(folder)
    return checked
