"""Columns of dates and times as datetime64[ns]."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DIGITS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "s", 13: "ms"}
LOOKS_DATED = r"\d{4}|\d{1,2}\D\d{1,2}\D\d{2}"


def as_times(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as datetime64[ns] in local time as written, or UTC where it has an offset; and a mask of invalid cells.

    Formats: ISO dates and times, common written forms (month first unless impossible), Korean dates, years, YYYYMM,
    YYYYMMDD, and seconds or milliseconds since 1970.
    """
    from pandas.api import types

    if types.is_datetime64_any_dtype(column):
        return _as_nanoseconds(column)
    texts = column.astype(str).str.strip()
    numeric = texts.str.fullmatch(r"\d+").to_numpy()
    if numeric.all():
        return _from_digits(texts)
    best = _parsed(texts, {"format": "ISO8601"})
    if best[1].any():
        respelled = _respelled(texts)
        for options in ({"format": "ISO8601"}, {}, {"dayfirst": True}):
            parsed = _parsed(respelled, options)
            best = parsed if parsed[1].sum() < best[1].sum() else best
            if not best[1].any():
                break
    return best


def looks_like_times(column: pd.Series) -> bool:
    """Whether a column holds dates or times: not plain numbers, and the first 50 cells can be read as times."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(column):
        return True
    if types.is_numeric_dtype(column) or types.is_bool_dtype(column):
        return False
    sample = column.head(50)
    if sample.astype(str).str.strip().str.fullmatch(r"[-+]?[\d,]*\.?\d*").any():
        return False
    return not as_times(sample)[1].any()


def _parsed(texts: pd.Series, options: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    dated = texts.str.contains(LOOKS_DATED).to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns when it infers a format; the caller refuses what fails
        try:
            parsed = pd.to_datetime(texts, errors="coerce", **options)
        except (ValueError, TypeError):  # offsets that change within the column
            parsed = pd.to_datetime(texts, errors="coerce", utc=True, **options)
    times, bad = _as_nanoseconds(parsed)
    return times, bad | ~dated


def _respelled(texts: pd.Series) -> pd.Series:
    """Korean dates and one-digit months and days in ISO format."""
    texts = texts.str.replace(r"\s*[년월]\s*", "-", regex=True).str.replace(r"\s*일", "", regex=True)
    texts = texts.str.replace(r"^(\d{4})\.\s*(\d{1,2})\.\s*(\d{1,2})\.?", r"\1-\2-\3", regex=True)
    return texts.str.replace(r"-(\d)(?=\D|$)", r"-0\1", regex=True)


def _from_digits(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    length = int(texts.str.len().iloc[0])
    has_length = (texts.str.len() == length).to_numpy()
    form = DIGITS.get(length)
    if form is None:
        return np.full(len(texts), "NaT", dtype="datetime64[ns]"), np.ones(len(texts), dtype=bool)
    if form in ("s", "ms"):
        unit: Literal["s", "ms"] = "s" if form == "s" else "ms"
        parsed = pd.to_datetime(texts.astype("int64"), unit=unit, errors="coerce")
    else:
        parsed = pd.to_datetime(texts, format=form, errors="coerce")
    times, bad = _as_nanoseconds(parsed)
    return times, bad | ~has_length


def _as_nanoseconds(parsed: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    if parsed.dt.tz is not None:
        parsed = parsed.dt.tz_convert("UTC").dt.tz_localize(None)
    seconds = parsed.to_numpy().astype("datetime64[s]")
    # datetime64[ns] covers 1678 to 2262 and overflows silently beyond.
    bad = np.isnat(seconds) | (seconds < np.datetime64("1678-01-01")) | (seconds >= np.datetime64("2262-01-01"))
    times = parsed.to_numpy().copy()
    times[bad] = np.datetime64("NaT")
    return times.astype("datetime64[ns]"), bad
