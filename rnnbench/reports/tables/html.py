"""Tables and documents as HTML: no script, nothing fetched, light and dark. All escaping is the template's."""

from __future__ import annotations

import jinja2

from rnnbench.core.text import one_line, printable
from rnnbench.reports.tables.model import Document


def html_text(document: Document) -> str:
    """The page: title, verdict, tables, footnotes, and the run ids folded away."""
    return environment().get_template("tables/document.html").render(title=document.title, document=document)


def environment() -> jinja2.Environment:
    """Reads the templates of `reports`: text is escaped, `| line` makes it one line, `| lines` keeps line breaks."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("rnnbench.reports", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"line": one_line, "lines": printable}
    return made
