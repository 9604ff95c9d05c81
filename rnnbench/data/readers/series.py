"""The user's own series: rows on a regular grid, without gaps, in splits by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import grid, infer, parse, positions, season_length
from rnnbench.data.kinds import Facts, Series, SeriesSplit
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.numbers import NumbersColumn
from rnnbench.data.readers.series_columns import find_series_columns, read_times
from rnnbench.data.settings import DataSettings, Fill
from rnnbench.data.splitting import borders, fingerprint, series_splits

FEWEST_ROWS = 20


@dataclass(frozen=True)
class _Rows:
    """The rows of a table on a regular grid. cells: (rows, targets and covariates), NaN where empty."""

    time_column: str
    targets: tuple[str, ...]
    times: np.ndarray
    cells: np.ndarray
    frequency: str
    places: np.ndarray
    numbers: tuple[NumbersColumn, ...]

    @property
    def count(self) -> int:
        """The number of rows of the grid, missing rows included."""
        return int(self.places[-1]) + 1

    @property
    def gaps(self) -> int:
        """The number of missing rows and empty cells."""
        return self.count - len(self.cells) + int(np.isnan(self.cells).sum())

    def filled(self, fill: Fill, starts: tuple[int, int]) -> SeriesSplit:
        """Every row of the grid without gaps. starts: the first row of validation and of test."""
        times, cells = self.times, self.cells
        if self.gaps:
            times = grid(times[0], self.count, self.frequency) if self.count > len(times) else times
            cells = _filled(cells, self.places, self.count, starts, fill)
        targets, covariates = np.split(cells, [len(self.targets)], axis=1)
        return SeriesSplit(np.ascontiguousarray(targets), np.ascontiguousarray(covariates), times, history=0)


def read_series(table: Table, settings: DataSettings) -> Series:
    """The series of a table, on a regular grid, in three splits by time.

    Raises: DataError when a column is missing or ambiguous, times are unsorted, repeated or irregular, values are not
    numbers, there are gaps and `fill` is 'none', or there are too few rows.
    """
    if len(table) < FEWEST_ROWS:
        raise DataError(
            f"{table.path.name} has {len(table)} rows, but three splits need at least {FEWEST_ROWS}: add rows"
        )
    rows = _read(table, settings)
    starts = borders(rows.count, settings.validation_share, settings.test_share)
    whole = rows.filled(settings.fill, starts)
    splits = series_splits(whole.values, whole.covariates, whole.times, starts)
    season = season_length(rows.frequency)
    # a season that is not complete in training cannot be learned, nor used for the scale of MASE
    season = season if season < starts[0] else 1
    horizon, lookback = _suggested(season, starts, rows.count)
    return Series(
        facts=_facts(table, settings, rows, whole.times, starts),
        splits=splits,
        targets=rows.targets,
        covariate_names=tuple(settings.covariates),
        frequency=rows.frequency,
        season_length=season,
        unit="as in the file",
        learn="values",
        suggested_lookback=lookback,
        suggested_horizon=horizon,
        fingerprint=fingerprint(splits),
    )


def read_rows(table: Table, settings: DataSettings) -> tuple[SeriesSplit, str]:
    """Every row of a table on a regular grid, not split, and the frequency: the history from which to forecast.

    Raises: DataError as `read_series` does, except for the number of rows.
    """
    rows = _read(table, settings)
    return rows.filled(settings.fill, (rows.count, rows.count)), rows.frequency


def _read(table: Table, settings: DataSettings) -> _Rows:
    time_column, targets = find_series_columns(table, settings)
    times = read_times(table, time_column)
    options = {**dict.fromkeys(targets, "--target"), **dict.fromkeys(settings.covariates, "--covariates")}
    columns = [table.numbers(name, option, settings) for name, option in options.items()]
    cells = np.stack([column.values for column in columns], axis=1)
    frequency = parse(settings.frequency) if settings.frequency else infer(times)
    places = positions(times, frequency, time_column)
    _check_gaps(table, cells, (*targets, *settings.covariates), places, settings)
    return _Rows(time_column, targets, times, cells, frequency, places, tuple(columns))


def _check_gaps(
    table: Table, cells: np.ndarray, names: tuple[str, ...], places: np.ndarray, settings: DataSettings
) -> None:
    """Refuse empty columns, and missing rows and empty cells where `fill` is 'none'."""
    unknown = np.isnan(cells)
    if unknown.all(axis=0).any():
        empty = names[int(np.argmax(unknown.all(axis=0)))]
        raise DataError(f"{table.path.name}: column {empty!r} is empty: fill it, or type another column")
    rows = int(places[-1]) + 1 - len(cells)
    if settings.fill != "none" or not (rows or unknown.any()):
        return
    gaps = []
    if rows:
        after = int(np.argmax(np.diff(places) > 1))
        gaps.append(f"{rows:,} of {int(places[-1]) + 1:,} rows are missing (the first after {table.place(after)})")
    if unknown.any():
        row, column = np.argwhere(unknown)[0]
        gaps.append(f"{int(unknown.sum()):,} cells are empty (the first in {names[column]!r}, {table.place(int(row))})")
    raise DataError(
        f"{table.path.name}: {' and '.join(gaps)}: type --fill interpolate or --fill forward, or correct "
        "the file; if the step is wrong, type --frequency"
    )


def _filled(cells: np.ndarray, places: np.ndarray, count: int, starts: tuple[int, int], fill: Fill) -> np.ndarray:
    """(rows, channels) on the whole grid without gaps.

    forward repeats the last known value. interpolate is linear within each split, so that training does not use later
    splits. Before the first known value of a split, the last value of the split before is repeated.
    """
    whole = np.full((count, cells.shape[1]), np.nan)
    whole[places] = cells
    steps = np.arange(count)
    for channel in whole.T:
        known = ~np.isnan(channel)
        if not known[: starts[0]].any():
            raise DataError(
                "a column is empty in the training split and cannot be filled: correct the file, or type another column"
            )
        last_known = np.maximum.accumulate(np.where(known, steps, -1))
        forward = channel[np.where(last_known >= 0, last_known, np.argmax(known))]
        if fill == "interpolate":
            for first, last in zip((0, *starts), (*starts, count), strict=True):
                inside = known[first:last]
                if inside.any():
                    begin = first + int(np.argmax(inside))
                    part = slice(begin, last)
                    channel[part] = np.interp(steps[part], steps[part][known[part]], channel[part][known[part]])
        np.copyto(channel, forward, where=np.isnan(channel))
    return whole


def _suggested(season: int, starts: tuple[int, int], count: int) -> tuple[int, int]:
    """A horizon of about a season and a lookback of several, limited by the size of the splits."""
    room = min(starts[1] - starts[0], count - starts[1])
    horizon = max(1, min(season if season > 1 else 10, 48, room))
    lookback = max(1, min(7 * season if season in (24, 48, 96) else max(3 * horizon, 2 * season), 336, starts[0] // 3))
    return horizon, lookback


def _facts(table: Table, settings: DataSettings, rows: _Rows, times: np.ndarray, starts: tuple[int, int]) -> Facts:
    targets, frequency, gaps = rows.targets, rows.frequency, rows.gaps
    first, validation, test, last = (np.datetime_as_string(times[row], unit="s") for row in (0, *starts, -1))
    unused = [name for name in table.columns if name not in (rows.time_column, *targets, *settings.covariates)]
    notes = [
        f"read: {len(table):,} rows, columns {', '.join(table.columns)}",
        f"time is {rows.time_column!r}, target is {', '.join(map(repr, targets))}, every {frequency} "
        f"from {first} to {last}",
        f"{gaps:,} missing values are filled ({settings.fill})" if gaps else "no gaps",
    ]
    if unused:
        notes.append(f"not used: {', '.join(unused)}; type --covariates NAME,NAME to give them to the encoder")
    return Facts(
        name=table.path.name,
        kind="series",
        title=f"{table.path.stem}: {', '.join(targets)} every {frequency}",
        source=str(table.path),
        licence="the user's own file",
        split_rule=f"by time: training {starts[0]:,} rows, validation {starts[1] - starts[0]:,} from {validation}, "
        f"test {len(times) - starts[1]:,} from {test}",
        notes=tuple(notes),
        understood=tuple(("values", sentence) for column in rows.numbers for sentence in column.understood),
        warnings=(
            *(sentence for column in rows.numbers for sentence in column.warnings),
            *_codes_not_there(rows, settings),
        ),
    )


def _codes_not_there(rows: _Rows, settings: DataSettings) -> list[str]:
    """A warning where no cell is one of those that `--missing` names."""
    if not settings.missing or any(column.typed_missing for column in rows.numbers):
        return []
    return [f"no cell of the columns that are used is {' or '.join(settings.missing)} (--missing)"]
