"""The names of units of time, as pandas, R and people write them."""

from __future__ import annotations

from rnnbench.core.errors import DataError

UNITS = {
    "nanosecond": "ns", "n": "ns", "ns": "ns", "microsecond": "us", "usec": "us", "u": "us", "us": "us", "µs": "us",
    "μs": "us", "millisecond": "ms", "msec": "ms", "l": "ms", "second": "s", "sec": "s", "s": "s", "min": "min",
    "minute": "min", "t": "min", "h": "h", "hr": "h", "hour": "h", "hourly": "h", "d": "D", "day": "D", "daily": "D",
    "w": "W", "week": "W", "weekly": "W", "mo": "M", "month": "M", "monthly": "M", "me": "M", "bm": "M", "bms": "M",
    "bme": "M", "q": "Q", "quarter": "Q", "qs": "Q", "qe": "Q", "bq": "Q", "bqs": "Q", "bqe": "Q", "quarterly": "Q",
    "y": "Y", "year": "Y", "yearly": "Y", "annual": "Y", "ys": "Y", "ye": "Y", "a": "Y", "as": "Y", "b": "B",
    "business": "B", "step": "step", "row": "step",
}  # fmt: skip
"""Names in small letters; capitals do not matter, nor does the s of a plural."""
IN_CAPITALS = {"ms": "ms", "MS": "M", "M": "M"}
"""Names of which capitals decide the meaning: ms are milliseconds, MS is the start of a month in pandas."""
AMBIGUOUS = {"m": ("min (minutes)", "M (months)"), "ms": ("ms (milliseconds)", "MS (the start of a month)")}


def unit_named(name: str) -> str | None:
    """The unit that a name means, such as 'h' for 'Hours'; None for another word.

    Raises: DataError for a name with two meanings.
    """
    if name in IN_CAPITALS:
        return IN_CAPITALS[name]
    if name.lower() in AMBIGUOUS:
        first, second = AMBIGUOUS[name.lower()]
        raise DataError(f"--frequency: {name!r} has two meanings: type {first} or {second}")
    return UNITS.get(name.lower()) or UNITS.get(name.lower().removesuffix("s"))
