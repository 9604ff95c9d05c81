"""The page of a sweep as HTML: no script, nothing fetched, light and dark, readable on a phone and on paper."""

from __future__ import annotations

from markupsafe import Markup

from rnnbench.reports.figures.svg import inline
from rnnbench.reports.page.model import Page, Picture
from rnnbench.reports.tables.html import environment

SMALLEST = 0.7
"""Where a page has less room than this share of a wide figure, the figure scrolls inside of its box."""


def html_page(page: Page) -> str:
    """The whole page: everything that is not markup of the template is escaped."""
    templates = environment()
    templates.filters |= {"drawn": _drawn, "kind": lambda part: type(part).__name__}
    return templates.get_template("page/page.html").render(title=page.title, sections=page.sections)


def _drawn(picture: Picture) -> Markup:
    """The figure as markup: matplotlib has escaped the words in it."""
    return Markup(inline(picture.svg, picture.name, SMALLEST if picture.is_wide else 0.0))
