"""A report as one HTML page: no script, nothing fetched, light and dark, readable on a phone and on paper."""

from __future__ import annotations

import jinja2
from markupsafe import Markup

from rnnbench.comparison.cells import one_line
from rnnbench.report.base import Material, Picture
from rnnbench.report.drawing import inline
from rnnbench.report.sections import sections

SMALLEST = 0.7
"""Where a page has less room than this share of a wide figure, the figure scrolls inside of its box."""


def html_page(material: Material) -> str:
    """The whole report: everything that is not markup of the template is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rnnbench.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": one_line, "lines": printable, "drawn": _drawn}
    title = f"{material.name} on {material.comparison.data}"
    return environment.get_template("page.html").render(title=title, sections=sections(material))


def printable(text: str) -> str:
    """The text with its line breaks, and a replacement character for what would act instead of being read."""
    lines = text.expandtabs(4).splitlines()
    return "\n".join("".join(letter if letter.isprintable() else "\ufffd" for letter in line) for line in lines)


def _drawn(picture: Picture) -> Markup:
    """The figure as markup: matplotlib has escaped the words in it."""
    return Markup(inline(picture.svg, picture.name, SMALLEST if picture.is_wide else 0.0))
