"""Every rendering: the same bytes for the same runs, nothing unescaped, no 'nan', every number traced to its runs."""

from __future__ import annotations

import io
import json
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from rnnbench.comparison.compare import compare
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.core.errors import UnknownNameError
from rnnbench.core.text import compact, p_text, seconds_text, signed
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import FORMATS, render
from rnnbench.reports.tables.terminal import terminal_table
from rnnbench.storage.record import RunRecord

NASTY = 'cell_a%b & <script>alert(1)</script> $x$ | {y} \\z #1 `q` *s* ~^\n--> "t"'
NAN = float("nan")


def run(kind: Any, model: str, seed: int | None, score: float, **changes: Any) -> RunRecord:
    record = RunRecord(
        kind, "sentiment", "mr_<b>", "f" * 64, model, "accuracy", True,
        seed=seed, run_id=f"id-{kind}-{model[:5]}-{'x' if seed is None else seed}",
        metrics={"validation/accuracy": score + 0.01, "test/accuracy": score},
        costs={"parameters": 123456, "wall_seconds": 83.25, "updates": NAN}, tags={"choice": "a"},
        config={"budget": {"updates": 2000, "seconds": NAN}},
        curves={"validation/accuracy": [(100, score - 0.1), (200, score), (300, NAN)]},
    )  # fmt: skip
    return replace(record, **changes)


