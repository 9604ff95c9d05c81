"""Several series in one table: one after the other by a column of names, or one per row.

aligned columns      time, a, b                  --target a,b
one after the other  id, time, value             --series-column id [--series NAME]
one per row          id, V1, V2, ..., Vn         --series-column id --series NAME
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import numpy as np

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.series_columns import find_series_columns
from rnnbench.data.readers.series_names import distinct, listed
from rnnbench.data.readers.times import looks_like_times, read_times_column
from rnnbench.data.readers.times.patterns import MONTH_NUMBERS
from rnnbench.data.settings import DataSettings

FEWEST_COLUMNS = 12
"""Fewest numbered or dated columns of a table that has one series per row."""
VALUE = "value"


def select_series(table: Table, settings: DataSettings) -> tuple[Table, DataSettings]:
    """The rows of the chosen series as a table of one series, and the settings to read it.

    Without `series`, all series of one length and the same times become the targets, by name.
    Raises: DataError where there is no such series, or the series have different times.
    """
    if settings.series_column is None:
        if settings.series is not None:
            raise DataError(f"--series {settings.series}: type --series-column too, the column that names the series")
        refuse_one_per_row(table, settings)
        return table, settings
    column = table.check_column(settings.series_column, "--series-column")
    names = np.array(table.texts(column), dtype=object)
    along = _along_rows(table, column)
    if settings.series is None and along:
        raise DataError(f"{table.path.name} has one series per row: type --series NAME too, {listed(names)}")
    if settings.series is None:
        return _as_channels(table, names, settings)
    rows = np.flatnonzero(names == settings.series.strip())
    if not len(rows):
        raise DataError(
            f"{table.path.name} has no series {settings.series!r} in column {column!r} (--series)."
            f"{did_you_mean(settings.series, [*map(str, distinct(names)[:1000])])} Type {listed(names)}"
        )
    rest = settings.model_copy(update={"series_column": None, "series": None})
    selection = f"series {settings.series!r} of {len(distinct(names)):,} in column {column!r}"
    if along:
        return _from_row(table, int(rows[0]), along, f"{selection}: one per row"), rest.model_copy(
            update={"target": (VALUE,)}
        )
    return _of_rows(table, rows, column, selection), rest


def select_series_of_run(
    table: Table, settings: DataSettings, new: DataSettings, stored: DataSettings
) -> tuple[Table, DataSettings, DataSettings]:
    """The chosen series of a new file as `select_series` gives it, and the typed settings that are left.

    settings: how to read the file. new: the typed ones. stored: those of the run, whose column of names a file with one
    series need not have.
    """
    if settings.series_column is None or (new.series_column is None and settings.series_column not in table.columns):
        without = {"series_column": None} if new.series_column is None else {}
        settings = settings.model_copy(update={**without, "series": new.series})
        return table, settings, new
    own = new.target or stored.target
    target = own if all(name in table.columns for name in own) else ()
    table, settings = select_series(table, settings.model_copy(update={"target": target}))
    is_wide = settings.target != target
    return table, settings, new.model_copy(update={"target": ()}) if is_wide else new


def _as_channels(table: Table, names: np.ndarray, settings: DataSettings) -> tuple[Table, DataSettings]:
    """All series side by side, one column each."""
    import pandas as pd

    column = str(settings.series_column)
    rows = {name: np.flatnonzero(names == name) for name in distinct(names)}
    first_name, first = next(iter(rows.items()))
    time_columns, targets = find_series_columns(_of_rows(table, first, column, ""), settings)
    if len(targets) != 1 or settings.covariates:
        raise DataError(
            f"{table.path.name}: all series of {column!r} are read side by side with one --target and no --covariates: "
            f"type one --target, or choose a series with --series, {listed(names)}"
        )
    times = [*zip(*(table.texts(name) for name in time_columns), strict=True)] or [()] * len(table)
    reference = [times[row] for row in first]
    for name, places in rows.items():
        if [times[row] for row in places] != reference:
            raise DataError(
                f"{table.path.name}: the series of column {column!r} have different times ({first_name!r} "
                f"{len(first):,} rows, {name!r} {len(places):,}): type --series NAME for one of them, {listed(names)}"
            )
    columns = {name: table.frame[name].iloc[first].to_numpy() for name in time_columns}
    values = table.frame[targets[0]]
    columns |= {name: values.iloc[places].to_numpy() for name, places in rows.items()}
    sentence = (
        f"{len(rows):,} series of column {column!r} side by side, each with {len(first):,} rows of {targets[0]!r}"
    )
    wide = _of_rows(table, first, column, sentence)
    update = {"series_column": None, "target": tuple(rows), "time_column": ",".join(time_columns) or None}
    return replace(wide, frame=pd.DataFrame(columns)), settings.model_copy(update=update)


def _of_rows(table: Table, rows: np.ndarray, column: str, sentence: str) -> Table:
    """Some rows of a table, without the column that names their series; places in the file remain right."""
    frame = table.frame.drop(columns=[column]).iloc[rows].reset_index(drop=True)
    understood = (*table.understood, ("rows", sentence))
    return replace(table, frame=frame, kept=tuple(rows.tolist()), understood=understood)


def _from_row(table: Table, row: int, along: list[str], sentence: str) -> Table:
    """One row of a table as a column of values, without the blanks around them; with the times in the column names."""
    import pandas as pd

    cells = table.frame[along].iloc[row]
    known = np.flatnonzero(~as_numbers(cells)[1] & np.isfinite(as_numbers(cells)[0]))
    if not len(known):
        raise DataError(f"{table.path.name}, {table.place(row)}: the series has no values: type another --series")
    inside = slice(int(known[0]), int(known[-1]) + 1)
    columns = {VALUE: cells.to_numpy()[inside]}
    if _dated(along) == along:
        columns = {"time": np.array(along, dtype=object)[inside], **columns}
    understood = (*table.understood, ("rows", f"{sentence}, from column {along[inside][0]!r} to {along[inside][-1]!r}"))
    frame = pd.DataFrame(columns)
    return replace(table, frame=frame, kept=(row,) * len(frame), understood=understood)


def _along_rows(table: Table, column: str) -> list[str]:
    """The columns of a table that has one series per row: numbered (V1, V2, ...) or dated; none in another table."""
    others = [name for name in table.columns if name != column]
    numbered: dict[str, list[str]] = {}  # by what stands before the number
    for name in others:
        if match := re.fullmatch(r"(\D*)(\d+)", name):
            numbered.setdefault(match[1], []).append(name)
    longest = max(numbered.values(), key=len, default=[])
    numbers = [int(re.sub(r"\D", "", name)) for name in longest]
    dates = _dated(others)
    if len(dates) >= FEWEST_COLUMNS:
        return dates
    return longest if len(longest) >= FEWEST_COLUMNS and set(np.diff(numbers)) == {1} else []


def _dated(names: list[str]) -> list[str]:
    """The names of columns that are dates, in the format of most of them."""
    import pandas as pd

    read = read_times_column(pd.Series(names, dtype=object))
    return [] if read.is_steps else [name for name, bad in zip(names, read.bad, strict=True) if not bad]


def refuse_one_per_row(table: Table, settings: DataSettings) -> None:
    """Refuse a table with one series per row that would be read as a series per column, or as texts.

    Raises: DataError with what to type.
    """
    if settings.target or settings.time_column or len(table.columns) <= FEWEST_COLUMNS:
        return
    _refuse_months_in_columns(table)
    for column in table.columns[:FEWEST_COLUMNS]:
        names = np.array(table.texts(column), dtype=object)
        are_texts = as_numbers(table.frame[column])[1].all() and not looks_like_times(table.frame[column])
        along = _along_rows(table, column) if are_texts and len(distinct(names)) == len(names) else []
        if along:
            raise DataError(
                f"{table.path.name} has one series per row, in columns {along[0]!r} to {along[-1]!r}: type "
                f"--series-column {shlex.quote(column)} --series NAME, {listed(names)}"
            )


def _refuse_months_in_columns(table: Table) -> None:
    """Refuse a table with a row per year and a column per month.

    Raises: DataError with how to write it.
    """
    months = [name for name in table.columns if name.strip().lower() in MONTH_NUMBERS]
    numbers = {MONTH_NUMBERS[name.strip().lower()] for name in months}
    if len(numbers) == 12 and table.columns[0] not in months:
        raise DataError(
            f"{table.path.name} has a row per year and a column per month, {months[0]!r} to {months[-1]!r}: write one "
            "row per month, with a column of months such as 2021-01 and one of values, or type --target "
            f"{shlex.quote(months[0])} to read one month of each year"
        )
