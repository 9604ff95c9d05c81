"""The page of a sweep as Markdown, its figures beside it; all text is escaped."""

from __future__ import annotations

from typing import assert_never

from rnnbench.reports.page.model import (
    Code,
    Facts,
    Folded,
    Heading,
    Page,
    Part,
    Picture,
    Points,
    Quote,
    Section,
    Words,
)
from rnnbench.reports.tables.markdown import escaped, fenced, image_text, markdown_table, numbered, paragraph
from rnnbench.reports.tables.model import Table

FIGURES = "figures"


def markdown_text(page: Page) -> tuple[str, dict[str, bytes]]:
    """The text, and the figures that it shows by their place beside it."""
    figures: dict[str, bytes] = {}
    blocks = [f"# {paragraph(page.title)}"]
    for section in page.sections:
        blocks += _section(section, figures)
    return "\n\n".join(blocks) + "\n", figures


def _section(section: Section, figures: dict[str, bytes]) -> list[str]:
    return [f"## {escaped(section.title)}", *(_part(part, figures) for part in section.parts)]


def _part(part: Part, figures: dict[str, bytes]) -> str:
    match part:
        case Words(text=text):
            return paragraph(text)
        case Heading(text=text):
            return f"### {paragraph(text)}"
        case Points(texts=texts):
            return numbered(texts)
        case Facts(pairs=pairs):
            return "\n".join(f"- **{escaped(name)}**: {escaped(value)}" for name, value in pairs)
        case Table():
            return markdown_table(part)
        case Picture():
            figures[f"{part.name}.svg"] = part.svg
            shown = f"![{image_text(part.alt)}]({FIGURES}/{part.name}.svg)"
            return f"{shown}\n\n{paragraph(part.caption)}" if part.caption else shown
        case Quote():
            return f"**{escaped(part.label)}**\n\n{fenced(f'[{part.lead}]{part.text}' if part.lead else part.text)}"
        case Code(text=text):
            return fenced(text, "sh")
        case Folded(title=title, parts=parts):
            inner = "\n\n".join(_part(one, figures) for one in parts)
            return f"<details><summary>{escaped(title)}</summary>\n\n{inner}\n\n</details>"
        case _:
            assert_never(part)
