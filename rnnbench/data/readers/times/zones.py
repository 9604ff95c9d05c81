"""Time zones written after a time: their spelling and their offset from UTC."""

from __future__ import annotations

import re
from collections.abc import Collection

ABBREVIATIONS = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120,
    "eest": 180, "msk": 180, "wib": 420, "hkt": 480, "sgt": 480, "awst": 480, "kst": 540, "jst": 540, "aest": 600,
    "aedt": 660, "nzst": 720, "nzdt": 780, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "adt": -180, "akst": -540, "akdt": -480, "hst": -600,
}  # fmt: skip
"""Minutes east of UTC."""

FARTHEST = 14 * 60
SEVERAL_MEANINGS = {"cst", "ist", "bst", "ast", "sst", "wst", "gst", "amt", "ect"}
COMPANIONS = {"cst": ("cdt", -360), "bst": ("gmt", 60), "ast": ("adt", -240)}
"""Zones of several meanings, of which one is meant beside the other zone of its clock: that zone, and the offset."""
SEVERAL_OFFSETS = "several offsets, read as UTC"


def zone_offset(zone: str) -> int | None:
    """The offset of a written zone in minutes east, or None where it is unknown or has several meanings.

    'KST', '+09:00' and 'UTC+9' are 540; 'CST' is None.
    """
    text = zone.strip().lower()
    if text in ABBREVIATIONS:
        return ABBREVIATIONS[text]
    match = re.fullmatch(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?", text)
    minutes = int(match.group(2)) * 60 + int(match.group(3) or 0) if match else FARTHEST + 1
    if match is None or minutes > FARTHEST:
        return None
    return minutes if match.group(1) == "+" else -minutes


def offsets_of(zones: Collection[str]) -> dict[str, int | None]:
    """The offset of every written zone of a column; CST is that of the United States where CDT is there too."""
    offsets = {zone: zone_offset(zone) for zone in zones}
    meant = {zone: COMPANIONS[zone][1] for zone in zones if zone in COMPANIONS and COMPANIONS[zone][0] in zones}
    return offsets | meant


def offset_name(minutes: int) -> str:
    """'+09:00' for 540; 'UTC' for 0."""
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
