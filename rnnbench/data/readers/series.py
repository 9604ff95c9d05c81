"""The user's own series: rows on a regular grid, without gaps, in splits by time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import positions
from rnnbench.data.kinds import Facts, Series
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.numbers import NumbersColumn, codes_not_there
from rnnbench.data.readers.own_splits import check_options, series_starts
from rnnbench.data.readers.row_order import oldest_first
from rnnbench.data.readers.row_times import frequency_of, read_row_times, season_frequency
from rnnbench.data.readers.series_columns import find_series_columns
from rnnbench.data.readers.series_facts import columns_in_words, rows_in_words, split_in_words, times_in_words
from rnnbench.data.readers.series_filling import check_filling, filled_in_words
from rnnbench.data.readers.series_rows import Cells, Rows, constant_ends, known_rows
from rnnbench.data.readers.several_series import select_series
from rnnbench.data.seasons import Season, season_of
from rnnbench.data.settings import DataSettings, Decimal
from rnnbench.data.splitting import fingerprint, series_splits

FEWEST_ROWS = 20


def read_series(table: Table, settings: DataSettings) -> Series:
    """The series of a table, on a regular grid, in three splits by time.

    Raises: DataError when a column is missing or ambiguous, times are unsorted, repeated or irregular, values are not
    numbers, there are gaps and `fill` is 'none', most of a split would be filled, or there are too few rows.
    """
    check_options(settings, "series")
    table, settings = select_series(table, settings)
    table = oldest_first(table, settings)
    if len(table) < FEWEST_ROWS:
        raise DataError(
            f"{table.path.name} has {len(table)} rows, but three splits need at least {FEWEST_ROWS}: add rows"
        )
    rows = known_rows(_read(table, settings), settings.fill)
    if rows.count < FEWEST_ROWS:
        raise DataError(
            f"{table.path.name} has {rows.count} row{'' if rows.count == 1 else 's'} from the first to the last value "
            f"of {' or '.join(map(repr, rows.read.targets))}, but three splits need at least {FEWEST_ROWS}: add rows"
        )
    starts = series_starts(rows, table, settings)
    warnings = (*constant_ends(rows), *check_filling(rows, starts))
    whole = rows.filled(starts)
    splits = series_splits(whole.values, whole.covariates, whole.times, starts, observed=whole.observed)
    season = season_of(splits.train.values, season_frequency(rows.read.frequency, settings.frequency))
    horizon, lookback = _suggested(season.length, starts, rows.count)
    return Series(
        facts=_facts(table, rows, starts, season, warnings),
        splits=splits,
        targets=rows.read.targets,
        covariate_names=rows.read.covariates,
        frequency=rows.read.frequency,
        season_length=season.length,
        unit="as in the file",
        learn="values",
        suggested_lookback=lookback,
        suggested_horizon=horizon,
        fingerprint=fingerprint(splits),
        zone=rows.read.at.zone,
        time_format=rows.read.at.format,
        decimal=rows.read.decimal,
        time_column=rows.read.at.column,
    )


def read_rows(table: Table, settings: DataSettings) -> Rows:
    """The rows of a table on a regular grid, without blank ends, not split.

    Raises: DataError as `read_series` does, except for the number of rows and of filled values.
    """
    table, settings = select_series(table, settings)
    return known_rows(_read(oldest_first(table, settings), settings), settings.fill)


def _read(table: Table, settings: DataSettings) -> Cells:
    time_columns, targets = find_series_columns(table, settings)
    options = {**dict.fromkeys(targets, "--target"), **dict.fromkeys(settings.covariates, "--covariates")}
    numbers = [table.numbers(name, option, settings) for name, option in options.items()]
    at = read_row_times(table, time_columns, settings)
    try:
        frequency = frequency_of(at, settings.frequency)
        places = positions(at.times, frequency, at.column or "rows")
    except DataError as error:
        raise DataError(f"{table.path.name}: {error}") from error
    return Cells(
        name=table.path.name,
        place=table.place,
        at=at,
        frequency=frequency,
        places=places,
        targets=targets,
        covariates=settings.covariates,
        values=np.stack([column.values for column in numbers], axis=1),
        understood=tuple(("values", sentence) for column in numbers for sentence in column.understood),
        warnings=(*(warning for column in numbers for warning in column.warnings), *codes_not_there(numbers, settings)),
        decimal=_decimal_of(numbers),
    )


def _decimal_of(numbers: Sequence[NumbersColumn]) -> Decimal | None:
    """The decimal mark of all columns; None where they have none, or different ones."""
    marks = {column.mark for column in numbers if column.mark}
    return marks.pop() if len(marks) == 1 else None


def _suggested(season: int, starts: tuple[int, int], count: int) -> tuple[int, int]:
    """A horizon of about a season and a lookback of several, limited by the size of the splits."""
    room = min(starts[1] - starts[0], count - starts[1])
    horizon = max(1, min(season if season > 1 else 10, 48, room))
    lookback = max(1, min(7 * season if season in (24, 48, 96) else max(3 * horizon, 2 * season), 336, starts[0] // 3))
    return horizon, lookback


def _facts(table: Table, rows: Rows, starts: tuple[int, int], season: Season, warnings: tuple[str, ...]) -> Facts:
    read = rows.read
    split_rule = split_in_words(rows, starts)
    return Facts(
        name=table.path.name,
        kind="series",
        title=f"{table.path.stem}: {', '.join(read.targets)} every {read.frequency}",
        source=str(table.path),
        licence="the user's own file",
        split_rule=split_rule,
        understood=(
            *table.understood,
            ("columns", columns_in_words(read, table.columns)),
            ("rows", rows_in_words(rows)),
            *times_in_words(rows),
            *read.understood,
            ("times", season.sentence),
            ("values", filled_in_words(rows, starts)),
            ("split", split_rule),
        ),
        warnings=(*table.warnings, *read.at.warnings, *read.warnings, *warnings),
    )
