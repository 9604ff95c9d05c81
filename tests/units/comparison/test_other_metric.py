"""Runs judged by another metric than the one that chose them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.other_metric import judged_by, with_note
from rnnbench.core.errors import UnknownNameError
from rnnbench.metrics.classes import ACCURACY
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import Kind, RunRecord


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
