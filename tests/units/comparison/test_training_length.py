"""How often the training data were read, runs still improving at the end, and quick runs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison
from rnnbench.comparison.notes.footnotes import short_notes
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.training_length import improving_runs, passes_text
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import FORMATS, render
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import QUICK, RunRecord

IMPROVING = {"updates": 100.0, "best_update": 100.0}
CONVERGED = {"updates": 100.0, "best_update": 90.0}


def run(
    model: str, seed: int, score: float, costs: dict[str, float], *, task: str = "sentiment", **changes: Any
) -> RunRecord:
    scores = ExampleScores.of(np.full(50, score) + np.arange(50) / 1e6)
    return RunRecord(
        "confirm", task, "mr", "f" * 64, model, "accuracy", True, seed=seed, run_id=f"{model}-{seed}", costs=costs,
        metrics={"test/accuracy": scores.mean, "validation/accuracy": 0.7}, examples={"accuracy": scores},
        **{"tags": {"choice": "a"}, **changes},
    )  # fmt: skip


def records(epochs: dict[str, float | None], *, seeds: int = 6, **changes: Any) -> list[RunRecord]:
    """gru is better than rnn on every seed; None leaves the passes out, as runs of an old version do."""
    levels = {"gru": 0.8, "rnn": 0.6}
    return [
        run(model, seed, levels[model] + seed / 1000, {} if often is None else {"epochs": often}, **changes)
        for model, often in epochs.items()
        for seed in range(seeds)
    ]


def improving(**counts: int) -> Comparison:
    """Four runs of each encoder, so many of them still improving."""
    runs = [
        run(model, seed, 0.8, IMPROVING if seed < count else CONVERGED)
        for model, count in counts.items()
        for seed in range(4)
    ]
    return compare(runs)


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (IMPROVING, 1),
        ({"updates": 100.0, "best_update": 91.0}, 1),  # within the last tenth
        (CONVERGED, 0),
        ({"updates": 1.0, "best_update": 1.0}, 1),  # a single validation
        ({"updates": 100.0, "best_update": 0.0}, 0),  # never validated
        ({"updates": 100.0}, None),
        ({"best_update": 5.0}, None),
        ({"updates": float("nan"), "best_update": 5.0}, None),
        ({}, None),
    ],
)
def test_a_run_was_improving_at_the_end_if_its_best_score_is_in_the_last_tenth(
    costs: dict[str, float], expected: int | None
) -> None:
    assert improving_runs([run("gru", 1, 0.8, costs)]) == expected


def test_a_run_trained_on_validation_too_has_no_best_validation() -> None:
    refitted = run("gru", 1, 0.8, IMPROVING, config={"search": {"refit": True}})
    assert improving_runs([refitted]) is None
    assert improving_runs([refitted, run("gru", 2, 0.8, IMPROVING)]) == 1


def test_runs_still_improving_are_counted_and_shown_in_short_where_they_are_most_of_an_encoder() -> None:
    some, most = improving(gru=2, rnn=0), improving(gru=3, rnn=0)
    counts = "(best in the last tenth of the updates): {}."
    assert any(counts.format("gru 2 of 4, rnn 0 of 4") in note for note in some.footnotes)
    assert any(counts.format("gru 3 of 4, rnn 0 of 4") in note for note in most.footnotes)
    assert not any("improving" in note for note in short_notes(some))
    assert "Still improving at the end: gru 3 of 4, rnn 0 of 4 runs." in short_notes(most)
    assert [row.improving_runs for row in most.rows] == [3, 0]
    assert [one["improving_runs"] for one in csv.DictReader(io.StringIO(render(most, "csv")))] == ["3", "0"]


def test_old_runs_without_these_facts_have_no_note_on_them() -> None:
    table = compare(records({"gru": None, "rnn": None}))
    assert [(row.epochs, row.improving_runs) for row in table.rows] == [(None, None)] * 2
    assert not any("improving" in note or "Passes" in note for note in table.footnotes)
    assert "epochs" not in [column.key for column in comparison_table(table).columns]


def test_passes_over_the_training_data_are_a_column_and_a_note() -> None:
    table = compare(records({"gru": 0.0632, "rnn": 12.4}))
    assert [row.epochs for row in table.rows] == pytest.approx([0.0632, 12.4])
    assert any(note.endswith("gru 6.3 %, rnn 12 times.") for note in table.footnotes if note.startswith("Passes"))
    epochs = next(place for place, one in enumerate(comparison_table(table).columns) if one.key == "epochs")
    assert [line.cells[epochs] for line in comparison_table(table).lines] == ["0.063", "12"]
    assert json.loads(render(table, "json"))["rows"][0]["epochs"] == pytest.approx(0.0632)


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (0.0012, "0.12 %"),
        (0.063, "6.3 %"),
        (0.5, "50 %"),
        (0.994, "99 %"),
        (1.0, "1.0 times"),
        (3.25, "3.2 times"),
        (1250, "1,250 times"),
    ],
)
def test_less_than_one_pass_is_a_share(epochs: float, expected: str) -> None:
    assert passes_text(epochs) == expected


@pytest.mark.parametrize(
    ("task", "epochs", "expected"),
    [
        ("text_generation", {"gru": 0.06, "rnn": 0.06}, "quick run: 6 % of the training data read once"),
        ("text_generation", {"gru": 0.06, "rnn": 0.25}, "quick run: 6 to 25 % of the training data read once"),
        ("sentiment", {"gru": 2.0, "rnn": 2.0}, "quick run: training data read 2.0 times"),
        ("forecasting", {"gru": 0.5, "rnn": 3.0}, "quick run: training data read 50 % to 3.0 times"),
        ("capitals", {"gru": 2.0, "rnn": 11.0}, "quick run: training data read 2.0 to 11 times"),
        ("sentiment", {"gru": None, "rnn": None}, "quick run"),
    ],
)
def test_a_quick_run_says_how_much_it_read(task: str, epochs: dict[str, float | None], expected: str) -> None:
    table = compare(records(epochs, task=task), is_quick=True)
    assert table.quick.startswith(expected)
    assert table.quick.endswith("too short to choose by")


@pytest.mark.parametrize("recorded", [True, False])
def test_a_quick_run_says_so_in_title_verdict_and_every_format_and_has_no_bold(recorded: bool) -> None:
    tags = {"choice": "a", **({QUICK: "True"} if recorded else {})}
    table = compare(records({"gru": 0.06, "rnn": 0.06}, tags=tags), is_quick=not recorded)
    assert table.title == "sentiment on mr (quick run)"
    sentence = "Quick run: 6 % of the training data read once; too short to choose by."
    assert verdict(table).startswith(sentence)
    assert not any(line.is_bold for line in comparison_table(table).lines)
    assert not any("Bold" in note for note in (*table.footnotes, *short_notes(table)))
    for format in FORMATS:
        assert "uick run: 6" in render(table, format)


def test_other_runs_are_not_quick_and_have_bold() -> None:
    table = compare(records({"gru": 0.06, "rnn": 0.06}))
    assert (table.quick, table.title) == ("", "sentiment on mr")
    assert "uick" not in verdict(table)
    assert [line.is_bold for line in comparison_table(table).lines] == [True, False]


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_nothing_is_bold_with_too_few_seeds_for_a_difference(seeds: int) -> None:
    table = compare(records({"gru": None, "rnn": None}, seeds=seeds))
    assert not table.marks_best
    assert not any(line.is_bold for line in comparison_table(table).lines)
    assert not any("Bold" in note for note in short_notes(table))


def test_an_encoder_alone_is_not_bold() -> None:
    table = compare(records({"gru": None}))
    assert not any(line.is_bold for line in comparison_table(table).lines)
