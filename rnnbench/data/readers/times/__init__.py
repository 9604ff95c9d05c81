"""Columns of dates and times as datetime64[ns]: one format for a column, which all of its cells decide."""

from __future__ import annotations

from rnnbench.data.readers.times.column import TimesColumn, read_time, read_times_column
from rnnbench.data.readers.times.finding import PLAIN_NUMBER, looks_like_times
from rnnbench.data.readers.times.zones import zone_offset

__all__ = ["PLAIN_NUMBER", "TimesColumn", "looks_like_times", "read_time", "read_times_column", "zone_offset"]
