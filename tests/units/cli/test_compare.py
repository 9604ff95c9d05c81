"""What a comparison prints: tables, the verdict, footnotes, and where its files are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rnnbench.cli import compare
from rnnbench.cli.console import PlainConsole
from rnnbench.core.errors import UnknownNameError
from rnnbench.reports.tables.model import Table


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    text = io.StringIO()
    monkeypatch.setattr(compare, "out", PlainConsole(file=text, width=100))
    return text


def test_the_verdict_is_between_the_tables_and_the_footnotes(printed: io.StringIO) -> None:
    tables = [Table.of_text(title, ("encoder", "score"), [("[gru]", "0.5")]) for title in ("first", "second")]
    compare.print_tables(tables, "[gru] is best.", ["One [note].", "Another."])
    lines = [line.strip() for line in printed.getvalue().splitlines() if line.strip()]
    order = [lines.index(text) for text in ("first", "second", "[gru] is best.", "One [note].", "Another.")]
    assert order == sorted(order)
    assert sum(line.startswith("[gru]  ") for line in lines) == 2, "a name in brackets is not markup"


def test_written_files_are_one_line_with_their_number_and_folder(
    printed: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    compare.print_folder([Path.cwd() / "exports" / name for name in ("a.csv", "b.csv")])
    compare.print_folder([tmp_path / "elsewhere" / "a.csv"])
    assert printed.getvalue() == f"2 files in exports/\n1 files in {tmp_path}/elsewhere/\n"


def test_a_format_of_another_name_is_refused_with_the_nearest() -> None:
    compare.check_format("table")
    with pytest.raises(UnknownNameError, match="Did you mean 'latex'"):
        compare.check_format("latx")
