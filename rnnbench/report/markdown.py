"""A report as Markdown, its figures beside it: nothing that data or names hold acts as markup."""

from __future__ import annotations

import re
from typing import assert_never

from rnnbench.comparison.markdown import escaped
from rnnbench.report.base import (
    Code,
    Facts,
    Folded,
    Heading,
    Line,
    Material,
    Part,
    Picture,
    Points,
    Quote,
    Section,
    Table,
    Words,
)
from rnnbench.report.html import printable
from rnnbench.report.sections import sections

FIGURES = "figures"


def markdown_text(material: Material) -> tuple[str, dict[str, bytes]]:
    """The text, and the figures that it shows by their place beside it."""
    figures: dict[str, bytes] = {}
    blocks = [f"# {_begun(f'{material.name} on {material.comparison.data}')}"]
    for section in sections(material):
        blocks += _section(section, figures)
    return "\n\n".join(blocks) + "\n", figures


def _section(section: Section, figures: dict[str, bytes]) -> list[str]:
    return [f"## {escaped(section.title)}", *(_part(part, figures) for part in section.parts)]


def _part(part: Part, figures: dict[str, bytes]) -> str:
    match part:
        case Words(text=text):
            return _begun(text)
        case Heading(text=text):
            return f"### {_begun(text)}"
        case Points(texts=texts):
            return "\n".join(f"{number}. {_begun(text)}" for number, text in enumerate(texts, start=1))
        case Facts(pairs=pairs):
            return "\n".join(f"- **{escaped(name)}**: {escaped(value)}" for name, value in pairs)
        case Table():
            return _table(part)
        case Picture():
            figures[f"{part.name}.svg"] = part.svg
            shown = f"![{_bracketed(part.alt)}]({FIGURES}/{part.name}.svg)"
            return f"{shown}\n\n{_begun(part.caption)}" if part.caption else shown
        case Quote():
            return f"**{escaped(part.label)}**\n\n{_fenced(f'[{part.lead}]{part.text}' if part.lead else part.text)}"
        case Code(text=text):
            return _fenced(text, "sh")
        case Folded(title=title, parts=parts):
            inner = "\n\n".join(_part(one, figures) for one in parts)
            return f"<details><summary>{escaped(title)}</summary>\n\n{inner}\n\n</details>"
        case _:
            assert_never(part)


def _table(table: Table) -> str:
    rules = ["---:" if is_numeric else ":---" for is_numeric in table.is_numeric]
    rows = [[escaped(header) for header in table.headers], rules, *(_cells(table, line) for line in table.lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(table: Table, line: Line) -> list[str]:
    found = []
    for number, text in enumerate(line.cells):
        cell = escaped(text) or " "
        is_bold = line.is_bold and number in table.bold and cell != " "
        found.append(f"**{cell}**" if is_bold else f"*{cell}*" if line.mark == "baseline" and number == 0 else cell)
    return found


def _begun(text: str) -> str:
    """The text as a paragraph of its own: its first letters open no heading, list, fence or definition."""
    return re.sub(r"^([#+=\-\[:]|\d+(?=[.)]))", _backslashed, escaped(text))


def _backslashed(found: re.Match[str]) -> str:
    first = found.group()
    return f"{first}\\" if first.isdigit() else f"\\{first}"


def _bracketed(text: str) -> str:
    """The text as what stands for a picture."""
    return re.sub(r"([\[\]])", r"\\\1", escaped(text))


def _fenced(text: str, language: str = "") -> str:
    """The text as it is, in a fence longer than any in it."""
    text = printable(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language or 'text'}\n{text}\n{fence}"
