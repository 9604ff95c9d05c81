"""A comparison in the terminal, in colour."""

from __future__ import annotations

import shutil
import textwrap

from rich import box
from rich.table import Table
from rich.text import Text

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import Column, columns
from rnnbench.comparison.conclusion import verdict

__all__ = ["terminal_table", "verdict"]

NARROW = ("model", "test", "skill", "parameters", "wall_seconds", "trials", "seeds")
MEDIUM = ("model", "test", "skill", "p_value", "parameters", "wall_seconds", "trials", "seeds")
WIDE = (*MEDIUM[:2], "validation", *MEDIUM[2:6], "training", "inference", "memory", *MEDIUM[6:])

WIDEST = (*WIDE[:6], "own_parameters", *WIDE[6:-3], "flops", "reach", *WIDE[-3:])

SHORT = {"trials": "trials", "memory": "MB"}
SHORTEST = SHORT | {"parameters": "params"}
"""Headers that fit where the ones on paper do not: in any terminal, and in a narrow one."""

NARROW_ROOM, WIDE_ROOM, WIDEST_ROOM = 100, 160, 220
"""Below the first the fewest columns are shown, from the second on nearly all, from the third on every cost."""


def terminal_table(comparison: Comparison, width: int | None = None) -> Table:
    """The table for a terminal so many columns wide; by default the one the program runs in."""
    room = width or shutil.get_terminal_size(fallback=(100, 24)).columns
    fit = NARROW if room < NARROW_ROOM else MEDIUM if room < WIDE_ROOM else WIDE if room < WIDEST_ROOM else WIDEST
    by_key = {column.key: column for column in columns(comparison)}
    keys = tuple(key for key in fit if key in by_key)
    table = Table(
        title=Text(comparison.title),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        caption=_caption(keys),
        caption_justify="left",
    )
    for key in keys:
        column = by_key[key]
        table.add_column(
            _header(comparison, column, SHORT if room >= NARROW_ROOM else SHORTEST),
            justify="right" if column.is_numeric else "left",
            overflow="fold" if key == "model" else "ellipsis",
            no_wrap=key != "model",
            vertical="top",
        )
    for row in comparison.rows:
        table.add_row(*(_cell(comparison, row, by_key[key], 20 if room < NARROW_ROOM else 40) for key in keys))
    return table


def _header(comparison: Comparison, column: Column, short: dict[str, str]) -> Text:
    if column.key == "test":
        shown = comparison.metric
        return Text(f"test {shown.label}" + (f" {shown.unit}" if shown.unit else ""))
    return Text(short.get(column.key, column.header))


def _caption(keys: tuple[str, ...]) -> Text:
    parts = ["[ ] 95 % interval", "trials: completed/pruned/failed", "seconds: per confirm run"]
    if "p_value" in keys:
        parts.append("p: adjusted")
    return Text("; ".join(parts), style="dim")


def _cell(comparison: Comparison, row: Row, column: Column, remark_room: int) -> Text:
    text = Text(column.cell(comparison, row), style=_style(row, column))
    if column.key == "model":
        # Under the name, where there is always room: a remark must not be what a narrow terminal drops.
        for remark in row.remarks:
            for line in textwrap.wrap(remark, remark_room, initial_indent="  ", subsequent_indent="  "):
                text.append(f"\n{line}", style="not bold yellow")
    return text


def _style(row: Row, column: Column) -> str:
    if row.kind == "baseline":
        return "italic cyan" if column.key == "model" else "cyan"
    if row.in_best_group and column.key in ("model", "test"):
        return "bold yellow" if row.beats_baseline is False else "bold green"
    return "dim" if row.beats_baseline is False else ""
