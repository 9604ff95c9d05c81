"""The formats that may be the one of a column, and how they read its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.core.errors import DataError
from rnnbench.data.readers.times.cells import read_native
from rnnbench.data.readers.times.choice import AnyFormat, Candidate
from rnnbench.data.readers.times.counts import COUNTS, NUMBER, STEPS, CountFormat, numbers_of, read_count, whole_texts
from rnnbench.data.readers.times.formats import FORMATS, TimeFormat
from rnnbench.data.readers.times.written import Reading, read_written
from rnnbench.data.settings import DataSettings

ALL_FORMATS: tuple[AnyFormat, ...] = (*FORMATS, *COUNTS)
SAMPLE = 200
FEW = 20
MOSTLY, NEARLY_ALL = 0.5, 0.9
SHORT = ("YYYY", "YYMM", "days of Excel")
"""Formats that many columns of steps would fit in part."""
STEP_NAMES = {
    "t", "step", "steps", "index", "idx", "tick", "period", "no", "no.", "n", "i", "id", "순번", "번호", "連番",
}  # fmt: skip
"""Names of columns that number the rows, unless their cells are dates."""
ORDINAL_NAMES = {"step", "steps", "tick", "no", "no.", "번호", "순번", "連番"}
"""Those whose numbers are no years either."""


def allowed(settings: DataSettings, name: str) -> list[AnyFormat]:
    """The formats that the options, and a name that says that the column counts steps, leave."""
    forms: list[AnyFormat] = list(ALL_FORMATS)
    if settings.time_format is not None:
        chosen = [form for form in forms if form.name == settings.time_format.strip()]
        if not chosen:
            raise DataError(
                f"--time-format {settings.time_format!r} is not a format: type one in the notation of strptime, such "
                "as '%d.%m.%Y %H:%M', or a name such as 'day.month.year', 'YYYYMMDDHH', 'days of Excel' or 'steps'"
            )
        return chosen
    if settings.date_order is not None:
        forms = [
            form
            for form in forms
            if not (isinstance(form, TimeFormat) and form.order not in (None, settings.date_order))
        ]
    if name.strip().lower() in ORDINAL_NAMES:
        forms = [form for form in forms if form.name != "YYYY"]
    if name.strip().lower() in STEP_NAMES:
        forms = [form for form in forms if form.name == STEPS or form.rank != 1 or "since 1970" in form.name]
    return forms


def candidates_of(texts: pa.Array, forms: Sequence[AnyFormat]) -> list[Candidate]:
    """The formats that read all cells, else the one that reads the most; texts: without blank cells."""
    count = len(texts)
    rows = np.unique(np.append(np.arange(min(count, SAMPLE)), _spread(count, SAMPLE)))
    sample = texts.take(pa.array(rows))
    fits = {form.name: int((~reading.misfit).sum()) for form, reading in _readings(sample, forms)}
    most = max(fits.values(), default=0)
    dated = max((fit for name, fit in fits.items() if name not in (STEPS, *SHORT)), default=0)
    if dated >= MOSTLY * len(rows) or max(fits.get(name, 0) for name in SHORT) >= NEARLY_ALL * len(rows):
        # one impossible date does not make steps of all the others
        fits.pop(STEPS, None)
        most = max(fits.values(), default=0)
    likely = [form for form in forms if fits.get(form.name, 0) >= max(1, NEARLY_ALL * most)]
    candidates = [Candidate(form, reading) for form, reading in _readings(texts, likely)]
    fewest = min((int(item.reading.misfit.sum()) for item in candidates), default=0)
    return [item for item in candidates if int(item.reading.misfit.sum()) == fewest]


def _spread(count: int, most: int) -> np.ndarray:
    """The places of some of `count` cells, from the first to the last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))


def _readings(texts: pa.Array, forms: Sequence[AnyFormat]) -> list[tuple[AnyFormat, Reading]]:
    digits = pc.utf8_lower(whole_texts(texts))
    few = digits.take(pa.array(_spread(len(digits), FEW))).to_pylist()
    counts = [form for form in forms if isinstance(form, CountFormat)]
    readings: list[tuple[AnyFormat, Reading]] = [
        (form, read_written(digits, form)) for form in forms if isinstance(form, TimeFormat) and form.may_read(few)
    ]
    if counts and pc.any(pc.match_substring_regex(texts, NUMBER)).as_py():
        numbers = numbers_of(texts)
        readings += [(form, read_count(numbers, form)) for form in counts]
    return readings


def read_strptime(texts: pa.Array, form: str) -> Reading:
    """The cells in a format of strptime."""
    import pandas as pd

    cells = pd.Series(texts.to_pylist(), dtype=object)
    try:
        return read_native(pd.to_datetime(cells, format=form, errors="coerce"))
    except (ValueError, AttributeError, re.error):  # offsets that differ, or no format
        try:
            return read_native(pd.to_datetime(cells, format=form, errors="coerce", utc=True))
        except (ValueError, re.error) as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"--time-format {form!r} is not a format of strptime: {reason}") from error
