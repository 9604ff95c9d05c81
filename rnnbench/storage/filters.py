"""Any text as part of a filter on runs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_QUOTABLE = re.compile(r"[ -\[\]-~]*")
"""Printable ASCII without the backslash."""


def filter_of(tags: Mapping[str, str]) -> str:
    """An MLflow filter for runs with these tags; a tag whose value cannot be written in one is left to `has_tags`.

    MLflow's filters have no escape: a value that holds one kind of quotation mark stands in the other kind, one that
    holds both cannot be written, and a backslash before the closing mark joins two conditions. What is not ASCII is
    left out too, since one name can be spelt in several ways.
    """
    quoted = {key: _quoted(value) for key, value in tags.items()}
    return " and ".join(f"tags.`{key}` = {value}" for key, value in quoted.items() if value is not None)


def has_tags(tags: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether all the wanted tags are there with these values."""
    return all(key in tags and normalized(tags[key]) == normalized(value) for key, value in wanted.items())


def normalized(text: str) -> str:
    """The text in Unicode's form NFC: some file systems and keyboards write é as one character, others as two."""
    return unicodedata.normalize("NFC", text)


def _quoted(value: str) -> str | None:
    if _QUOTABLE.fullmatch(value) is None:
        return None
    return next((f"{mark}{value}{mark}" for mark in "'\"" if mark not in value), None)
