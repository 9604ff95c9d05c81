"""Clocks of series: offsets from UTC, and hours that daylight saving repeats or leaves out."""

from __future__ import annotations

import re

import numpy as np

from rnnbench.core.errors import DataError

HOUR = np.timedelta64(1, "h")
LATEST_HOUR = 4
"""Clocks are changed at night: hours up to this one are repeated or left out."""
MONTHS_OF_CHANGES = {2, 3, 4, 9, 10, 11}


def offset_of(zone: str) -> np.timedelta64:
    """The time of a zone less UTC, of '+09:00' for example; zero for 'UTC' and for offsets that are read as UTC."""
    match = re.search(r"([+-])(\d\d):?(\d\d)", zone)
    minutes = int(match[2]) * 60 + int(match[3]) if match else 0
    return np.timedelta64(-minutes if match and match[1] == "-" else minutes, "m")


def offset_text(zone: str) -> str:
    """What ISO 8601 writes behind a time of the zone: '+09:00', '+00:00' for UTC, nothing without a zone."""
    if not zone:
        return ""
    minutes = int(offset_of(zone).astype(int))
    return offset_name(minutes) if minutes else "+00:00"


def offset_name(minutes: int) -> str:
    """'+09:00' for 540; 'UTC' for 0."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "UTC"


def zone_sentence(zone: str) -> str:
    """How the times of a zone are read: nothing without a zone."""
    if not zone:
        return ""
    offset = offset_text(zone)
    if offset == "+00:00":
        return "times are UTC" if zone == "UTC" else f"times are UTC ({zone})"
    return f"times are local times with the offset {offset}"


def fixed_offset(times: np.ndarray, name: str) -> tuple[np.ndarray, str]:
    """Times of a named zone such as 'Europe/Berlin' on a clock with one offset, and that offset.

    UTC where the offset of the zone changes between the times. An hour that the zone repeats is read in its order.
    Raises: DataError for a name that is no zone, and for times that the zone leaves out or repeats without order.
    """
    import pandas as pd

    try:
        local = pd.DatetimeIndex(times).tz_localize(name, ambiguous="infer")
    except (KeyError, ValueError, OSError) as error:
        raise DataError(
            f"times in the zone {name}: {str(error).splitlines()[0]}: write them in UTC or with their offsets"
        ) from error
    utc = local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
    offsets = np.unique(times - utc)
    if len(offsets) > 1:
        return utc, f"offsets of {name}, read as UTC"
    return times, offset_name(int(offsets[0] / np.timedelta64(1, "m")))


def on_clock(times: np.ndarray, zone: str, wanted: str, name: str) -> np.ndarray:
    """The times on the clock of the run's zone.

    Dates without a clock time are the same dates everywhere.
    Raises: DataError where only one of the two has an offset.
    """
    are_dates = bool((times == times.astype("datetime64[D]")).all())
    if zone == wanted or (are_dates and not (zone and wanted)):
        return times
    if zone and wanted:
        return times + (offset_of(wanted) - offset_of(zone)).astype("timedelta64[ns]")
    offset = offset_text(wanted or zone)
    example = np.datetime_as_string(times[0], unit="s")
    if wanted:
        raise DataError(
            f"{name}: its times have no offset, and those of the run have {offset}: write the offset of the clock into "
            f"the times, such as {example}{offset}"
        )
    raise DataError(
        f"{name}: its times have the offset {offset}, and those of the run have none: write them without an offset, on "
        f"the clock of the run, such as {example}"
    )


def clock_change(times: np.ndarray) -> str | None:
    """The sentence that explains a repeated or missing hour by daylight saving; None where nothing speaks for it.

    times: in the order of the file, on one clock, at most an hour apart.
    """
    if len(times) < 3:
        return None
    steps = np.diff(times)
    positive = steps[steps > np.timedelta64(0)]
    if not len(positive):
        return None
    values, counts = np.unique(positive, return_counts=True)
    step = values[np.argmax(counts)]
    if step > HOUR:
        return None
    repeated = [row for row in np.flatnonzero(steps == step - HOUR) if _is_change(times[row + 1])]
    left_out = [row for row in np.flatnonzero(steps == step + HOUR) if _is_change(times[row] + step)]
    years = 1 + int((times.max() - times.min()) / np.timedelta64(365, "D"))
    backward = int((steps <= np.timedelta64(0)).sum())
    if (not repeated and not left_out) or max(len(repeated), len(left_out)) > 1 + years:
        return None
    if step == HOUR and backward > len(repeated):  # the times are out of order for another reason
        return None
    if repeated:
        time = times[repeated[0] + 1]
        change = "is repeated, as where clocks go back at the end of daylight saving"
    else:
        time = times[left_out[0]] + step
        change = "is left out, as where clocks go forward at the begin of daylight saving"
    return (
        f"the hour from {np.datetime_as_string(time, unit='m')} {change}: write the times in UTC or with their offsets"
    )


def _is_change(time: np.datetime64) -> bool:
    hour = int((time - time.astype("datetime64[D]")) // HOUR)
    return hour <= LATEST_HOUR and int(time.astype("datetime64[M]").astype(int)) % 12 + 1 in MONTHS_OF_CHANGES
