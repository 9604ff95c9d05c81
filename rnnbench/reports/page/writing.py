"""Writes the report: HTML, Markdown and figures in one folder. A new section is one function, listed here."""

from __future__ import annotations

from pathlib import Path

from rnnbench.reports.export import write_all
from rnnbench.reports.page import details, examples, opening, other_metrics, scores, search, traces
from rnnbench.reports.page.html import html_page
from rnnbench.reports.page.markdown import FIGURES, markdown_text
from rnnbench.reports.page.model import MakeSection, Material, Page

SECTIONS: tuple[MakeSection, ...] = (
    opening.question,
    opening.answer,
    scores.table,
    other_metrics.other_metrics,
    opening.data,
    opening.protocol,
    scores.intervals,
    scores.curves,
    search.expected,
    search.importance,
    search.trials,
    scores.costs,
    details.by_step,
    details.by_class,
    examples.samples,
    traces.runs,
    traces.versions,
    traces.repeat,
)


def page_of(material: Material) -> Page:
    """The title, and every section for which the store has data."""
    made = (make(material) for make in SECTIONS)
    quick = " (quick run)" if material.comparison.quick else ""
    title = f"{material.name} on {material.comparison.data}{quick}"
    return Page(title, tuple(section for section in made if section is not None))


def write_report(material: Material, folder: Path) -> list[Path]:
    """Write report.html, report.md and the figures of the latter. Returns the files.

    Raises: RnnbenchError where the folder cannot be written.
    """
    page = page_of(material)
    text, figures = markdown_text(page)
    contents = {"report.html": html_page(page).encode("utf-8"), "report.md": text.encode("utf-8")}
    contents |= {f"{FIGURES}/{name}": content for name, content in figures.items()}
    return write_all(folder, contents)
