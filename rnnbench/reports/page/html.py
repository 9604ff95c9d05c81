"""The report as HTML: no script, no external file, light and dark, for phones and for print."""

from __future__ import annotations

from markupsafe import Markup

from rnnbench.reports.figures.svg import inline
from rnnbench.reports.page.model import Page, Picture
from rnnbench.reports.tables.html import environment

SMALLEST = 0.7
"""A wide figure shrinks to this share of its size; below, it scrolls."""


def html_page(page: Page) -> str:
    """The page; the template escapes all text."""
    templates = environment()
    templates.filters |= {"drawn": _drawn, "kind": lambda part: type(part).__name__}
    return templates.get_template("page/page.html").render(title=page.title, sections=page.sections)


def _drawn(picture: Picture) -> Markup:
    """The figure as markup; matplotlib has escaped its text."""
    return Markup(inline(picture.svg, picture.name, SMALLEST if picture.is_wide else 0.0))
