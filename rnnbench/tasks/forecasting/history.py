"""Rows for a trained forecaster to continue, from a file, a known data set or pandas, checked against its run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.core.paths import expanded
from rnnbench.data.clock import offset_text, on_clock
from rnnbench.data.frequencies import BUSINESS, positions, time_text
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.names import with_names_of
from rnnbench.data.readers.row_order import oldest_first
from rnnbench.data.readers.row_times import RowTimes, frequency_of
from rnnbench.data.readers.series import read_rows
from rnnbench.data.readers.series_columns import find_series_columns
from rnnbench.data.readers.series_facts import columns_in_words, rows_in_words, times_in_words
from rnnbench.data.readers.series_filling import MOST, MUCH
from rnnbench.data.readers.series_rows import Cells, Rows, constant_ends, known_rows
from rnnbench.data.readers.several_series import select_series_of_run
from rnnbench.data.readers.tables import read_table
from rnnbench.data.sets import KNOWN
from rnnbench.data.settings import DataSettings
from rnnbench.tasks.forecasting.frames import framed, numbers_of
from rnnbench.tasks.forecasting.matching import Matched, matched
from rnnbench.tasks.forecasting.reading import (
    other_frequency,
    settings_of_run,
    with_decimal_of_run,
    with_times_of_run,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class History:
    """The rows that a forecast continues: up to the last known target, without gaps.

    understood, warnings: how they were read, as in `Facts`.
    """

    name: str
    rows: SeriesSplit
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def whole(series: Series) -> SeriesSplit:
    """All rows of a series, its splits concatenated."""
    splits = series.splits.opened()
    parts = [splits.train, splits.validation, splits.test]
    return SeriesSplit(
        np.concatenate([part.values[part.history :] for part in parts]),
        np.concatenate([part.covariates[part.history :] for part in parts]),
        np.concatenate([part.times[part.history :] for part in parts]),
        history=0,
    )


def history_of_data(name: str, trained: Series, new: DataSettings, stored: DataSettings, lookback: int) -> History:
    """The rows of a file, or of a known data set with the series of the run.

    Args as in `history_of_file`.
    """
    if name not in KNOWN or Path(name).exists():
        return history_of_file(expanded(name), trained, new, stored, lookback)
    series = cast(Series, data.load(new.model_copy(update={"name": name, "folder": stored.folder}), "series"))
    if (series.targets, series.covariate_names) != (trained.targets, trained.covariate_names):
        raise DataError(
            f"{name} has the series {', '.join(series.targets)}, and the run forecasts {', '.join(trained.targets)}"
        )
    if series.frequency != trained.frequency:
        raise other_frequency(name, series.frequency, trained.frequency)
    return History(name, whole(series))


def history_of_file(path: Path, trained: Series, new: DataSettings, stored: DataSettings, lookback: int) -> History:
    """The rows of a file, read as the data of the run were, except for what is typed.

    trained: the series of the run. new: the options of this call. stored: the data settings of the run.
    lookback: the number of rows that the run reads.
    Raises: DataError where columns are missing, or the frequency or the clock differs.
    """
    table = read_table(path, new.encoding or stored.encoding, stored.header if new.header is None else new.header)
    new = with_names_of(table, new)
    table, settings, new = select_series_of_run(table, settings_of_run(table, trained, new, stored), new, stored)
    targets, covariates = _columns(table.columns, path.name, trained, new)
    settings = settings.model_copy(update={"target": targets.columns, "covariates": covariates.columns})
    settings = with_times_of_run(table, settings, trained)
    try:
        used = (*find_series_columns(table, settings)[1], *settings.covariates)
    except DataError:
        if not targets.columns:  # refused with the name of the run's column
            matched(trained.targets, new.target, table.columns, "--target", path.name)
        raise
    settings, decimal = with_decimal_of_run(table, settings, trained, used)
    table = oldest_first(table, settings)
    is_typed = bool(new.frequency or stored.frequency)
    try:
        if not is_typed:
            _check_step_of_file(table, settings, trained.frequency)
        rows = read_rows(table, settings)
        if rows.read.frequency != trained.frequency:
            raise other_frequency(path.name, rows.read.frequency, trained.frequency)
        history = _history(
            rows, trained, lookback, (*decimal, *targets.renamed, *covariates.renamed, *_inferred(rows, trained, new))
        )
    except DataError:
        if is_typed:
            _check_step_of_file(table, settings, trained.frequency)
        raise
    return replace(
        history,
        understood=(*table.understood, *history.understood),
        warnings=(*table.warnings, *history.warnings),
    )


def history_of_frame(
    frame: pd.Series | pd.DataFrame, trained: Series, new: DataSettings, stored: DataSettings, lookback: int
) -> History:
    """The rows of pandas data indexed by time, read as those of a file.

    Args as in `history_of_file`.
    Raises: DataError where a column or a cell is missing, or the index is not at the run's frequency or clock.
    """
    name = "the series"
    frame, at = framed(frame, trained.targets[0], name)
    targets, covariates = _columns([*frame.columns], name, trained, new)
    others = [column for column in frame.columns if column not in covariates.columns]
    if not targets.columns and len(others) != 1:
        raise DataError(f"{name} has no column {trained.targets[0]!r}, which the run reads: pass target=[...]")
    columns = tuple(targets.columns or others)
    if not (new.frequency or stored.frequency):
        _check_step(name, at, trained.frequency)
    read = Cells(
        name=name,
        place=lambda row: f"row {row + 1}",
        at=at,
        frequency=trained.frequency,
        places=positions(at.times, trained.frequency, "index"),
        targets=columns,
        covariates=covariates.columns,
        values=numbers_of(frame, [*columns, *covariates.columns], name),
        fill_hint=f"the run was trained on a value every {trained.frequency}: fill them first, or pass fill='forward'",
    )
    rows = known_rows(read, new.fill if new.fill != "none" else stored.fill)
    return _history(rows, trained, lookback, (*targets.renamed, *covariates.renamed, *_inferred(rows, trained, new)))


def _history(rows: Rows, trained: Series, lookback: int, renamed: tuple[str, ...] = ()) -> History:
    """The filled rows on the clock of the run, and how they were read.

    Raises: DataError where most of what the run reads would be filled.
    """
    read = rows.read
    filled = ~rows.known[-lookback:]
    share = float(filled.mean(axis=0).max())
    if share > MOST:
        worst = read.columns[int(np.argmax(filled.mean(axis=0)))]
        raise DataError(
            f"{read.name}: {100 * share:.0f} % of {worst!r} in the last {len(filled):,} rows, which the run reads, "
            f"would be filled, and at most {100 * MOST:.0f} % may be: use a file with fewer gaps"
        )
    values = f"{int(filled.sum()):,} of {filled.size:,} values in the {len(filled):,} rows that the run reads"
    split = rows.filled()
    split = replace(split, times=on_clock(split.times, read.at.zone, trained.zone, read.name))
    last = time_text(split.times[-1], read.frequency, trained.zone)
    own, clock = offset_text(read.at.zone), offset_text(trained.zone)
    converted = (("times", f"times are converted from {own} to {clock}, the clock of the run"),) if own != clock else ()
    understood = (
        ("columns", columns_in_words(read, read.columns)),
        ("rows", rows_in_words(rows)),
        *times_in_words(rows),
        *(converted if own and clock else ()),
        ("times", f"the last known value is of {last}: the forecast begins one step after it"),
        *read.understood,
        (
            "values",
            f"filled ({rows.fill}): {values}" if filled.any() else "none is missing in the rows that the run reads",
        ),
    )
    warnings = (
        *renamed,
        *read.warnings,
        *constant_ends(rows),
        *((f"{values} are filled ({rows.fill})",) if share > MUCH else ()),
    )
    return History(read.name, split, understood, warnings)


def _columns(columns: Sequence[str], name: str, trained: Series, new: DataSettings) -> tuple[Matched, Matched]:
    """The columns of a file that are the targets and the covariates of the run.

    No targets where the only one is not in the file: it is then inferred.
    """
    covariates = matched(trained.covariate_names, new.covariates, columns, "--covariates", name)
    if not new.target and len(trained.targets) == 1 and trained.targets[0] not in columns:
        return Matched(()), covariates
    return matched(trained.targets, new.target, columns, "--target", name), covariates


def _inferred(rows: Rows, trained: Series, new: DataSettings) -> tuple[str, ...]:
    """A sentence where the target was inferred and has another name."""
    if new.target or rows.read.targets == trained.targets:
        return ()
    own, inferred = trained.targets[0], rows.read.targets[0]
    return (f"{rows.read.name} has no column {own!r}: {inferred!r} is taken for it; --target names another",)


def _check_step_of_file(table: Table, settings: DataSettings, frequency: str) -> None:
    """Raises: DataError where the step of a file is not that of the run, whatever could be filled."""
    try:
        rows = read_rows(table, settings.model_copy(update={"frequency": None, "fill": "forward"}))
    except DataError:
        return
    _check_step(table.path.name, replace(rows.read.at, times=rows.times), frequency)


def _check_step(name: str, at: RowTimes, frequency: str) -> None:
    """Raises: DataError where the commonest step of times is not the frequency."""
    try:
        actual = frequency_of(at, None)
    except DataError:  # a single row, or steps of many lengths: places on the grid are checked elsewhere
        return
    # a few rows may lie within one week, or within one session of a day
    is_part = (frequency, actual) == (BUSINESS, "1D") and np.is_busday(at.times.astype("datetime64[D]")).all()
    if not is_part and actual.partition("@")[0] != frequency.partition("@")[0]:
        raise other_frequency(name, actual, frequency)
