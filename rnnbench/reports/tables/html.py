"""Tables and documents as HTML: no script, no external file, light and dark. The templates escape all text."""

from __future__ import annotations

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
    templates.filters |= {"line": one_line, "lines": printable}
    return templates