def records() -> list[RunRecord]:
    seeds = range(8)
    return [
        *(run("confirm", "lstm", seed, 0.781 + seed / 3000) for seed in seeds),
        *(run("confirm", NASTY, seed, 0.765 + seed / 1700) for seed in seeds),
        run("confirm", "rnn", 0, NAN, outcome="diverged"),
        *(run("trial", "lstm", seed, NAN, outcome="pruned") for seed in seeds),
        run("baseline", "tfidf_logistic_regression", None, 0.77, costs={}, config={}),
        run("baseline", "broken", None, NAN, outcome="failed", costs={"wall_seconds": NAN}),
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_runs_in_any_order_give_the_same_bytes(format: str) -> None:
    expected = render(compare(records()), format)
    for seed in range(5):
        shuffled = random.Random(seed).sample(records(), len(records()))
        assert render(compare(shuffled), format) == expected


@pytest.mark.parametrize("format", FORMATS)
def test_no_rendering_says_nan_or_inf(format: str) -> None:
    text = re.sub(r"<style>.*</style>", "", render(compare(records()), format), flags=re.DOTALL)
    assert not re.search(r"\b(nan|inf|infinity|none)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("format", FORMATS)
def test_every_rendering_carries_every_run_id_and_every_footnote(format: str) -> None:
    table = compare(records())
    text = render(table, format)
    assert all(one in text for one in table.run_ids)
    assert len(table.run_ids) == 8 + 8 + 1 + 8 + 2
    assert "over seeds only" in text


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown format 'latx'\. Did you mean 'latex'"):
        render(compare(records()), "latx")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-lstm", "@sum", "\tx", "\r=1"])
def test_a_text_in_csv_is_no_formula_and_a_negative_number_stays_one(name: str) -> None:
    runs = [record for record in records() if record.model != NASTY]
    rest = [replace(record, model=name) for record in records() if record.model == NASTY]
    frame = pd.read_csv(io.StringIO(render(compare([*runs, *rest]), "csv")), keep_default_na=False, dtype=str)
    assert f"'{name}".replace("\r", "\\r") in [*frame["model"]]
    for text in frame.to_numpy().ravel():
        if text.startswith(("=", "+", "@", "\t", "\r", "-")):
            float(text)


def test_csv_read_back_by_pandas_holds_the_same_numbers() -> None:
    table = compare(records())
    frame = pd.read_csv(io.StringIO(render(table, "csv")))
    assert frame["model"].tolist() == [row.model for row in table.rows]
    for key in (
        "test",
        "validation",
        "skill",
        "p_value",
        "p_value_holm",
        "above_better",
        "parameters",
        "wall_seconds",
        "updates",
    ):
        written = [None if pd.isna(value) else value for value in frame[key]]
        assert written == [getattr(row, key) for row in table.rows]
    assert frame["test_low"][0] == table.rows[0].interval.low  # type: ignore[union-attr]
    assert frame["runs"][0].split() == list(table.rows[0].run_ids)
    assert "123456," in render(table, "csv"), "a number of parameters is written without .0"


def test_json_read_back_holds_the_whole_comparison_and_the_runs_of_every_cell() -> None:
    table = compare(records())
    read = json.loads(render(table, "json"), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert read["verdict"] == verdict(table)
    assert read["budget"] == {"seconds": None, "updates": 2000}
    for row, written in zip(table.rows, read["rows"], strict=True):
        assert (written["model"], written["test"], written["skill"]) == (row.model, row.test, row.skill)
        assert [tuple(pair) for pair in written["seed_scores"]] == list(row.seed_scores)
        assert written["cells"]["test"] == list(row.run_ids)
    assert read["rows"][0]["cells"]["trials"] == list(table.rows[0].trial_run_ids)
    tested = next(written for written in read["rows"] if written["p_value"] is not None)
    every = {run_id for row in table.encoders for run_id in row.run_ids}
    assert set(tested["cells"]["p_value"]) == every, "it is adjusted for all of them"
    assert tested["cells"]["validation"] == tested["run_ids"]


def test_the_validation_score_of_a_refit_is_traced_to_the_trial_that_made_it() -> None:
    config = {"budget": {"updates": 2000}, "search": {"refit": True}}
    confirmed = [run("confirm", "lstm", seed, 0.78, config=config, metrics={"test/accuracy": 0.78}) for seed in (1, 2)]
    trials = [run("trial", "lstm", seed, NAN, config=config, metrics={"validation/accuracy": 0.7}) for seed in (7, 8)]
    trials[1] = replace(trials[1], tags={"choice": "another"})
    (written,) = json.loads(render(compare([*confirmed, *trials]), "json"))["rows"]
    assert written["validation"] == 0.7
    assert written["cells"]["validation"] == [trials[0].run_id]


def test_markdown_rows_have_as_many_cells_as_the_header_and_escape_names() -> None:
    text = render(compare(records()), "md")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    assert len(cells) == 1
    assert cells.pop() > 12
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "**lstm** | 8 | **78.2 [78.1, 78.3]**" in text
    assert text.count("<!--") == text.count("-->") == 1, "a name does not end the comment"
    assert "tfidf_logistic_regression" in text, "underscores inside a word need no escape"


def test_html_is_well_formed_self_contained_and_escaped() -> None:
    text = render(compare(records()), "html")
    assert "<script" not in text
    assert "http" not in text
    assert "src=" not in text
    assert "<link" not in text
    assert "prefers-color-scheme: dark" in text
    assert "overflow-x: auto" in text
    assert "width=device-width" in text
    opened: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Balance().feed(text)
    assert not opened


def test_latex_is_balanced_and_every_row_has_all_columns() -> None:
    text = render(compare(records()), "latex")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    bare = re.sub(r"\\[{}$&%#_\\]", "", code)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"[$%#_~^<>|\"`]", bare.replace(r"[htbp]", "").replace("{tabular}{l", "{tabular}{l"))
    assert re.findall(r"\\begin\{(\w+)\}", code) == ["table", "tabular", "minipage"]
    assert re.findall(r"\\end\{(\w+)\}", code) == ["tabular", "minipage", "table"]
    body = code.split(r"\toprule")[1].split(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.strip().endswith(r"\\")]
    columns = len(re.search(r"\\begin\{tabular\}\{(\w+)\}", code)[1])  # type: ignore[index]
    assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {columns}


def test_latex_shows_the_p_that_bold_goes_by() -> None:
    higher = [run("confirm", "lstm", seed, 0.781 + seed / 3000) for seed in range(6)]
    lower = [run("confirm", model, seed, 0.7 + seed / 3000) for model in ("gru", "rnn") for seed in range(6)]
    table = compare([*higher, *lower])
    worse = [row for row in table.encoders if not row.in_best_group]
    assert [row.p_value_holm for row in worse] == [0.0625, 0.0625], "by this one, nobody would be worse"
    rows = [line for line in render(table, "latex").splitlines() if line.strip().startswith(("gru &", "rnn &"))]
    assert len(rows) == len(worse) == 2
    assert all(" & 0.031 & " in line for line in rows)


def test_numbers_read_as_written_by_hand() -> None:
    assert [compact(value) for value in (512, 999.7, 45_600, 999_950, 1_234_567, 2.5, None)] == [
        "512", "1.00k", "45.6k", "1.00M", "1.23M", "2.50", "\N{EN DASH}",
    ]  # fmt: skip
    assert [seconds_text(value) for value in (1.234, 86.31, 1234.5)] == ["1.23", "86.3", "1,234"]
    assert [signed(value) for value in (0.0564, -0.2, -0.00001)] == ["+0.056", "-0.200", "+0.000"]
    assert [p_text(value) for value in (0.03125, 0.00001, None)] == ["0.031", "<0.001", "\N{EN DASH}"]


def shown(width: int) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(terminal_table(comparison_table(compare(records()[:8] + records()[16:])), width))
    return console.export_text()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_terminal_table_fits_and_keeps_every_number_whole(width: int) -> None:
    text = shown(width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("78.2 [78.1, 78.3]", "+0.053", "123k", "83.2", "0/8/0", "0 of 1", "1 of 1 seeds", "diverged"):
        assert part in text
    assert "…" not in text
    assert ("validation" in text) == (width == 160)
