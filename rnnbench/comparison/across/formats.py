"""The summary as text, in the format asked for by name."""

from __future__ import annotations

from html import escape

from rnnbench.comparison.across.base import Across
from rnnbench.comparison.across.plain import csv_text, json_text
from rnnbench.comparison.across.sheets import Sheet, sheets, title
from rnnbench.comparison.across.words import verdict
from rnnbench.comparison.cells import one_line
from rnnbench.comparison.html import STYLE
from rnnbench.comparison.latex import SPECIAL
from rnnbench.comparison.markdown import escaped as markdown_escaped

FORMATS = ("csv", "md", "latex", "html", "json")

LATEX_LEAVES_OUT = ("best baseline",)
"""Columns that a page has no room for; they are in every other format."""


def render(table: Across, format: str) -> str:
    """The summary as the text of a file in one of FORMATS."""
    writers = {"csv": csv_text, "md": markdown_text, "latex": latex_text, "html": html_text, "json": json_text}
    return writers[format](table)


def markdown_text(table: Across) -> str:
    """A heading, the verdict, the tables, the footnotes, and the run ids in a comment."""
    lines = [f"## {markdown_escaped(title(table))}", "", markdown_escaped(verdict(table)), ""]
    for sheet in sheets(table):
        lines += [f"**{markdown_escaped(sheet.title)}**", ""]
        lines += [_bars(sheet.header), _bars((":---", *["---:"] * (len(sheet.header) - 1)), is_markup=True)]
        lines += [*map(_bars, sheet.rows), ""]
    lines += [f"{number}. {markdown_escaped(note)}" for number, note in enumerate(table.footnotes, start=1)]
    safe = [(name.replace("--", "__").replace(">", "_"), ids) for name, ids in runs(table)]
    lines += ["", "<!-- runs", *(f"{name}: {' '.join(ids)}" for name, ids in safe), "-->"]
    return "\n".join(lines) + "\n"


def latex_text(table: Across) -> str:
    """A `table` of three `tabular`s that need booktabs, the notes below, and the run ids in comments."""
    lines = ["% needs \\usepackage{booktabs}"]
    lines += [f"% runs of {name}: {' '.join(ids)}" for name, ids in runs(table)]
    lines += [r"\begin{table}[htbp]", r"  \centering", r"  \footnotesize", r"  \setlength{\tabcolsep}{4pt}"]
    lines += [f"  \\caption{{{_latex(title(table))}. {_latex(verdict(table))}}}"]
    for sheet in map(_narrow, sheets(table)):
        lines += [
            rf"  {_latex(sheet.title)}\par\smallskip",
            f"  \\begin{{tabular}}{{l{'r' * (len(sheet.header) - 1)}}}",
        ]
        lines += [r"    \toprule", f"    {_ampersands(sheet.header)}", r"    \midrule"]
        lines += [f"    {_ampersands(row)}" for row in sheet.rows]
        lines += [r"    \bottomrule", r"  \end{tabular}\par\medskip"]
    lines += [r"  \begin{minipage}{\linewidth}", *(rf"    {_latex(note)}\par" for note in table.footnotes)]
    lines += [r"  \end{minipage}", r"\end{table}"]
    return "\n".join(lines) + "\n"


def html_text(table: Across) -> str:
    """One page: title, verdict, tables, footnotes, and the run ids folded away; no script, nothing fetched."""
    notes = "".join(f"<li>{_html(note)}</li>\n" for note in table.footnotes)
    listed = "".join(
        f"<dt>{_html(name)}</dt><dd><code>{_html(' '.join(ids))}</code></dd>\n" for name, ids in runs(table)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_html(title(table))}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        f"<h1>{_html(title(table))}</h1>\n<p>{_html(verdict(table))}</p>\n"
        + "".join(map(_html_table, sheets(table)))
        + f'<div class="notes">\n<ol>\n{notes}</ol>\n</div>\n'
        f"<details><summary>Runs</summary>\n<dl>\n{listed}</dl>\n</details>\n</body>\n</html>\n"
    )


def runs(table: Across) -> list[tuple[str, tuple[str, ...]]]:
    """('sentiment on mr, gru', ids), ...: the runs that every number comes from."""
    found = []
    for one in table.experiments:
        found += [(one_line(f"{one.label}, {entry.encoder}"), entry.run_ids) for entry in one.entries]
        found.append((one_line(f"{one.label}, {one.baseline}"), one.baseline_run_ids))
    return found


def _narrow(sheet: Sheet) -> Sheet:
    kept = [place for place, header in enumerate(sheet.header) if header not in LATEX_LEAVES_OUT]
    header, *rows = (tuple(cells[place] for place in kept) for cells in (sheet.header, *sheet.rows))
    return Sheet(sheet.title, header, tuple(rows))


def _html_table(sheet: Sheet) -> str:
    head = "".join(f'<th scope="col"{_words(place)}>{_html(cell)}</th>' for place, cell in enumerate(sheet.header))
    rows = "".join(
        f'<tr><th scope="row" class="words">{_html(name)}</th>'
        + "".join(f"<td>{_html(cell)}</td>" for cell in cells)
        + "</tr>\n"
        for name, *cells in sheet.rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_html(sheet.title)}">\n<table>\n'
        f"<caption>{_html(sheet.title)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _words(place: int) -> str:
    return ' class="words"' if place == 0 else ""


def _bars(cells: tuple[str, ...], *, is_markup: bool = False) -> str:
    return f"| {' | '.join(cell if is_markup else markdown_escaped(cell) for cell in cells)} |"


def _ampersands(cells: tuple[str, ...]) -> str:
    return " & ".join(map(_latex, cells)) + r" \\"


def _latex(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in one_line(text))


def _html(text: str) -> str:
    return escape(one_line(text))
