"""The times and numbers of pandas data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.readers.row_times import RowTimes

if TYPE_CHECKING:
    import pandas as pd


def framed(frame: pd.Series | pd.DataFrame, target: str, name: str) -> tuple[pd.DataFrame, RowTimes]:
    """The data as a frame whose columns are texts, and the times of its rows.

    target: the name of a series that has none. name: of the data, for messages.
    Raises: DataError where the index is not of times that strictly increase.
    """
    import pandas as pd

    index = frame.index.to_timestamp() if isinstance(frame.index, pd.PeriodIndex) else frame.index
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError(f"{name} has no times: set an index of times (pandas.DatetimeIndex)")
    if not len(index):
        raise DataError(f"{name} has no rows")
    zone = "" if index.tz is None else "UTC"
    naive = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
    times = naive.to_numpy().astype("datetime64[ns]")
    if np.isnat(times).any():
        raise DataError(f"a time of {name} is missing (NaT): drop that row")
    if (np.diff(times) <= np.timedelta64(0)).any():
        raise DataError(f"the times of {name} must be strictly increasing: sort it and drop duplicates")
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(target if frame.name is None else frame.name)
    return frame.set_axis([str(column) for column in frame.columns], axis=1), RowTimes("index", times, zone)


def numbers_of(frame: pd.DataFrame, columns: Sequence[str], name: str) -> np.ndarray:
    """Columns of a frame as (rows, columns) float64, NaN where a cell is missing.

    Raises: DataError where a column is missing or not of finite numbers.
    """
    for column in columns:
        if column not in frame.columns:
            raise DataError(f"{name} has no column {column!r}. Its columns: {', '.join(frame.columns)}.")
    try:
        values = frame[[*columns]].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} has cells that are not numbers: {error}") from error
    if np.isinf(values).any():
        raise DataError(f"{name} has infinite values: correct them first")
    return values
