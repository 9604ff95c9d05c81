"""A document as a LaTeX table that needs only booktabs. All escaping for LaTeX is here."""

from __future__ import annotations

from rnnbench.core.text import one_line
from rnnbench.reports.tables.model import Document, Line, Table

LATIN = 0x17F
"""The last letter that pdflatex supports without a package."""

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "\N{EN DASH}": "--",
    '"': "''",
    # at the start of a line, a bracket is an argument of the \\ before it
    "[": "{[}",
    "]": "{]}",
}

OTHER_LETTERS = "% has letters that pdflatex does not support: compile with lualatex or xelatex and a suitable font"


def latex_text(document: Document) -> str:
    """A `table` with a `tabular` for each table, the notes below, and the run ids in comments."""
    tables = [_printed(table) for table in document.tables]
    body = [rf"  \caption{{{escaped(document.title)}. {escaped(document.verdict)}}}"]
    for table in tables:
        if table.title != document.title:
            body.append(rf"  {escaped(table.title)}\par\smallskip")
        body += [*_tabular(table), r"  \par\medskip"]
    notes = [*(note for table in tables for note in _notes(table)), document.about, *document.footnotes]
    body += [r"  \begin{minipage}{\linewidth}", *(rf"    {escaped(note)}\par" for note in notes if note)]
    head = [r"% needs \usepackage{booktabs}"]
    head += [OTHER_LETTERS] if any(ord(letter) > LATIN for line in body for letter in line) else []
    head += [f"% runs of {one_line(name)}: {' '.join(map(one_line, ids))}" for name, ids in document.runs]
    head += [r"\begin{table}[htbp]", r"  \centering", r"  \scriptsize", r"  \setlength{\tabcolsep}{2.5pt}"]
    return "\n".join([*head, *body, r"  \end{minipage}", r"\end{table}"]) + "\n"


def _printed(table: Table) -> Table:
    return table.select([place for place, column in enumerate(table.columns) if column.in_print])


def _tabular(table: Table) -> list[str]:
    spec = "".join("r" if column.is_numeric else "l" for column in table.columns)
    header = _row([escaped(column.short or column.header) for column in table.columns])
    rows = [_row(_cells(table, line)) for line in table.lines]
    return [
        rf"  \begin{{tabular}}{{{spec}}}", r"    \toprule", header, r"    \midrule", *rows, r"    \bottomrule",
        r"  \end{tabular}",
    ]  # fmt: skip


def _row(cells: list[str]) -> str:
    return rf"    {' & '.join(cells)} \\"


def _cells(table: Table, line: Line) -> list[str]:
    cells = []
    for place, (column, text) in enumerate(zip(table.columns, line.cells, strict=True)):
        is_name = line.mark == "baseline" and place == 0
        command = r"\textbf" if line.is_bold and column.is_bold else r"\textit" if is_name else ""
        cells.append(f"{command}{{{escaped(text)}}}" if command else escaped(text))
    return cells


def _notes(table: Table) -> list[str]:
    """The legend, and 'In italics: baselines. rnn: below baseline.'"""
    remarks = [f"{one_line(line.cells[0])}: {', '.join(line.remarks)}." for line in table.lines if line.remarks]
    baselines = ["In italics: baselines."] if any(line.mark == "baseline" for line in table.lines) else []
    return [table.legend, " ".join([*baselines, *remarks])]


def escaped(text: str) -> str:
    """The text on one line, with everything escaped that LaTeX reads as a command."""
    return "".join(SPECIAL.get(letter, letter) for letter in one_line(text))
