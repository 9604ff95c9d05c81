"""The report as Markdown with figures in files; all text is escaped."""

from __future__ import annotations

from typing import assert_never

from rnnbench.reports.page import model
from rnnbench.reports.tables.markdown import escaped, fenced, image_text, markdown_table, numbered, paragraph
from rnnbench.reports.tables.model import Table

FIGURES = "figures"


def markdown_text(page: model.Page) -> tuple[str, dict[str, bytes]]:
    """The text, and its figures by file name."""
    figures: dict[str, bytes] = {}
    blocks = [f"# {paragraph(page.title)}"]
    for section in page.sections:
        blocks += [f"## {escaped(section.title)}", *(_part(part, figures) for part in section.parts)]
    return "\n\n".join(blocks) + "\n", figures


def _part(part: model.Part, figures: dict[str, bytes]) -> str:
    match part:
        case model.Words():
            return paragraph(part.text)
        case model.Heading():
            return f"### {paragraph(part.text)}"
        case model.Points():
            return numbered(part.texts)
        case model.Facts():
            return "\n".join(f"- **{escaped(name)}**: {escaped(value)}" for name, value in part.pairs)
        case Table():
            return f"**{escaped(part.title)}**\n\n{markdown_table(part)}"
        case model.Picture():
            figures[f"{part.name}.svg"] = part.svg
            image = f"![{image_text(part.alt)}]({FIGURES}/{part.name}.svg)"
            return f"{image}\n\n{paragraph(part.caption)}" if part.caption else image
        case model.Quote():
            return f"**{escaped(part.label)}**\n\n{fenced(f'[{part.lead}]{part.text}' if part.lead else part.text)}"
        case model.Turns():
            turns = "\n".join(f"- **{escaped(turn.speaker)}**: {escaped(turn.text)}" for turn in part.turns)
            return f"**{escaped(part.label)}**\n\n{turns}"
        case model.Code():
            return fenced(part.text, "sh")
        case model.Folded():
            content = "\n\n".join(_part(inner, figures) for inner in part.parts)
            return f"<details><summary>{escaped(part.title)}</summary>\n\n{content}\n\n</details>"
        case _:
            assert_never(part)
