"""A column of cells as times, in one format that all of its cells decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.core.errors import DataError
from rnnbench.data.readers.times.candidates import allowed, candidates_of, read_strptime
from rnnbench.data.readers.times.cells import blanks, read_native, texts_of
from rnnbench.data.readers.times.choice import Candidate, best_of
from rnnbench.data.readers.times.counts import (
    STEPS,
    numbers_of,
    step_of,
    whole_texts,
)
from rnnbench.data.readers.times.formats import FORMATS, TimeFormat
from rnnbench.data.readers.times.joined import joined
from rnnbench.data.readers.times.rewritten import rewritten
from rnnbench.data.readers.times.written import Reading, read_written
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd

NATIVE = "dates and times"
ORDER_OPTIONS = {"day_first": "--day-first", "month_first": "--month-first"}


@dataclass(frozen=True)
class TimesColumn:
    """The times of a column.

    times: datetime64[ns], on the clock that the cells are written in; NaT where bad. Where `is_steps`, the whole
    numbers of the cells as nanoseconds.
    bad: which cells are no times. blank: which of these are empty.
    format: the name of the format. zone: the offset or zone of all cells, '' where they have none.
    ambiguous: '' or a sentence that names the readings between which nothing decides, and the options that do.
    reason: why cells are bad that are written in the format. understood: sentences about how the column was read.
    warnings: what may be meant otherwise, with the option that decides.
    """

    times: np.ndarray
    bad: np.ndarray
    blank: np.ndarray
    format: str
    zone: str = ""
    ambiguous: str = ""
    is_steps: bool = False
    is_weak: bool = False
    reason: str = ""
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_times_column(cells: pd.Series | Sequence[pd.Series], settings: DataSettings | None = None) -> TimesColumn:
    """The times of a column, or of several columns that together hold them (date and time; year, month, day).

    Args:
        cells: the column, or the columns.
        settings: of these `date_order`, `time_format` and `missing`.

    Raises: DataError for a `time_format` that is none.
    """
    import pandas as pd
    from pandas.api import types

    settings = settings or DataSettings()
    column = cells if isinstance(cells, pd.Series) else joined([*cells])
    if types.is_datetime64_any_dtype(column):
        reading = read_native(column)
        blank = column.isna().to_numpy()
        return TimesColumn(reading.times, reading.bad, blank, NATIVE, reading.zone, understood=reading.notes)
    texts = texts_of(column)
    blank = blanks(texts, settings.missing)
    name = str(column.name)
    if blank.all():
        return TimesColumn(np.full(len(column), np.datetime64("NaT", "ns")), np.ones(len(column), bool), blank, "")
    known = texts.filter(pa.array(~blank))
    if settings.time_format is not None and "%" in settings.time_format:
        readings = [Candidate(TimeFormat(settings.time_format, "", "", ""), read_strptime(known, settings.time_format))]
    else:
        readings = [*best_of(candidates_of(rewritten(known), allowed(settings, name)))]
    return _column(name, known, blank, readings)


def read_time(text: str) -> np.datetime64:
    """One date or time, such as 2021-01-31 or 31 Jan 2021 14:30, as datetime64[ns] on the clock it is written in.

    Raises: DataError when it is none, or may be read in two ways.
    """
    import pandas as pd

    cells = texts_of(pd.Series([text], dtype=object))
    readings = [
        read_written(pc.utf8_lower(whole_texts(rewritten(cells))), form)
        for form in FORMATS
        if not (form.rank or form.name == "YYMM")
    ]
    times = {reading.times[0] for reading in readings if not reading.bad[0]}
    if len(times) == 1:
        return times.pop()
    meaning = f"may be {' or '.join(sorted(map(time_in_words, times)))}" if times else "is not a date or time"
    raise DataError(f"{text!r} {meaning}: type it as year-month-day, such as 2021-01-31 or 2021-01-31T14:30")


def _column(name: str, known: pa.Array, blank: np.ndarray, readings: Sequence[Candidate]) -> TimesColumn:
    """The column of the first reading, with its blank cells, and what has to be told about it."""
    times = np.full(len(blank), np.datetime64("NaT", "ns"))
    bad = np.ones(len(blank), dtype=bool)
    if not readings:
        return TimesColumn(times, bad, blank, "")
    form, reading = readings[0].format, readings[0].reading
    times[~blank], bad[~blank] = reading.times, reading.bad
    is_steps = form.name == STEPS
    understood = [f"{name!r} is read as {form.name}{_example(known, reading)}{_years(form.name, reading)}"]
    if is_steps:
        step = step_of(numbers_of(known))
        understood = [] if step == 1 else [f"the numbers in {name!r} are {step:g} apart, which is counted as one step"]
    warnings: tuple[str, ...] = ()
    if form.name == "days of Excel":
        warnings = (f"if {name!r} counts steps and not days of Excel since 1900, type --time-format steps",)
    return TimesColumn(
        times=times,
        bad=bad,
        blank=blank,
        format=form.name,
        zone=reading.zone,
        ambiguous=_ambiguous(name, known, readings),
        is_steps=is_steps,
        is_weak=not isinstance(form, TimeFormat) or form.is_weak,
        reason=reading.reason,
        understood=(*understood, *reading.notes),
        warnings=warnings,
    )


def _example(known: pa.Array, reading: Reading) -> str:
    """' (the first, '01.01.21', is 2021-01-01)'."""
    if reading.bad.all():
        return ""
    first = int(np.argmin(reading.bad))
    return f" (the first, {known[first].as_py()!r}, is {time_in_words(reading.times[first])})"


def _years(name: str, reading: Reading) -> str:
    """Which years a format of two digits is read as."""
    if "yy" not in name.lower().replace("yyyy", "") or reading.bad.all():
        return ""
    years = reading.times[~reading.bad].astype("datetime64[Y]")
    first, last = years.min(), years.max()
    return f"; years of two digits are {first}{f' to {last}' if last > first else ''}"


def _ambiguous(name: str, known: pa.Array, readings: Sequence[Candidate]) -> str:
    """The readings between which nothing decides, with the first cell that they read differently."""
    if len(readings) < 2:
        return ""
    times = np.stack([candidate.reading.times for candidate in readings])
    row = int(np.argmax((times != times[0]).any(axis=0)))
    meanings = [f"{time_in_words(candidate.reading.times[row])} as {candidate.format.name}" for candidate in readings]
    options = []
    for form in (candidate.format for candidate in readings):
        order = form.order if isinstance(form, TimeFormat) else None
        options.append(ORDER_OPTIONS.get(order or "", f"--time-format '{form.name}'"))
    return f"{known[row].as_py()!r} in column {name!r} may be {' or '.join(meanings)}: type {' or '.join(options)}"


def time_in_words(time: np.datetime64) -> str:
    """A time without needless zeros."""
    text = str(np.datetime_as_string(time, unit="auto")).replace("T", " ")
    return f"{text}-01" if len(text) == 7 else f"{text}-01-01" if len(text) == 4 else text
