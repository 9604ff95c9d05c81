"""Tables and documents as Markdown. All escaping for Markdown is here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnbench.core.text import one_line, printable
from rnnbench.reports.tables.model import Document, Line, Table


def markdown_text(document: Document) -> str:
    """A heading, the verdict, the tables, the footnotes, and the run ids in a comment."""
    blocks = [f"## {escaped(document.title)}", paragraph(document.verdict)]
    for table in document.tables:
        if table.title != document.title:
            blocks.append(f"**{escaped(table.title)}**")
        blocks.append(markdown_table(table))
    blocks += [paragraph(document.about)] if document.about else []
    blocks += [numbered(document.footnotes)] if document.footnotes else []
    runs = [f"{_in_comment(name)}: {' '.join(map(_in_comment, ids))}" for name, ids in document.runs]
    blocks.append("\n".join(["<!-- runs", *runs, "-->"]))
    return "\n\n".join(blocks) + "\n"


def markdown_table(table: Table) -> str:
    """Header, rule and rows."""
    rule = ["---:" if column.is_numeric else ":---" for column in table.columns]
    rows = [[escaped(column.header) for column in table.columns], rule, *(_cells(table, line) for line in table.lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(table: Table, line: Line) -> list[str]:
    cells = []
    for place, (column, text) in enumerate(zip(table.columns, line.cells, strict=True)):
        cell = escaped(text)
        mark = "**" if line.is_bold and column.is_bold else "*" if line.mark == "baseline" and place == 0 else ""
        cells.append(f"{mark}{cell}{mark}" if cell else " ")
    return cells


def escaped(text: str) -> str:
    """The text on one line, escaped for Markdown and for HTML inside of it."""
    safe = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # brackets are a link only before a parenthesis, so intervals stay readable
    safe = re.sub(r"([\\`*|~])", r"\\\1", safe).replace("](", r"]\(")
    # an underscore at the edge of a word opens emphasis
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", safe)


def paragraph(text: str) -> str:
    """The text as a paragraph whose first letters start no heading, list, fence or definition."""
    return re.sub(r"^([#+=\-\[:]|\d+(?=[.)]))", _backslashed, escaped(text))


def _backslashed(match: re.Match[str]) -> str:
    first = match.group()
    return f"{first}\\" if first.isdigit() else f"\\{first}"


def numbered(texts: Sequence[str]) -> str:
    """A numbered list."""
    return "\n".join(f"{number}. {paragraph(text)}" for number, text in enumerate(texts, start=1))


def image_text(text: str) -> str:
    """The text as the description of an image."""
    return re.sub(r"([\[\]])", r"\\\1", escaped(text))


def fenced(text: str, language: str = "text") -> str:
    """The text with its line breaks, in a fence longer than any in it."""
    text = printable(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _in_comment(text: str) -> str:
    """The text without what ends an HTML comment."""
    return re.sub(r"-(?=[->])|[<>]", "_", one_line(text))
