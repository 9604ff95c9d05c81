"""A comparison as one HTML page: no script, nothing fetched, light and dark, readable on a phone."""

from __future__ import annotations

from html import escape

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import Column, about, columns, one_line, runs_by_row
from rnnbench.comparison.conclusion import verdict

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --rule: #d8dde4; --soft: #5b6675;
        --best: #14692f; --base: #0b5c7a; --below: #8a5a00; --group: #eef7f0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --paper: #14181e; --rule: #343c47; --soft: #9aa6b5;
          --best: #6fd08c; --base: #6cc4e4; --below: #e0b25a; --group: #1a261d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem 1rem; color: var(--ink); background: var(--paper);
       font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; overflow-wrap: normal; }
th, td { padding: .4rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
thead th { white-space: normal; vertical-align: bottom; color: var(--soft); font-weight: 600; }
.words { text-align: left; }
tr.group { background: var(--group); }
tr.group th, tr.group .test { color: var(--best); font-weight: 700; }
tbody th { font-weight: 500; }
tr.baseline th { color: var(--base); font-style: italic; }
tr.below .remarks { color: var(--below); }
.notes, details { color: var(--soft); font-size: .85rem; }
code { font-size: .8rem; }
""".strip()


def html_text(comparison: Comparison) -> str:
    """The page: title, verdict, table, footnotes, and the run ids folded away."""
    shown = columns(comparison)
    head = "".join(f'<th scope="col"{_classes(column)}>{_escaped(column.header)}</th>' for column in shown)
    notes = "".join(f"<li>{_escaped(note)}</li>\n" for note in comparison.footnotes)
    runs = "".join(
        f"<dt>{_escaped(name)}</dt><dd><code>{_escaped(' '.join(ids))}</code></dd>\n"
        for name, ids in runs_by_row(comparison)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escaped(comparison.title)}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        f"<h1>{_escaped(comparison.title)}</h1>\n<p>{_escaped(verdict(comparison))}</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="comparison">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        + "".join(_row(comparison, row, shown) for row in comparison.rows)
        + f'</tbody>\n</table>\n</div>\n<div class="notes">\n<p>{_escaped(about(comparison))}</p>\n'
        f"<ol>\n{notes}</ol>\n</div>\n"
        f"<details><summary>Runs</summary>\n<dl>\n{runs}</dl>\n</details>\n</body>\n</html>\n"
    )


def _row(comparison: Comparison, row: Row, shown: tuple[Column, ...]) -> str:
    marks = [row.kind, "group" if row.in_best_group else "", "below" if row.beats_baseline is False else ""]
    cells = []
    for column in shown:
        tag, scope = ("th", ' scope="row"') if column.key == "model" else ("td", "")
        cells.append(f"<{tag}{scope}{_classes(column)}>{_escaped(column.cell(comparison, row))}</{tag}>")
    return f'<tr class="{" ".join(mark for mark in marks if mark)}">{"".join(cells)}</tr>\n'


def _classes(column: Column) -> str:
    return f' class="{column.key}{"" if column.is_numeric else " words"}"'


def _escaped(text: str) -> str:
    return escape(one_line(text))
