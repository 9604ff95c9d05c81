"""Rows for a trained forecaster to continue, from a file, a known data set or pandas, checked against its run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import BUSINESS, infer, parse, positions
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.names import with_names_of
from rnnbench.data.readers.series import read_rows
from rnnbench.data.readers.tables import read_table
from rnnbench.data.sets import KNOWN
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd


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


def rows_of_data(name: str, trained: Series, new: DataSettings, stored: DataSettings) -> tuple[str, SeriesSplit]:
    """The short name and the rows of a file, or of a known data set with the series of the run.

    Args as in `rows_of_file`.
    """
    if name not in KNOWN or Path(name).exists():
        path = Path(name).expanduser()
        return path.name, rows_of_file(path, trained, new, stored)
    series = cast(Series, data.load(new.model_copy(update={"name": name, "folder": stored.folder}), "series"))
    if (series.targets, series.covariate_names) != (trained.targets, trained.covariate_names):
        raise DataError(
            f"{name} has the series {', '.join(series.targets)}, and the run forecasts {', '.join(trained.targets)}"
        )
    if series.frequency != trained.frequency:
        raise _other_frequency(name, series.frequency, trained.frequency)
    return name, whole(series)


def rows_of_file(path: Path, trained: Series, new: DataSettings, stored: DataSettings) -> SeriesSplit:
    """The rows of a file; columns, fill and frequency are those of the run unless set.

    trained: the series of the run. new: the options of this call. stored: the data settings of the run.
    Raises: DataError where columns are missing or the frequency differs.
    """
    table = read_table(path)
    new = with_names_of(table, new)
    targets = new.target or _present(table, trained.targets)
    covariates = new.covariates or trained.covariate_names
    time_column = new.time_column or (stored.time_column if stored.time_column in table.columns else None)
    fill = new.fill if new.fill != "none" else stored.fill
    if len(covariates) != len(trained.covariate_names) or any(name not in table.columns for name in covariates):
        raise DataError(
            f"{path.name}: the run also reads {', '.join(trained.covariate_names) or 'no other column'}: "
            f"name as many columns of the file with --covariates. Its columns: {', '.join(table.columns)}"
        )
    if new.frequency and parse(new.frequency) != trained.frequency:
        raise _other_frequency(path.name, parse(new.frequency), trained.frequency)
    columns = {"target": targets, "time_column": time_column, "covariates": covariates, "fill": fill}
    settings = new.model_copy(update={**columns, "frequency": trained.frequency})
    try:
        rows, _ = read_rows(table, settings)
    except DataError:
        _check_frequency(table, settings, trained.frequency)
        raise
    if rows.values.shape[1] != len(trained.targets):
        raise DataError(
            f"{path.name}: the run forecasts {len(trained.targets)} columns ({', '.join(trained.targets)}): name as "
            f"many with --target. Its columns: {', '.join(table.columns)}"
        )
    return rows


def rows_of_frame(frame: pd.Series | pd.DataFrame, trained: Series) -> SeriesSplit:
    """The rows of pandas data indexed by time, with columns named as in the series of the run.

    Raises: DataError where a column or a cell is missing, or the index is not at the run's frequency.
    """
    import pandas as pd

    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError("the series has no times: set an index of times (pandas.DatetimeIndex)")
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(trained.targets[0])
    names = [*trained.targets, *trained.covariate_names]
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise DataError(f"the series has no column {', '.join(map(repr, missing))}, which the run reads")
    cells = frame[names].to_numpy(dtype=np.float64)
    if not np.isfinite(cells).all():
        raise DataError("the series has empty cells: fill them first")
    index = index.tz_convert("UTC").tz_localize(None) if index.tz is not None else index
    times = index.to_numpy().astype("datetime64[ns]")
    if len(times) > 1 and (np.diff(times) <= np.timedelta64(0)).any():
        raise DataError("the times of the series must be strictly increasing: sort it and drop duplicates")
    if len(times) and (np.diff(positions(times, trained.frequency, "index")) > 1).any():
        raise DataError(f"the series has gaps: the run was trained on a value every {trained.frequency}")
    return SeriesSplit(cells[:, : len(trained.targets)], cells[:, len(trained.targets) :], times, history=0)


def _present(table: Table, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The run's targets where the table has them all; else none, and the reader infers the target."""
    return targets if all(name in table.columns for name in targets) else ()


def _check_frequency(table: Table, settings: DataSettings, frequency: str) -> None:
    """Raises: DataError where a file cannot be read because its frequency is not that of the run."""
    try:
        rows, actual = read_rows(table, settings.model_copy(update={"frequency": None, "fill": "forward"}))
    except DataError:
        return
    if actual != frequency and not (frequency == BUSINESS and actual == "1D"):
        raise _other_frequency(table.path.name, infer(rows.times), frequency)


def _other_frequency(name: str, actual: str, frequency: str) -> DataError:
    return DataError(
        f"{name} has a value every {actual}, and the run was trained on one every {frequency}: resample the file, or "
        "train a run on it"
    )
