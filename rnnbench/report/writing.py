"""A report as files in one folder."""

from __future__ import annotations

from pathlib import Path

from rnnbench.comparison.exports import write_whole
from rnnbench.report.base import Material
from rnnbench.report.html import html_page
from rnnbench.report.markdown import FIGURES, markdown_text


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
