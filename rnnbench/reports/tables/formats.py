"""A comparison or a summary over experiments as text, in a format given by name."""

from __future__ import annotations

from collections.abc import Callable

from rnnbench.comparison.across.base import Across
from rnnbench.comparison.model import Comparison
from rnnbench.core.errors import UnknownNameError
from rnnbench.reports.tables.across import across_document
from rnnbench.reports.tables.columns import comparison_document
from rnnbench.reports.tables.csv_json import csv_text, json_text
from rnnbench.reports.tables.html import html_text
from rnnbench.reports.tables.latex import latex_text
from rnnbench.reports.tables.markdown import markdown_text
from rnnbench.reports.tables.model import Document

Summary = Comparison | Across

IN_FULL: dict[str, Callable[[Summary], str]] = {"csv": csv_text, "json": json_text}
"""Formats with every number in full precision."""

ROUNDED: dict[str, Callable[[Document], str]] = {"html": html_text, "latex": latex_text, "md": markdown_text}
"""Formats for reading."""

FORMATS = tuple(sorted([*IN_FULL, *ROUNDED]))
ENDINGS = {"latex": "tex"}
"""File endings that differ from the name of the format."""


def render(summary: Summary, format: str) -> str:
    """The summary in one of FORMATS: the same bytes for the same runs.

    Raises: UnknownNameError for another format.
    """
    if format in IN_FULL:
        return IN_FULL[format](summary)
    if format not in ROUNDED:
        raise UnknownNameError("format", format, FORMATS)
    document = comparison_document(summary) if isinstance(summary, Comparison) else across_document(summary)
    return ROUNDED[format](document)


def rendered(summary: Summary, stem: str) -> dict[str, bytes]:
    """The summary in every format, by file name."""
    return {f"{stem}.{ENDINGS.get(format, format)}": render(summary, format).encode("utf-8") for format in FORMATS}
