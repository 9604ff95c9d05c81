"""Errors that the user can correct: the program prints them without a traceback and exits with code 2."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class RnnbenchError(Exception):
    """Base of every error that the caller can correct. Any other exception is a bug and keeps its traceback."""


class SettingProblem(NamedTuple):
    """One invalid setting: its value, where the value comes from, and the rule it breaks."""

    setting: str
    value: Any
    origin: str
    rule: str


class SettingsError(RnnbenchError):
    """All invalid settings, one line each."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [f"{count} setting{'s need' if count > 1 else ' needs'} another value"]
        names = max(len(problem.setting) for problem in self.problems)
        values = max(len(repr(problem.value)) for problem in self.problems)
        origins = max(len(problem.origin) for problem in self.problems) + 2
        for problem in self.problems:
            value, origin = repr(problem.value), f"({problem.origin})"
            lines.append(f"  {problem.setting:<{names}} = {value:<{values}}   {origin:<{origins}}   {problem.rule}")
        super().__init__("\n".join(lines))


class UnknownNameError(RnnbenchError):
    """An unknown name, with the nearest known name and the list of known names.

    others: further valid names, suggested but not listed; `hint` describes them.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, hint: str = "", others: Iterable[str] = ()
    ) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
        listed = f" Known {plural}: {', '.join(self.known)}." if self.known else ""
        super().__init__(
            f"unknown {kind} {name!r}.{did_you_mean(name, [*self.known, *others])}{listed}{' ' + hint if hint else ''}"
        )


class DataError(RnnbenchError):
    """A data set that cannot be downloaded, read or used."""


class SealedSplitError(RnnbenchError):
    """The test split was read outside a confirmation."""


class ComparisonError(RnnbenchError):
    """Runs that cannot be compared in one table."""


class BudgetError(RnnbenchError):
    """A run that would exceed the budget that all encoders share."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most similar to `name`, whatever its case; None when none is similar, never `name` itself."""
    others = [other for other in known if other != name]
    lowered = [other.casefold() for other in others]
    matches = difflib.get_close_matches(name.casefold(), lowered, n=1, cutoff=0.55)
    return others[lowered.index(matches[0])] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """' Did you mean ...?' with the nearest known name, or an empty string."""
    match = nearest(name, known)
    return f" Did you mean {match!r}?" if match else ""
