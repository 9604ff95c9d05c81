"""A comparison as text, in the format asked for by name."""

from __future__ import annotations

from collections.abc import Callable

from rnnbench.comparison.base import Comparison
from rnnbench.comparison.html import html_text
from rnnbench.comparison.latex import latex_text
from rnnbench.comparison.markdown import markdown_text
from rnnbench.comparison.plain import csv_text, json_text
from rnnbench.errors import UnknownNameError

_WRITERS: dict[str, Callable[[Comparison], str]] = {
    "csv": csv_text,
    "html": html_text,
    "json": json_text,
    "latex": latex_text,
    "md": markdown_text,
}

FORMATS = tuple(_WRITERS)


def render(comparison: Comparison, format: str) -> str:
    """The comparison in one of FORMATS: the same bytes for the same runs.

    Raises: UnknownNameError for a format that is not one of them.
    """
    if format not in _WRITERS:
        raise UnknownNameError("format", format, FORMATS)
    return _WRITERS[format](comparison)
