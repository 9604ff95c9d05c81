"""Cells of a column of times as texts, and pandas' own times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.data.readers.times.written import FIRST_YEAR, LAST_YEAR, Reading
from rnnbench.data.readers.times.zones import SEVERAL_OFFSETS, offset_name

if TYPE_CHECKING:
    import pandas as pd

BLANK = ("", "nan", "nat", "none", "null", "na", "n/a", "-", "?", "<na>")


def texts_of(cells: pd.Series) -> pa.Array:
    """The cells as stripped texts in compatibility form (full-width digits, narrow blanks); a missing cell is empty."""
    import pandas as pd

    if not isinstance(cells.dtype, pd.StringDtype):
        cells = cells.astype(str).where(cells.notna(), "")
    texts = _array(cells)
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = _array(cells.str.normalize("NFKC"))
    return pc.utf8_trim_whitespace(texts)


def _array(cells: pd.Series) -> pa.Array:
    array = pa.array(cells, type=pa.large_string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.fill_null(array, "")


def blanks(texts: pa.Array, missing: tuple[str, ...]) -> np.ndarray:
    """Which cells hold no time; missing: further texts that mean so."""
    words = pa.array([*BLANK, *(text.strip().lower() for text in missing)], type=texts.type)
    return pc.is_in(pc.utf8_lower(texts), words).to_numpy(zero_copy_only=False)


def share_of(mask: pa.Array) -> float:
    """The share of cells for which a mask is true, 0 for none."""
    return float(pc.mean(pc.cast(mask, pa.int8())).as_py() or 0)


def are_digits(texts: pa.Array) -> bool:
    """Whether all cells are numbers without a sign, or empty."""
    return bool(pc.all(pc.match_substring_regex(texts, r"^\d*(?:\.\d*)?$")).as_py())


def read_native(cells: pd.Series) -> Reading:
    """A column of pandas' times: local times where the offset never changes, else UTC."""
    zone = ""
    notes: tuple[str, ...] = ()
    clock = cells.dt.tz
    if clock is not None:
        utc = cells.dt.tz_convert("UTC").dt.tz_localize(None)
        offsets = (cells.dt.tz_localize(None) - utc).dropna().unique()
        if len(offsets) == 1:
            zone = offset_name(int(offsets[0].total_seconds()) // 60)
            cells = cells.dt.tz_localize(None)
        else:
            zone, cells = SEVERAL_OFFSETS, utc
            notes = (f"the offset of the time zone {clock} changes: the times are read as UTC",)
    seconds = cells.to_numpy().astype("datetime64[s]")
    # datetime64[ns] overflows silently outside
    first, after = np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR + 1}-01-01")
    bad = np.isnat(seconds) | (seconds < first) | (seconds >= after)
    times = np.where(bad, np.datetime64("NaT"), cells.to_numpy()).astype("datetime64[ns]")
    return Reading(times, bad, bad, zone, notes=notes)
