"""Tables and documents as HTML: no script, no external file, light and dark. The templates escape all text."""

from __future__ import annotations

import unicodedata

import jinja2

from rnnbench.core.text import one_line, printable
from rnnbench.reports.tables.model import Document


def html_text(document: Document) -> str:
    """The page: title, verdict, tables, footnotes, and the run ids, collapsed."""
    return environment().get_template("tables/document.html").render(title=document.title, document=document)


def environment() -> jinja2.Environment:
    """The templates of `reports`: text is escaped; `| line` makes it one line, `| lines` keeps line breaks."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("rnnbench.reports", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"line": one_line, "lines": printable, "width": _width}
    return templates


def _width(text: str) -> int:
    """The width of a text in Latin letters: those of Chinese, Japanese and Korean are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
