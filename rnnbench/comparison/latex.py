"""A comparison as a LaTeX table that needs booktabs and nothing else."""

from __future__ import annotations

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import Column, about, columns, one_line, runs_by_row
from rnnbench.comparison.conclusion import verdict

SHOWN = ("model", "seeds", "test", "skill", "p_value", "parameters", "wall_seconds", "trials")
"""The columns that a page of text has room for; remarks stand below the table, and every other format has the rest."""

LATIN = 0x17F
"""The last letter that LaTeX knows without a package."""

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
    # A bracket at the start of a line would be read as an argument of the \\ before it.
    "[": "{[}",
    "]": "{]}",
}


def latex_text(comparison: Comparison) -> str:
    """A `table` with a `tabular`, the notes below it, and the run ids in comments."""
    shown = [column for column in columns(comparison) if column.key in SHOWN]
    lines = ["% needs \\usepackage{booktabs}"]
    if any(ord(letter) > LATIN and letter not in SPECIAL for letter in _told(comparison)):
        lines.append(
            "% has letters that pdflatex does not know: compile it with lualatex or xelatex and a font of theirs"
        )
    lines += [f"% runs of {one_line(name)}: {' '.join(ids)}" for name, ids in runs_by_row(comparison)]
    lines += [
        r"\begin{table}[htbp]",
        r"  \centering",
        r"  \scriptsize",
        r"  \setlength{\tabcolsep}{2.5pt}",
        f"  \\caption{{{_escaped(comparison.title)}. {_escaped(verdict(comparison))}}}",
        f"  \\begin{{tabular}}{{{''.join('r' if column.is_numeric else 'l' for column in shown)}}}",
        r"    \toprule",
        f"    {_line([_header(column) for column in shown])}",
        r"    \midrule",
    ]
    lines += [f"    {_line([_cell(comparison, row, column) for column in shown])}" for row in comparison.rows]
    lines += [r"    \bottomrule", r"  \end{tabular}", "", r"  \medskip", r"  \begin{minipage}{\linewidth}"]
    notes = (_remarks(comparison), about(comparison), *comparison.footnotes)
    lines += [rf"    {_escaped(note)}\par" for note in notes if note]
    lines += [r"  \end{minipage}", r"\end{table}"]
    return "\n".join(lines) + "\n"


def _told(comparison: Comparison) -> str:
    """Every word of the table."""
    cells = [column.cell(comparison, row) for column in columns(comparison) for row in comparison.rows]
    return "".join((comparison.title, about(comparison), verdict(comparison), *comparison.footnotes, *cells))


def _remarks(comparison: Comparison) -> str:
    """'In italics: baselines. rnn: below baseline.'"""
    told = [f"{one_line(row.model)}: {', '.join(row.remarks)}." for row in comparison.rows if row.remarks]
    return " ".join([*(["In italics: baselines."] if comparison.baselines else []), *told])


def _header(column: Column) -> str:
    """The header, on two lines where it is a long one."""
    text = "trials (c/p/f)" if column.key == "trials" else column.header
    first, bracket, rest = text.partition(" [" if " [" in text else " (")
    if not bracket:
        return _escaped(text)
    return rf"\shortstack[{'r' if column.is_numeric else 'l'}]{{{_escaped(first)}\\{_escaped(bracket.strip() + rest)}}}"


def _cell(comparison: Comparison, row: Row, column: Column) -> str:
    text = _escaped(column.cell(comparison, row))
    if row.in_best_group and column.key in ("model", "test"):
        return rf"\textbf{{{text}}}"
    return rf"\textit{{{text}}}" if row.kind == "baseline" and column.key == "model" else text


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in one_line(text))
