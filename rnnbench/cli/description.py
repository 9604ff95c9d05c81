"""How a data set or a file is understood, as a block of lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rnnbench.data.description import Description


def print_description(description: Description, console: Console) -> None:
    """Print name, title, how the data set was read and split, and the warnings."""
    facts = description.facts
    console.print(Text.assemble((facts.name, "bold"), f"  {facts.title}"), soft_wrap=True)
    print_lines(description.lines, description.warnings, console)


def print_lines(lines: Iterable[tuple[str, str]], warnings: Iterable[str], console: Console) -> None:
    """Print (label, value) lines, each label once, and the warnings below them."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for label, value in lines:
        table.add_row("" if label == before else label, value)
        before = label
    console.print(table)
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
