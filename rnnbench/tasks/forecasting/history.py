"""The rows that a trained forecaster goes on from, made to fit what it learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import BUSINESS, infer, parse, positions
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.series import read_rows
from rnnbench.data.readers.tables import read_table
from rnnbench.data.sets import KNOWN
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd


def whole(series: Series) -> SeriesSplit:
    """Every row of a series, the splits put together again."""
    splits = series.splits.opened()
    parts = [splits.train, splits.validation, splits.test]
    return SeriesSplit(
        np.concatenate([part.values[part.history :] for part in parts]),
        np.concatenate([part.covariates[part.history :] for part in parts]),
        np.concatenate([part.times[part.history :] for part in parts]),
        history=0,
    )


def rows_of_data(name: str, own: Series, given: DataSettings, trained: DataSettings) -> tuple[str, SeriesSplit]:
    """The short name and the rows of a file, or of a known data set with the series that the run learned."""
    if name not in KNOWN or Path(name).exists():
        path = Path(name).expanduser()
        return path.name, rows_of_file(path, own, given, trained)
    series = cast(Series, data.load(given.model_copy(update={"name": name, "folder": trained.folder}), "series"))
    if (series.targets, series.covariate_names) != (own.targets, own.covariate_names):
        raise DataError(f"{name} holds {', '.join(series.targets)}, and the run forecasts {', '.join(own.targets)}")
    if series.frequency != own.frequency:
        raise _unlike(name, series.frequency, own.frequency)
    return name, whole(series)


def rows_of_file(path: Path, own: Series, given: DataSettings, trained: DataSettings) -> SeriesSplit:
    """The rows of a file. Columns and frequency are the run's own unless named.

    own: what the run was trained on. given: what was asked for now. trained: the run's data settings.
    Raises: DataError where columns are missing or the sampling differs.
    """
    table = read_table(path)
    targets = given.target or _present(table, own.targets)
    covariates = given.covariates or own.covariate_names
    time_column = given.time_column or (trained.time_column if trained.time_column in table.columns else None)
    fill = given.fill if given.fill != "none" else trained.fill
    if len(covariates) != len(own.covariate_names) or any(name not in table.columns for name in covariates):
        raise DataError(
            f"{path.name}: the run also reads {', '.join(own.covariate_names) or 'no other column'}: "
            f"name as many columns of the file with --covariates. Its columns: {', '.join(table.columns)}"
        )
    if given.frequency and parse(given.frequency) != own.frequency:
        raise _unlike(path.name, parse(given.frequency), own.frequency)
    wanted = {"target": targets, "time_column": time_column, "covariates": covariates, "fill": fill}
    settings = given.model_copy(update={**wanted, "frequency": own.frequency})
    try:
        rows, _ = read_rows(table, settings)
    except DataError:
        _check_step(table, settings, own.frequency)
        raise
    if rows.values.shape[1] != len(own.targets):
        raise DataError(
            f"{path.name}: the run forecasts {len(own.targets)} columns ({', '.join(own.targets)}): name as many with "
            f"--target. Its columns: {', '.join(table.columns)}"
        )
    return rows


def rows_of_frame(frame: pd.Series | pd.DataFrame, own: Series) -> SeriesSplit:
    """The rows of pandas data with times as index; a frame's columns are found by the names that the run learned.

    Raises: DataError where a column is missing, or cells are, or the index holds no times at the run's frequency.
    """
    import pandas as pd

    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError("the series has no times: give it an index of times (pandas.DatetimeIndex)")
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(own.targets[0])
    names = [*own.targets, *own.covariate_names]
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise DataError(f"the series has no column {', '.join(map(repr, missing))}, which the run reads")
    cells = frame[names].to_numpy(dtype=np.float64)
    if not np.isfinite(cells).all():
        raise DataError("the series has empty cells: fill them first")
    index = index.tz_convert("UTC").tz_localize(None) if index.tz is not None else index
    times = index.to_numpy().astype("datetime64[ns]")
    if len(times) > 1 and (np.diff(times) <= np.timedelta64(0)).any():
        raise DataError("the times of the series must go up, each once")
    if len(times) and (np.diff(positions(times, own.frequency, "index")) > 1).any():
        raise DataError(f"the series has gaps: the run was trained on a value every {own.frequency}")
    return SeriesSplit(cells[:, : len(own.targets)], cells[:, len(own.targets) :], times, history=0)


def _present(table: Table, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The run's own targets where the table has them all; else the reader finds out or asks."""
    return targets if all(name in table.columns for name in targets) else ()


def _check_step(table: Table, settings: DataSettings, frequency: str) -> None:
    """Says plainly that a file is sampled at another step, where that is why it cannot be read."""
    try:
        rows, found = read_rows(table, settings.model_copy(update={"frequency": None, "fill": "forward"}))
    except DataError:
        return
    if found != frequency and not (frequency == BUSINESS and found == "1D"):
        raise _unlike(table.path.name, infer(rows.times), frequency)


def _unlike(name: str, found: str, frequency: str) -> DataError:
    return DataError(
        f"{name} has a value every {found}, and the run was trained on one every {frequency}: resample the file, or "
        "train a run on it"
    )
