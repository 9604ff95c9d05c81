"""The LaTeX table, read by a parser of LaTeX, and compiled where LaTeX is installed: booktabs is all it needs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec
from pylatexenc.latex2text import get_default_latex_context_db as get_default_latex_context_db_of_text
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMacroNode, LatexWalker, get_default_latex_context_db
from pylatexenc.macrospec import MacroSpec, std_environment

from rnnbench.comparison.compare import compare
from rnnbench.core.text import one_line
from rnnbench.reports.tables.formats import render
from rnnbench.storage.record import RunRecord

NASTY = (
    "a_b",
    "50% & more",
    "#1 ~tilde^",
    "back\\slash {braces} $x$",
    "q`\"'[x]|<y>",
    "\\\\ \\end{tabular}",
    "%",
    "{",
    "_",
)
KNOWN = {
    *("centering", "setlength", "tabcolsep", "caption", "medskip", "par", "linewidth"),
    *("toprule", "midrule", "bottomrule", "textbf", "textit", "\\", "&", "%", "$", "#", "_", "{", "}"),
    *("textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "textasciigrave"),
    *("shortstack", "scriptsize"),
}
"""Commands of LaTeX itself, and the three rules of booktabs."""


def nasty_table(names: tuple[str, ...] = NASTY) -> str:
    def run(kind: Any, model: str, seed: int | None, score: float) -> RunRecord:
        return RunRecord(
            kind, "sentiment", "my_data & 50%", "f" * 64, model, "accuracy", True, seed=seed, run_id=f"r{seed}",
            metrics={"validation/accuracy": score, "test/accuracy": score}, costs={"parameters": 1234.0},
        )  # fmt: skip

    records = [
        run("confirm", name, seed, 0.9 - place / 50 + seed / 900) for place, name in enumerate(names) for seed in (1, 2)
    ]
    return render(compare([*records, run("baseline", "tf_idf", None, 0.85)]), "latex")


def nodes_of(text: str) -> list[Any]:
    """The parse of a text, which fails where a brace or an environment is not closed."""
    context = get_default_latex_context_db()
    macros = [MacroSpec("setlength", "{{"), MacroSpec("caption", "{")]
    context.add_context_category("table", prepend=True, macros=macros, environments=[std_environment("minipage", "{")])
    nodes, _, _ = LatexWalker(text, latex_context=context, tolerant_parsing=False).get_latex_nodes()
    return nodes


def everything(nodes: list[Any]) -> Iterator[Any]:
    for node in nodes:
        if node is None:
            continue
        yield node
        arguments = node.nodeargd.argnlist if getattr(node, "nodeargd", None) else []
        yield from everything([*(getattr(node, "nodelist", None) or []), *arguments])


def cells_of(text: str) -> list[list[str]]:
    """The cells of every row between the rules, as LaTeX would print them."""
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    rows = [line.strip() for line in body.strip().splitlines()]
    assert all(row.endswith(r"\\") for row in rows)
    split = [row.removesuffix(r"\\").split(" & ") for row in rows]
    return [[printed(cell) for cell in row] for row in split]


def printed(cell: str) -> str:
    """What LaTeX would print; a straight double quote is two single ones, as LaTeX has none."""
    context = get_default_latex_context_db_of_text()
    signs = {"textless": "<", "textgreater": ">", "textbar": "|"}
    context.add_context_category(
        "signs", prepend=True, macros=[MacroTextSpec(name, sign) for name, sign in signs.items()]
    )
    text = LatexNodes2Text(latex_context=context, keep_comments=True).latex_to_text(cell)
    return text.strip().replace("\u02c6", "^").replace("\u201d", '"')


def test_every_brace_and_environment_is_closed_and_every_command_is_of_latex_or_booktabs() -> None:
    nodes = [*everything(nodes_of(nasty_table()))]
    assert {node.macroname for node in nodes if isinstance(node, LatexMacroNode)} <= KNOWN
    environments = [node.environmentname for node in nodes if isinstance(node, LatexEnvironmentNode)]
    assert environments == ["table", "tabular", "minipage"]


def test_a_parser_reads_every_name_back_as_it_was_given() -> None:
    assert {row[0] for row in cells_of(nasty_table())} == {one_line(name) for name in (*NASTY, "tf_idf")}


@pytest.mark.parametrize("name", NASTY)
def test_the_best_encoder_may_have_any_name(name: str) -> None:
    text = nasty_table((name, "other"))
    assert nodes_of(text)
    assert cells_of(text)[0][0] == one_line(name)


def test_every_row_has_as_many_cells_as_the_table_has_columns() -> None:
    text = nasty_table()
    columns = text.split(r"\begin{tabular}{")[1].split("}")[0]
    rows = cells_of(text)
    assert len(rows) == len(NASTY) + 1
    assert {len(row) for row in rows} == {len(columns)}


def test_letters_that_pdflatex_does_not_know_are_told() -> None:
    assert "lualatex" in nasty_table(("한국어", "b"))
    assert "lualatex" not in nasty_table()


@pytest.mark.skipif(not any(map(shutil.which, ("pdflatex", "tectonic"))), reason="needs pdflatex or tectonic")
@pytest.mark.parametrize("names", [NASTY, ("transformer", "lstm", "gru")])
def test_it_compiles_with_booktabs_alone_and_names_of_usual_length_fit_a_page(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    document = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n%s\\end{document}\n"
    (tmp_path / "a.tex").write_text(document % nasty_table(names), encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "a.tex"] if shutil.which("pdflatex") else ["tectonic", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "a.pdf").stat().st_size > 1000
    assert names is NASTY or "Overfull" not in done.stdout
