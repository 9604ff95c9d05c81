"""Which columns of a new file are the targets and covariates of a run: matched by name, whatever their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.core.text import listed_names


@dataclass(frozen=True)
class Matched:
    """The columns of a file in the order of the run's, and sentences on columns of another name."""

    columns: tuple[str, ...]
    renamed: tuple[str, ...] = ()


def matched(own: Sequence[str], typed: Sequence[str], columns: Sequence[str], option: str, file: str) -> Matched:
    """The columns of a file that are those of a run.

    Args:
        own: the run's columns. typed: the names typed with the option; empty for the run's own names.
        columns: all columns of the file.

    A typed name that is not the run's stands for a column that the file does not have: that is told.
    Raises: DataError where a column is missing, or a typed one is not read by the run.
    """
    if not typed:
        missing = [name for name in own if name not in columns]
        if missing:
            near = did_you_mean(missing[0], columns)
            raise DataError(
                f"{file} has no column {_quoted(missing)}, which the run reads ({option} {','.join(own)}).{near} Type "
                f"{option} with the names to read for them. Its columns: {listed_names(columns)}."
            )
        return Matched(tuple(own))
    others = [name for name in typed if name not in own]
    left = [name for name in own if name not in typed]
    if len(others) != len(left) or len(set(typed)) != len(typed):
        reads = f"{_quoted(own)}: type all of them, in any order, or" if own else "no such column:"
        raise DataError(f"{file}: {option} {','.join(typed)}: the run reads {reads} leave {option} out")
    absent = [name for name in others if name not in columns]
    if absent:
        raise DataError(
            f"{file} has no column {absent[0]!r} ({option}).{did_you_mean(absent[0], columns)} "
            f"Its columns: {listed_names(columns)}."
        )
    present = [name for name in left if name in columns]
    if present:
        raise DataError(
            f"{file}: the run reads {present[0]!r}, which the file has, and {option} names {_quoted(others)} instead: "
            f"leave {option} out, or train a run on {_quoted(others)}"
        )
    stands_for = dict(zip(left, others, strict=True))
    renamed = tuple(f"{other!r} is read as {name!r} of the run ({option})" for name, other in stands_for.items())
    return Matched(tuple(stands_for.get(name, name) for name in own), renamed)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
