"""A comparison or a summary over experiments as text, in the format asked for by name."""

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

FOR_PROGRAMS: dict[str, Callable[[Summary], str]] = {"csv": csv_text, "json": json_text}
"""Every number in full."""

FOR_PEOPLE: dict[str, Callable[[Document], str]] = {"html": html_text, "latex": latex_text, "md": markdown_text}
"""Numbers rounded for reading."""

FORMATS = tuple(sorted([*FOR_PROGRAMS, *FOR_PEOPLE]))
ENDINGS = {"latex": "tex"}
"""File endings that are not the name of the format."""


def render(summary: Summary, format: str) -> str:
    """The summary in one of FORMATS: the same bytes for the same runs.

    Raises: UnknownNameError for a format that is not one of them.
    """
    if format in FOR_PROGRAMS:
        return FOR_PROGRAMS[format](summary)
    if format not in FOR_PEOPLE:
        raise UnknownNameError("format", format, FORMATS)
    return FOR_PEOPLE[format](document_of(summary))


def document_of(summary: Summary) -> Document:
    """The tables of a summary with what surrounds them."""
    return comparison_document(summary) if isinstance(summary, Comparison) else across_document(summary)


def rendered(summary: Summary, stem: str) -> dict[str, bytes]:
    """The summary in every format, by the name of its file."""
    return {f"{stem}.{ENDINGS.get(format, format)}": render(summary, format).encode("utf-8") for format in FORMATS}
