"""Test splits of few independent blocks: nobody is called worse, and the verdict says what to set."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from rnnbench.comparison.across.notes import verdict as verdict_across
from rnnbench.comparison.across.summary import summarize
from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.notes.footnotes import short_notes
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.other_metric import judged_by
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import ROUNDED, render
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord

METRICS = {"forecasting": "mase", "text_generation": "bits_per_character", "sentiment": "accuracy", "own": "mase"}
OWN_FILE = {"path": "mine.csv", "test_share": 0.1}


ITEMS = {"forecasting": "windows", "text_generation": "tokens", "sentiment": "texts"}


def run(
    task: str,
    kind: Any,
    model: str,
    seed: int | None,
    scores: ExampleScores,
    *,
    settings: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> RunRecord:
    metric = METRICS[task]
    return RunRecord(
        kind, task, "mine", "f" * 64, model, metric, metric == "accuracy", seed=seed,
        tags={"choice": "a", "items": ITEMS.get(task, "own")},
        run_id=f"{kind}-{model}-{seed}", examples={metric: scores}, details=details or {},
        metrics={f"test/{metric}": scores.mean, "test/rmse": scores.mean + 1, f"validation/{metric}": 0.7},
        config={"task": {"name": task, **(settings or {})}, "data": {**(data or {})}},
    )  # fmt: skip


def records(
    task: str, examples: int, *, overlap: int | None = None, weight: float = 1.0, **changes: Any
) -> list[RunRecord]:
    """rnn is far worse than gru on each of eight seeds and on every example, and both are behind the baseline."""

    def scored(level: float) -> ExampleScores:
        values = np.full(examples, level)
        values[::2] += 0.001
        weights = np.full(examples, weight)
        if overlap is None:
            return ExampleScores.of(values, weights)
        return ExampleScores.consecutive(values, weights, overlap=overlap)

    sign = 1 if METRICS[task] == "accuracy" else -1
    runs = [
        run(task, "confirm", model, seed, scored(0.6 + sign * (ahead + seed / 1000)), **changes)
        for model, ahead in (("gru", 0.1), ("rnn", -0.1))
        for seed in range(8)
    ]
    return [*runs, run(task, "baseline", "simple", None, scored(0.6 + sign * 0.2), **changes)]


def row(table: Comparison, model: str) -> Row:
    return next(row for row in table.rows if row.model == model)


# windows of 12 rows overlap in 11: a block is 24 windows or more
TOO_SHORT: list[tuple[str, dict[str, Any]]] = [
    ("sentiment", {"examples": 1}),
    ("sentiment", {"examples": 2}),
    ("sentiment", {"examples": 4}),
    ("text_generation", {"examples": 1, "overlap": 1, "weight": 64.0}),
    ("text_generation", {"examples": 24, "overlap": 1, "weight": 64.0}),
    ("forecasting", {"examples": 1, "overlap": 12, "settings": {"horizon": 12}}),
    ("forecasting", {"examples": 60, "overlap": 12, "settings": {"horizon": 12}}),
    ("forecasting", {"examples": 119, "overlap": 12, "settings": {"horizon": 12}}),
    ("own", {"examples": 19, "overlap": 2}),
]
LONG_ENOUGH: list[tuple[str, dict[str, Any]]] = [
    ("sentiment", {"examples": 5}),
    ("text_generation", {"examples": 25, "overlap": 1, "weight": 64.0}),
    ("forecasting", {"examples": 120, "overlap": 12, "settings": {"horizon": 12}}),
    ("own", {"examples": 25, "overlap": 2}),
]


@pytest.mark.parametrize(("task", "changes"), TOO_SHORT)
def test_nobody_is_worse_and_nothing_has_an_interval_in_a_short_test_split(task: str, changes: dict[str, Any]) -> None:
    table = compare(records(task, **changes))
    gru, rnn, simple = row(table, "gru"), row(table, "rnn"), row(table, "simple")
    assert table.short_test
    assert gru.is_best
    assert not rnn.is_best
    assert gru.in_best_group
    assert rnn.in_best_group
    assert not table.marks_best
    for one in (gru, rnn, simple):
        assert (one.interval, one.behind_best, one.ahead_of_baseline, one.above_better) == (None, None, None, None)
        assert (one.p_value, one.p_value_holm, one.examples) == (None, None, 0)
    assert (gru.beats_baseline, gru.surely_beats_baseline) == (False, False)
    said = verdict(table)
    assert "gru has the best mean (" in said
    assert "too short to compare encoders" in said
    assert "worse" not in said
    assert "significantly" not in said
    assert not any(word in note for note in short_notes(table) for word in ("Bold", "Student", "95 %"))
    assert all("worse" not in remark for one in table.rows for remark in one.remarks)


@pytest.mark.parametrize(("task", "changes"), LONG_ENOUGH)
def test_five_independent_blocks_are_compared(task: str, changes: dict[str, Any]) -> None:
    table = compare(records(task, **changes))
    assert table.short_test == ""
    assert not row(table, "rnn").in_best_group
    assert row(table, "gru").interval is not None
    assert table.marks_best
    assert "significantly worse" in verdict(table)


def test_an_encoder_ahead_of_the_baseline_in_a_short_test_split_is_ahead_in_its_mean_only() -> None:
    runs = [one for one in records("sentiment", 3) if one.model != "simple"]
    weak = run("sentiment", "baseline", "weak", None, ExampleScores.of(np.full(3, 0.55)))
    table = compare([*runs, weak])
    assert row(table, "gru").beats_baseline
    assert row(table, "gru").surely_beats_baseline is False
    assert "The mean of gru is ahead of the best baseline, weak (55.0 %)." in verdict(table)


@pytest.mark.parametrize(
    ("task", "changes", "expected"),
    [
        # 60 windows of 12 rows are 71 rows; 5 blocks of 24 windows are 131 rows, of 2 x 6 windows 65 rows
        (
            "forecasting",
            {"examples": 60, "overlap": 12, "settings": {"horizon": 12}, "data": OWN_FILE},
            "the test split has 5 independent windows of 12 rows: too short to compare encoders; set task.horizon=6 or "
            "less, or set data.test_share=0.19 (at least 131 rows)",
        ),
        # the shares of a known data set, or of one with a test file of its own, are not the user's
        (
            "forecasting",
            {"examples": 60, "overlap": 12, "settings": {"horizon": 12}},
            "the test split has 5 independent windows of 12 rows: too short to compare encoders; set task.horizon=6 or "
            "less, or use a test split of at least 131 rows",
        ),
        (
            "forecasting",
            {"examples": 1, "overlap": 48, "settings": {"horizon": 48}, "data": {**OWN_FILE, "test_data": "test.csv"}},
            "the test split has 1 independent window of 48 rows: too short to compare encoders; set task.horizon=4 or "
            "less, or use a test split of at least 527 rows",
        ),
        # the suggested horizon is known from the scores by step
        (
            "forecasting",
            {
                "examples": 3, "overlap": 4, "settings": {"horizon": 0}, "data": OWN_FILE,
                "details": {"by_step": {"mase": [1.0] * 4}},
            },
            "the test split has 1 independent window of 4 rows: too short to compare encoders; use a test split of at "
            "least 43 rows",
        ),
        (
            "sentiment", {"examples": 3, "data": OWN_FILE},
            "the test split has 3 texts: too short to compare encoders; set data.test_share=0.2 (at least 5 texts)",
        ),
        (
            "sentiment", {"examples": 1},
            "the test split has 1 text: too short to compare encoders; use a test split of at least 5 texts",
        ),
        # nine pieces of 64 characters in blocks of three
        (
            "text_generation", {"examples": 9, "overlap": 1, "weight": 64.0, "data": OWN_FILE},
            "the test split has 3 independent passages of 192 characters: too short to compare encoders; set "
            "data.test_share=0.28 (at least 1,600 characters)",
        ),
        (
            "own", {"examples": 8, "overlap": 2},
            "the test split has 2 independent examples in blocks of 4: too short to compare encoders; use a test split "
            "of at least 20 examples",
        ),
    ],
)  # fmt: skip
def test_the_verdict_says_how_short_the_test_split_is_and_what_to_set(
    task: str, changes: dict[str, Any], expected: str
) -> None:
    table = compare(records(task, **changes))
    assert table.short_test == expected
    assert expected in verdict(table)


def test_every_format_has_a_dash_for_the_interval_and_no_bold() -> None:
    table = compare(records("forecasting", 60, overlap=12, settings={"horizon": 12}))
    assert [line.is_bold for line in comparison_table(table).lines] == [False, False, False]
    for format in ROUNDED:
        text = render(table, format)
        assert "\N{EN DASH}" in text or "--" in text
        assert "\\textbf" not in text
        assert "**" not in text
        assert "too short to compare encoders" in text
    written = next(csv.DictReader(io.StringIO(render(table, "csv"))))
    assert (written["test_low"], written["test_high"], written["p_value"]) == ("", "", "")
    assert written["short_test"] == table.short_test
    assert written["marks_best"] == "False"
    assert json.loads(render(table, "json"))["short_test"] == table.short_test


def test_a_metric_without_example_scores_is_judged_by_the_same_short_test_split() -> None:
    table = compare(judged_by(records("forecasting", 60, overlap=12, settings={"horizon": 12}), "rmse"))
    assert table.metric.key == "rmse"
    assert table.short_test
    assert row(table, "rnn").in_best_group


def test_runs_without_any_example_scores_have_no_known_length() -> None:
    runs = [RunRecord(**{**vars(one), "examples": {}}) for one in records("sentiment", 3)]
    assert compare(runs).short_test == ""


def test_a_summary_over_data_sets_tests_nothing_where_one_of_them_is_short() -> None:
    def table(data: str, examples: int) -> Comparison:
        runs = records("sentiment", examples)
        return compare([RunRecord(**{**vars(one), "data": data, "fingerprint": data}) for one in runs])

    both = summarize({"sentiment on long": table("long", 50), "sentiment on short": table("short", 3)})
    assert "which is not tested: the test split of sentiment on short is too short." in verdict_across(both)
    assert "beats rnn" not in verdict_across(both)
    assert all(one.win_interval is None and one.iqm_interval is None for one in both.standings)
    assert any("the test split has 3 texts" in note for note in both.footnotes)
    assert "[\N{EN DASH}]" in render(both, "md")
    long = summarize({"sentiment on long": table("long", 50), "sentiment on longer": table("longer", 60)})
    assert "gru beats rnn (100 %)" in verdict_across(long)
