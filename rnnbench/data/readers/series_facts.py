"""How a series was understood, in sentences for `Facts.understood`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from rnnbench.data.frequencies import time_text
from rnnbench.data.readers.row_times import times_understood
from rnnbench.data.readers.series_rows import Cells, Rows


def columns_in_words(read: Cells, columns: Sequence[str]) -> str:
    """'time 'date', target 'load', covariates 'temp'; not used: 'price'; ...'. columns: all of the file."""
    parts = [f"time {read.at.column!r}"] if read.at.column else []
    parts.append(f"target{'s' if len(read.targets) > 1 else ''} {_quoted(read.targets)}")
    if read.covariates:
        parts.append(f"covariate{'s' if len(read.covariates) > 1 else ''} {_quoted(read.covariates)}")
    unused = [name for name in columns if name not in (*read.at.column.split(" + "), *read.columns)]
    if not unused:
        return ", ".join(parts)
    return f"{', '.join(parts)}; not used: {_quoted(unused)} (--covariates NAME,NAME gives columns to the encoder)"


def rows_in_words(rows: Rows) -> str:
    """'300 read; the last 60 rows have no value in 'sales' and are taken as the future: not used'."""
    targets = " or ".join(map(repr, rows.read.targets))
    sentences = [f"{len(rows.read.at.times):,} read"]
    if rows.first:
        sentences.append(f"the first {_rows(rows.first)} no value in {targets}: not used")
    if rows.future_rows:
        sentences.append(f"the last {_rows(rows.future_rows)} no value in {targets} and {future_in_words(rows)}")
    return "; ".join(sentences)


def future_in_words(rows: Rows) -> str:
    """What is made of the rows after the last known target."""
    are = "is" if rows.future_rows == 1 else "are"
    known = f", nor is what they hold of {_quoted(rows.future_covariates)}" if rows.future_covariates else ""
    return f"{are} taken as the future: not used{known}"


def times_in_words(rows: Rows) -> tuple[tuple[str, str], ...]:
    """The times of the rows that are used, and their gaps, as in `Facts.understood`."""
    understood = times_understood(replace(rows.read.at, times=rows.times), rows.read.frequency)
    if not rows.missing_rows:
        return (*understood, ("times", "no row is missing"))
    after = rows.times[int(np.argmax(np.diff(rows.places) > 1))]
    are = "row is" if rows.missing_rows == 1 else "rows are"
    first = time_text(after, rows.read.frequency, rows.read.at.zone)
    return (*understood, ("times", f"{rows.missing_rows:,} {are} missing, the first after {first}"))


def split_in_words(rows: Rows, starts: tuple[int, int]) -> str:
    """'by time: training 160 rows, validation 20 from ..., test 20 from ... to ...'."""
    text = partial(time_text, frequency=rows.read.frequency, zone=rows.read.at.zone)
    validation, test = (text(rows.grid_times[row]) for row in starts)
    return (
        f"by time: training {starts[0]:,} rows, validation {starts[1] - starts[0]:,} from {validation}, "
        f"test {rows.count - starts[1]:,} from {test}"
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _rows(count: int) -> str:
    return "row has" if count == 1 else f"{count:,} rows have"
