"""Every renderer on one table made by hand: alignment, marks, short headers, and nothing that acts as markup."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from rnnbench.reports.tables.html import html_text
from rnnbench.reports.tables.latex import latex_text
from rnnbench.reports.tables.markdown import markdown_table, markdown_text
from rnnbench.reports.tables.model import NEVER, Column, Document, Line, Table
from rnnbench.reports.tables.terminal import terminal_table

COLUMNS = (
    Column("model", "encoder", is_numeric=False, is_bold=True),
    Column("test", "test accuracy (%) [95 % interval]", is_bold=True, short="test %", legend="[ ] 95 % interval"),
    Column("memory", "peak memory (MB)", short="MB", least_width=160, in_print=False),
    Column("remarks", "remarks", is_numeric=False, least_width=NEVER, in_print=False),
)
LINES = (
    Line(("lstm", "78.2 [78.1, 78.3]", "512", ""), is_bold=True),
    Line(("bayes", "75.0", "–", "baseline"), mark="baseline"),
    Line(("a_|b&<i>\x07\n$", "60.0", "–", "below baseline"), mark="below", remarks=("below baseline",)),
)
TABLE = Table("title", COLUMNS, LINES)
DOCUMENT = Document(
    "title", "lstm is best.", (TABLE,), "about", ("first note", "1. second"), (("lstm --> x", ("id1",)),)
)


def terminal(width: int) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(terminal_table(TABLE, width))
    return console.export_text()


def test_markdown_aligns_numbers_and_marks_rows() -> None:
    assert markdown_table(TABLE).splitlines() == [
        "| encoder | test accuracy (%) [95 % interval] | peak memory (MB) | remarks |",
        "| :--- | ---: | ---: | :--- |",
        "| **lstm** | **78.2 [78.1, 78.3]** | 512 |   |",
        "| *bayes* | 75.0 | – | baseline |",
        r"| a\_\|b&amp;&lt;i&gt; $ | 60.0 | – | below baseline |",
    ]


def test_a_markdown_document_has_the_notes_as_a_list_and_the_runs_in_a_comment() -> None:
    text = markdown_text(DOCUMENT)
    assert text.startswith("## title\n\nlstm is best.\n\n| encoder |")
    assert "\n\nabout\n\n1. first note\n2. 1\\. second\n\n<!-- runs\n" in text
    assert text.count("-->") == 1, "a name does not end the comment"


def test_latex_leaves_out_what_print_has_no_room_for_and_prints_the_legend_and_remarks_below() -> None:
    text = latex_text(DOCUMENT)
    assert r"\begin{tabular}{lr}" in text
    assert r"encoder & test \% \\" in text
    assert r"\textbf{lstm} & \textbf{78.2 {[}78.1, 78.3{]}} \\" in text
    assert r"\textit{bayes} & 75.0 \\" in text
    assert r"a\_\textbar{}b\&\textless{}i\textgreater{} \$ & 60.0 \\" in text
    notes = text.split(r"\begin{minipage}")[1]
    assert r"{[} {]} 95 \% interval\par" in notes
    assert r"In italics: baselines. a\_\textbar{}b\&\textless{}i\textgreater{} \$: below baseline.\par" in notes
    assert "peak memory" not in text


def test_html_names_the_row_in_a_header_and_escapes_every_cell() -> None:
    rows = re.findall(r"<tr class=\"(.*?)\">\n(.*?)</tr>", html_text(DOCUMENT), re.DOTALL)
    assert [classes.split() for classes, _ in rows] == [["group"], ["baseline"], ["below"]]
    assert all(row.count('<th scope="row"') == 1 and row.count("<td") == 3 for _, row in rows)
    assert "a_|b&amp;&lt;i&gt; $" in rows[2][1]
    assert "<i>" not in html_text(DOCUMENT)


@pytest.mark.parametrize(("width", "is_wide"), [(80, False), (160, True)])
def test_a_terminal_shows_the_columns_that_it_has_room_for(width: int, is_wide: bool) -> None:
    text = terminal(width)
    assert "test %" in text
    assert "[ ] 95 % interval" in text
    assert ("MB" in text) == is_wide
    assert "remarks" not in text
    assert "  below baseline" in text, "remarks are below the name"
    assert "\x07" not in text
