"""How a new file is read: as the data of the run were, except for what is typed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import is_steps, parse
from rnnbench.data.kinds import Series
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.numbers import read_numbers
from rnnbench.data.readers.row_times import RowTimes, frequency_of
from rnnbench.data.readers.times import TimesColumn, read_times_column
from rnnbench.data.readers.times.finding import find_time_column
from rnnbench.data.readers.times.formats import FORMATS
from rnnbench.data.settings import DataSettings, Decimal

READING = (
    "encoding", "header", "decimal", "missing", "date_order", "time_format", "time_column", "fill", "series_column",
    "series",
)  # fmt: skip
"""Settings of how a file is read that a new file shares with the data of the run, unless they are typed."""

OTHER: dict[Decimal, Decimal] = {"point": "comma", "comma": "point"}


def settings_of_run(table: Table, trained: Series, new: DataSettings, stored: DataSettings) -> DataSettings:
    """How to read a new file: as the data of the run, except for what is typed.

    Raises: DataError where another frequency is typed.
    """
    are_steps = is_steps(trained.frequency)
    if new.frequency and not are_steps and parse(new.frequency) != trained.frequency:
        raise other_frequency(table.path.name, parse(new.frequency), trained.frequency)
    default = DataSettings()
    values = {name: getattr(stored if getattr(new, name) == getattr(default, name) else new, name) for name in READING}
    if not new.time_column:
        own = trained.time_column or stored.time_column
        names = [own] if own in table.columns else (own or "").split(" + ")
        values["time_column"] = ",".join(names) if {*names} <= {*table.columns} else None
    # rows are not counted where a file has dates, unless the run did so
    values["frequency"] = (new.frequency or stored.frequency) if are_steps else trained.frequency
    return new.model_copy(update=values)


def with_times_of_run(table: Table, settings: DataSettings, trained: Series) -> DataSettings:
    """The settings with the format of times that was inferred in training, where a new file can be read in it.

    A few rows may be read in several formats: the run decides, unless the rows show another format with its step.
    """
    if settings.time_format or settings.date_order or not trained.time_format:
        return settings
    columns = find_time_column(table, settings)
    if not columns:
        return settings
    cells = [table.frame[name] for name in columns]
    inferred = read_times_column(cells, settings)
    if not inferred.ambiguous and _step(inferred) == trained.frequency:
        return settings
    as_trained = settings.model_copy(update={"time_format": trained.time_format})
    read = read_times_column(cells, as_trained)
    if not (read.bad & ~read.blank).any():
        return settings if inferred.ambiguous and _step(read) != trained.frequency else as_trained
    order = next((form.order for form in FORMATS if form.name == trained.time_format), None)
    if inferred.ambiguous and order in ("day_first", "month_first"):
        return settings.model_copy(update={"date_order": order})
    return settings


def with_decimal_of_run(
    table: Table, settings: DataSettings, trained: Series, columns: Sequence[str]
) -> tuple[DataSettings, tuple[str, ...]]:
    """The settings with the decimal mark of the run's data where the columns leave it open, and the sentence on it.

    columns: those that are read.
    """
    if settings.decimal is not None or trained.decimal is None:
        return settings, ()
    typed = settings.model_copy(update={"decimal": trained.decimal})
    is_open = [
        name
        for name in columns
        if read_numbers(table.frame[name], separator=table.separator, settings=settings).is_open
        and table.decimal_of_others(name) is None
    ]
    reads = [read_numbers(table.frame[name], separator=table.separator, settings=typed) for name in columns]
    if not is_open or any(read.bad.any() or read.problem for read in reads):
        return settings, ()
    return typed, (
        f"{', '.join(map(repr, is_open))}: read with a decimal {trained.decimal}, as the data of the run; if that is "
        f"wrong, type --decimal {OTHER[trained.decimal]}",
    )


def other_frequency(name: str, actual: str, frequency: str) -> DataError:
    """The refusal of a file whose step is not that of the run."""
    own = "counted rows, without dates" if is_steps(frequency) else f"one every {frequency}"
    return DataError(
        f"{name} has a value every {actual}, and the run was trained on {own}: resample the file, or train a run on it"
    )


def _step(read: TimesColumn) -> str:
    """The frequency of times in any order; '' where they have none."""
    times = np.unique(read.times[~read.bad])
    try:
        return frequency_of(RowTimes("times", times, are_steps=read.is_steps), None)
    except DataError:
        return ""
