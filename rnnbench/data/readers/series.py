"""The user's own series: find the time and target columns, put the rows on a regular grid, and fill gaps."""

from __future__ import annotations

from typing import Literal

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import grid, infer, parse, positions, season_length
from rnnbench.data.kinds import Facts, Series, SeriesSplit
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times import as_times, looks_like_times
from rnnbench.data.settings import DataSettings
from rnnbench.data.splitting import borders, fingerprint, series_splits

TIME_NAMES = {
    "time", "times", "date", "datetime", "timestamp", "ts", "ds", "month", "day", "week", "year", "hour",
    "날짜", "일시", "시간", "시각", "일자", "연월", "년월", "연도",
}  # fmt: skip
FEWEST_ROWS = 20


def read_series(table: Table, settings: DataSettings) -> Series:
    """The series of a table, on a regular grid, in three splits by time.

    Raises: DataError when a column is missing or ambiguous, times are unsorted, repeated or irregular, values are not
    numbers, there are gaps and `fill` is 'none', or there are too few rows.
    """
    time_column, targets = _columns(table, settings)
    times = _times(table, time_column)
    values = np.stack([table.numbers(name, "--target") for name in targets], axis=1)
    columns = [table.numbers(name, "--covariates") for name in settings.covariates]
    covariates = np.stack(columns, axis=1) if columns else np.empty((len(values), 0))
    if len(values) < FEWEST_ROWS:
        raise DataError(
            f"{table.path.name} has {len(values)} rows, but three splits need at least {FEWEST_ROWS}: add rows"
        )
    frequency = parse(settings.frequency) if settings.frequency else infer(times)
    places = positions(times, frequency, time_column)
    _check_gaps(table, np.concatenate([values, covariates], axis=1), (*targets, *settings.covariates), places, settings)
    count = int(places[-1]) + 1
    gaps = count - len(values) + int(np.isnan(values).sum() + np.isnan(covariates).sum())
    rows = borders(count, settings.validation_share, settings.test_share)
    if gaps:
        times = grid(times[0], count, frequency) if count > len(times) else times
        values = _filled(values, places, count, rows, settings.fill)
        covariates = _filled(covariates, places, count, rows, settings.fill)
    splits = series_splits(values, covariates, times, rows)
    season = season_length(frequency)
    if rows[0] <= season:  # a season that is not complete in training cannot be learned, nor used for the scale of MASE
        season = 1
    horizon, lookback = _suggested(season, rows, count)
    return Series(
        facts=_facts(table, settings, times, rows, (time_column, targets, frequency, gaps)),
        splits=splits,
        targets=targets,
        covariate_names=tuple(settings.covariates),
        frequency=frequency,
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
    time_column, targets = _columns(table, settings)
    times = _times(table, time_column)
    columns = [table.numbers(name, "--target") for name in targets]
    cells = np.stack(columns + [table.numbers(name, "--covariates") for name in settings.covariates], axis=1)
    frequency = parse(settings.frequency) if settings.frequency else infer(times)
    places = positions(times, frequency, time_column)
    _check_gaps(table, cells, (*targets, *settings.covariates), places, settings)
    count = int(places[-1]) + 1
    if count > len(times):
        times = grid(times[0], count, frequency)
    if np.isnan(cells).any() or count > len(cells):
        cells = _filled(cells, places, count, (count, count), settings.fill)
    return SeriesSplit(cells[:, : len(targets)], cells[:, len(targets) :], times, history=0), frequency


def find_time_column(table: Table, settings: DataSettings) -> str | None:
    """The time column: from the settings, else by a common name, else the only column that looks like times."""
    if settings.time_column is not None:
        return table.check_column(settings.time_column, "--time-column")
    named = [name for name in table.columns if name.strip().lower() in TIME_NAMES]
    readable = [name for name in named if not as_times(table.frame[name].head(50))[1].any()]
    if len(readable) == 1:
        return readable[0]
    taken = {*settings.target, *settings.covariates}
    candidates = [name for name in table.columns if name not in taken and looks_like_times(table.frame[name])]
    return candidates[0] if len(candidates) == 1 else None


def _columns(table: Table, settings: DataSettings) -> tuple[str, tuple[str, ...]]:
    """The time column and the targets."""
    listed = ", ".join(table.columns)
    for name in settings.target:
        table.check_column(name, "--target")
    for name in settings.covariates:
        table.check_column(name, "--covariates")
    time_column = find_time_column(table, settings)
    if time_column is None:
        raise DataError(
            f"{table.path.name}: cannot infer the time column: type --time-column NAME. Its columns: {listed}."
        )
    targets = settings.target
    if not targets:
        others = [name for name in table.columns if name != time_column and name not in settings.covariates]
        numeric = [name for name in others if not as_numbers(table.frame[name].head(500))[1].any()]
        by_name = [name for name in numeric if name.strip().lower() in {"y", "value", "target", "값"}]
        chosen = next((names for names in (by_name, numeric, others) if len(names) == 1), [])
        if not chosen:
            raise DataError(
                f"{table.path.name}: cannot infer the column to forecast: type --target NAME. Its columns: {listed}."
            )
        targets = (chosen[0],)
    used = [time_column, *targets, *settings.covariates]
    twice = [name for name in used if used.count(name) > 1]
    if twice:
        raise DataError(
            f"{twice[0]!r} is typed twice: --time-column, --target and --covariates must be different columns"
        )
    return time_column, targets


def _times(table: Table, column: str) -> np.ndarray:
    """The times of the rows, which must be sorted and distinct."""
    times, bad = as_times(table.frame[column])
    name = table.path.name
    if bad.any():
        row = int(np.argmax(bad))
        cell = str(table.frame[column].iloc[row])
        raise DataError(
            f"{name}, {table.place(row)}: {cell!r} in column {column!r} is not a date or time: "
            "correct it, or type --time-column with another column"
        )
    order = np.argsort(times, kind="stable")
    repeated = np.flatnonzero(np.diff(times[order]) == np.timedelta64(0))
    if len(repeated):
        first, second = order[repeated[0]], order[repeated[0] + 1]
        raise DataError(
            f"{name}: the time {np.datetime_as_string(times[first], unit='s')} occurs twice "
            f"({table.place(int(first))} and {table.place(int(second))}; {len(repeated):,} rows repeat a time): "
            "keep one row per time, and only one series per file"
        )
    backward = np.flatnonzero(np.diff(times) < np.timedelta64(0))
    if len(backward):
        row = int(backward[0]) + 1
        raise DataError(
            f"{name}, {table.place(row)}: the time is earlier than in the row before: sort the file by {column!r}"
        )
    return times


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


def _filled(
    cells: np.ndarray, places: np.ndarray, count: int, rows: tuple[int, int],
    fill: Literal["none", "interpolate", "forward"],
) -> np.ndarray:  # fmt: skip
    """(rows, channels) on the whole grid without gaps.

    forward repeats the last known value. interpolate is linear within each split, so that training does not use later
    splits. Before the first known value of a split, the last value of the split before is repeated.
    """
    whole = np.full((count, cells.shape[1]), np.nan)
    whole[places] = cells
    steps = np.arange(count)
    for channel in whole.T:
        known = ~np.isnan(channel)
        if not known[: rows[0]].any():
            raise DataError(
                "a column is empty in the training split and cannot be filled: correct the file, or type another column"
            )
        last_known = np.maximum.accumulate(np.where(known, steps, -1))
        forward = channel[np.where(last_known >= 0, last_known, np.argmax(known))]
        if fill == "interpolate":
            for first, last in zip((0, *rows), (*rows, count), strict=True):
                inside = known[first:last]
                if inside.any():
                    begin = first + int(np.argmax(inside))
                    part = slice(begin, last)
                    channel[part] = np.interp(steps[part], steps[part][known[part]], channel[part][known[part]])
        np.copyto(channel, forward, where=np.isnan(channel))
    return whole


def _suggested(season: int, rows: tuple[int, int], count: int) -> tuple[int, int]:
    """A horizon of about a season and a lookback of several, limited by the size of the splits."""
    room = min(rows[1] - rows[0], count - rows[1])
    horizon = max(1, min(season if season > 1 else 10, 48, room))
    lookback = max(1, min(7 * season if season in (24, 48, 96) else max(3 * horizon, 2 * season), 336, rows[0] // 3))
    return horizon, lookback


def _facts(
    table: Table, settings: DataSettings, times: np.ndarray, rows: tuple[int, int],
    columns_read: tuple[str, tuple[str, ...], str, int],
) -> Facts:  # fmt: skip
    time_column, targets, frequency, gaps = columns_read
    first, validation, test, last = (np.datetime_as_string(times[row], unit="s") for row in (0, *rows, -1))
    unused = [name for name in table.columns if name not in (time_column, *targets, *settings.covariates)]
    notes = [
        f"read: {len(table):,} rows, columns {', '.join(table.columns)}",
        f"time is {time_column!r}, target is {', '.join(map(repr, targets))}, every {frequency} from {first} to {last}",
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
        split_rule=f"by time: training {rows[0]:,} rows, validation {rows[1] - rows[0]:,} from {validation}, "
        f"test {len(times) - rows[1]:,} from {test}",
        notes=tuple(notes),
    )
