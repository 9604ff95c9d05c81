"""A report as files in one folder."""

from __future__ import annotations

from pathlib import Path

from rnnbench.core.files import write_whole
from rnnbench.reports.page.html import html_page
from rnnbench.reports.page.markdown import FIGURES, markdown_text
from rnnbench.reports.page.model import Material


def write_report(material: Material, folder: Path) -> list[Path]:
    """The files written: report.html, report.md, and the figures of the latter. The same material, the same bytes.

    Raises: RnnbenchError where the folder cannot be made or written.
    """
    text, figures = markdown_text(material)
    contents = {"report.html": html_page(material).encode("utf-8"), "report.md": text.encode("utf-8")}
    contents |= {f"{FIGURES}/{name}": content for name, content in figures.items()}
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]
