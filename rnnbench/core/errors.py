"""Errors that the user can correct: the program prints them without a traceback and exits with code 2."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]+:/{1,2})[^/\s'\"]+@")
"""The user and the password of an address; a path has one stroke of two."""
LONGEST_SHOWN = 80
"""Characters of a name or a value in a list of problems."""


class RnnbenchError(Exception):
    """Base of every error that the caller can correct. Any other exception is a bug and keeps its traceback.

    Its text has no password, which an address that somebody has typed may hold.
    """

    def __str__(self) -> str:
        return without_passwords(super().__str__())


def without_passwords(text: str) -> str:
    """The text with the user and the password of every address in it replaced by stars."""
    return _PASSWORD.sub(r"\1***@", text)


class StoreError(RnnbenchError):
    """A store that is gone, damaged, locked, full, read-only, or of another version of MLflow."""


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
        shown_names = [_cut(" ".join(problem.setting.split())) for problem in self.problems]
        names = max(map(len, shown_names))
        shown_values = [_cut(repr(problem.value)) for problem in self.problems]
        values = max(map(len, shown_values))
        origins = max(len(problem.origin) for problem in self.problems) + 2
        for problem, name, value in zip(self.problems, shown_names, shown_values, strict=True):
            origin = f"({problem.origin})"
            lines.append(f"  {name:<{names}} = {value:<{values}}   {origin:<{origins}}   {problem.rule}")
        super().__init__("\n".join(lines))


def _cut(text: str) -> str:
    """The text, of at most 80 characters."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


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
        near = did_you_mean(name, [*self.known, *others])
        super().__init__(f"unknown {kind} {_cut(repr(name))}.{near}{listed}{' ' + hint if hint else ''}")


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
