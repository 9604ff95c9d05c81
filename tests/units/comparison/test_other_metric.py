"""Runs judged by another metric than the one that chose them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.other_metric import judged_by, with_note
from rnnbench.core.errors import UnknownNameError
from rnnbench.core.text import MISSING
from rnnbench.metrics.classes import ACCURACY
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import LEFT_OUT, Kind, RunRecord


def run(kind: Kind, model: str, seed: int | None, accuracy: float, loss: float | None) -> RunRecord:
    metrics = {"validation/accuracy": accuracy, "test/accuracy": accuracy}
    if loss is not None:
        metrics["test/log_loss"] = loss
    examples = {"accuracy": ExampleScores.of(np.full(6, accuracy))}
    return RunRecord(
        kind, "sentiment", "mr", "f", model, "accuracy", True, seed=seed, metrics=metrics, tags={"choice": "a"},
        examples=examples,
    )  # fmt: skip


RECORDS = [
    *(run("confirm", "gru", seed, 0.8, 0.6 + seed / 100) for seed in range(3)),
    *(run("confirm", "rnn", seed, 0.7, 0.5 + seed / 100) for seed in range(3)),
    run("baseline", "majority", None, 0.5, None),
]


def test_the_order_follows_the_metric_asked_for_and_its_own_direction() -> None:
    table = compare(judged_by(RECORDS, "log_loss"))
    assert [row.model for row in table.encoders] == ["rnn", "gru"]
    assert [row.test for row in table.encoders] == pytest.approx([0.51, 0.61])
    assert not table.higher_is_better


def test_a_baseline_without_that_metric_stays_without_a_score() -> None:
    table = compare(judged_by(RECORDS, "log_loss"))
    (majority,) = table.baselines
    assert majority.test is None
    assert "No baseline has this metric, so there is no skill." in table.footnotes
    assert not any("rnnbench baselines" in note for note in table.footnotes)


def test_scores_of_examples_are_not_taken_for_those_of_another_metric() -> None:
    assert all(row.examples == 0 for row in compare(judged_by(RECORDS, "log_loss")).rows)
    assert all(row.examples == 6 for row in compare(judged_by(RECORDS, "accuracy")).rows)


def test_the_metric_asked_for_has_the_scores_of_its_own_examples() -> None:
    losses = [ExampleScores.of(np.linspace(0.1, 1.0, 50) + seed / 100) for seed in range(3)]
    records = [
        replace(one, metrics={**one.metrics, "test/log_loss": loss.mean}, examples={**one.examples, "log_loss": loss})
        for one, loss in zip(RECORDS, losses, strict=False)
    ]
    (row,) = compare(judged_by(records, "log_loss")).encoders
    assert (row.examples, row.test) == (50, pytest.approx(0.56))


def test_nats_have_the_intervals_of_bits_in_another_unit() -> None:
    generator = np.random.default_rng(0)
    records = []
    for model, level in (("gru", 2.0), ("rnn", 2.1)):
        for seed in range(6):
            examples = ExampleScores.of(level + 0.1 * generator.standard_normal(40))
            bits = {"validation/bits_per_character": level, "test/bits_per_character": examples.mean}
            metrics = bits | {"test/nats_per_character": examples.mean * math.log(2)}
            records.append(
                replace(
                    run("confirm", model, seed, 0.0, None), metric="bits_per_character", higher_is_better=False,
                    metrics=metrics, examples={"bits_per_character": examples},
                )
            )  # fmt: skip
    in_bits, in_nats = compare(records), compare(judged_by(records, "nats_per_character"))
    for bits_row, nats_row in zip(in_bits.encoders, in_nats.encoders, strict=True):
        assert nats_row.examples == bits_row.examples == 40
        assert nats_row.interval.low == pytest.approx(bits_row.interval.low * math.log(2), rel=1e-5)
        assert nats_row.interval.high == pytest.approx(bits_row.interval.high * math.log(2), rel=1e-5)


def test_a_footnote_names_the_metric_of_the_selection_where_it_is_another() -> None:
    table = with_note(compare(judged_by(RECORDS, "log_loss")), ACCURACY)
    assert (
        table.footnotes[0] == "Compared by log loss. Configurations and epochs were chosen by accuracy on validation."
    )
    own = compare(RECORDS)
    assert with_note(own, ACCURACY) is own


def test_a_metric_that_no_confirmation_logged_is_refused_with_those_that_were() -> None:
    with pytest.raises(UnknownNameError, match="log_loss"):
        judged_by(RECORDS, "loss")


TEXTS_ONLY = RunRecord(
    "baseline", "sentiment", "mr", "f", "texts_only", "accuracy", True, metrics={"test/log_loss": 0.9},
    costs={"parameters": 12.0, "wall_seconds": 3.0}, run_id="t",
)  # fmt: skip


def test_a_baseline_without_the_selecting_metric_is_a_row_with_a_dash_and_its_costs() -> None:
    table = compare([*RECORDS, TEXTS_ONLY])
    row = table.rows[-1]
    assert (row.model, row.test, row.validation, row.skill) == ("texts_only", None, None, None)
    assert (row.parameters, row.wall_seconds) == (12, 3)
    assert (row.run_ids, row.lost_run_ids, row.remarks) == (("t",), (), ("scored by other metrics only",))
    assert table.best_baseline is not None
    assert table.best_baseline.model == "majority"
    (line,) = [line for line in comparison_table(table).lines if "texts_only" in line.cells]
    assert MISSING in line.cells
    assert "12" in line.cells


def test_a_footnote_names_baselines_without_the_metric_and_those_that_they_have() -> None:
    (note,) = [note for note in compare([*RECORDS, TEXTS_ONLY]).footnotes if "texts_only" in note]
    assert note == "texts_only has no accuracy. Type: rnnbench compare sentiment --metric log_loss"
    two = replace(TEXTS_ONLY, model="other", metrics={"test/rouge": 0.5})
    notes = compare([*RECORDS, TEXTS_ONLY, two]).footnotes
    assert any(note.startswith("other and texts_only have no accuracy.") for note in notes)
    (note,) = [note for note in compare([*RECORDS, two]).footnotes if note.startswith("other ")]
    assert note == "other has no accuracy.", "no encoder has its metric"


def test_by_its_own_metric_such_a_baseline_is_compared() -> None:
    table = compare(judged_by([*RECORDS, TEXTS_ONLY], "log_loss"))
    assert table.best_baseline is not None
    assert (table.best_baseline.model, table.best_baseline.test) == ("texts_only", 0.9)
    assert all(row.beats_baseline for row in table.encoders)


@pytest.mark.parametrize(("change", "remark"), [
    ({"metrics": {}}, "without a test score"),
    ({"metrics": {"test/log_loss": math.nan}}, "without a test score"),
    ({"metrics": {}, "tags": {LEFT_OUT: "too slow"}}, "left out: too slow"),
    ({"metrics": {}, "outcome": "failed"}, "failed"),
    ({"outcome": "interrupted"}, "interrupted"),
])  # fmt: skip
def test_a_baseline_without_any_score_is_not_taken_for_one(change: dict[str, Any], remark: str) -> None:
    table = compare([*RECORDS, replace(TEXTS_ONLY, **change)])
    assert table.rows[-1].remarks == (remark,)
    assert table.rows[-1].parameters is None
    assert f"Baseline texts_only has no test score: {remark}." in table.footnotes
