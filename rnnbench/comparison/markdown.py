"""A comparison as Markdown, readable as it stands."""

from __future__ import annotations

import re

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import Column, about, columns, one_line, runs_by_row
from rnnbench.comparison.conclusion import verdict


def markdown_text(comparison: Comparison) -> str:
    """A heading, the verdict, the table, its footnotes, and the run ids in a comment."""
    shown = columns(comparison)
    lines = [f"## {escaped(comparison.title)}", "", escaped(verdict(comparison)), ""]
    lines.append(_line([escaped(column.header) for column in shown]))
    lines.append(_line(["---:" if column.is_numeric else ":---" for column in shown]))
    lines += [_line([_cell(comparison, row, column) for column in shown]) for row in comparison.rows]
    lines += ["", escaped(about(comparison)), ""]
    lines += [f"{number}. {escaped(note)}" for number, note in enumerate(comparison.footnotes, start=1)]
    lines += ["", "<!-- runs", *(f"{name}: {' '.join(ids)}" for name, ids in _runs(comparison)), "-->"]
    return "\n".join(lines) + "\n"


def _cell(comparison: Comparison, row: Row, column: Column) -> str:
    text = escaped(column.cell(comparison, row))
    if not text:
        return " "
    if row.in_best_group and column.key in ("model", "test"):
        return f"**{text}**"
    return f"*{text}*" if row.kind == "baseline" and column.key == "model" else text


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """The text with everything that Markdown, or HTML inside it, would take for markup written as itself."""
    safe = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Brackets around an interval are no link as long as no parenthesis follows, so intervals stay readable.
    safe = re.sub(r"([\\`*|~])", r"\\\1", safe).replace("](", r"]\(")
    # An underscore inside a word is only itself; at the edge of one it would open emphasis.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", safe)


def _runs(comparison: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    """Names and ids that cannot end the comment they stand in."""
    return [
        (re.sub(r"-(?=[->])|[<>]", "_", name), tuple(re.sub(r"-(?=[->])|[<>]", "_", one) for one in ids))
        for name, ids in runs_by_row(comparison)
    ]
