"""Filters on the tags of runs, for values with any characters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rnnbench.core.text import nfc

_QUOTABLE = re.compile(r"[ -\[\]-~]*")
"""Printable ASCII without the backslash."""


def filter_of(tags: Mapping[str, str]) -> str:
    """An MLflow filter for runs with these tags, without those that MLflow cannot express: check with `has_tags` too.

    MLflow's filters have no escape character: a value that contains one kind of quotation mark is put in the other
    kind, one that contains both cannot be expressed, and a backslash before the closing mark joins two conditions.
    Values that are not ASCII are left out, since Unicode has several encodings of the same text.
    """
    quoted = {key: _quoted(value) for key, value in tags.items()}
    return " and ".join(f"tags.`{key}` = {value}" for key, value in quoted.items() if value is not None)


def has_tags(tags: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether all wanted tags exist with these values."""
    return all(key in tags and nfc(tags[key]) == nfc(value) for key, value in wanted.items())


def _quoted(value: str) -> str | None:
    if _QUOTABLE.fullmatch(value) is None:
        return None
    return next((f"{mark}{value}{mark}" for mark in "'\"" if mark not in value), None)
