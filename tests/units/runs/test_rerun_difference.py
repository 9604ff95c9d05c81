"""Two runs are compared bit for bit: the first value that differs, where it is, and by how much."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnnbench.runs.rerun_difference import Content, Difference, compare_runs
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import WEIGHTS_SHA256, RunRecord

RECORD = RunRecord(
    kind="confirm",
    task="sentiment",
    data="small",
    fingerprint="f",
    model="gru",
    metric="accuracy",
    higher_is_better=True,
    metrics={"validation/accuracy": 0.75, "test/accuracy": 0.5},
    curves={"validation_accuracy": [(2, 0.5), (4, 0.75)], "train_loss": [(4, 0.6)], "seconds": [(2, 1.0), (4, 2.0)]},
    costs={"training_seconds": 2.0},
    tags={WEIGHTS_SHA256: "a" * 64},
    examples={"accuracy": ExampleScores.of([0.0, 1.0, 1.0, 0.0])},
)
LOSSES = np.array([0.75, 0.5, 0.25, 0.125])
RUN = Content(RECORD, LOSSES)
NEXT_FLOAT32 = float(np.nextafter(np.float32(0.25), np.float32(1)))


def changed(**fields):
    return Content(replace(RECORD, **fields), LOSSES)


def with_losses(*losses):
    return Content(RECORD, np.array(losses))


def test_a_run_is_identical_to_itself_in_everything_that_it_has():
    verdict = compare_runs(RUN, RUN)
    assert verdict.is_identical
    assert verdict.compared == ("4 losses", "validation scores", "weights", "test scores", "4 test examples")
    assert verdict.missing == ()


def test_seconds_and_costs_are_not_compared():
    slower = changed(costs={"training_seconds": 9.0}, curves={**RECORD.curves, "seconds": [(2, 5.0), (4, 9.0)]})
    assert compare_runs(RUN, slower).is_identical


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (with_losses(0.75, 0.5, NEXT_FLOAT32, 9.0), Difference("loss", 3, 0.25, NEXT_FLOAT32)),
        (with_losses(0.75, 0.5, 0.25), Difference("number of updates", None, 4, 3)),
        (with_losses(0.75, 0.5), Difference("number of updates", None, 4, 2)),
        (with_losses(0.5, 0.5), Difference("loss", 1, 0.75, 0.5)),
        (
            changed(curves={**RECORD.curves, "validation_accuracy": [(2, 0.25), (4, 0.5)]}),
            Difference("validation/accuracy", 2, 0.5, 0.25),
        ),
        (
            changed(curves={**RECORD.curves, "validation_accuracy": [(2, 0.5)]}),
            Difference("validation/accuracy", 4, 0.75, None),
        ),
        (changed(outcome="diverged"), Difference("outcome: was completed, is diverged")),
        (
            changed(metrics={**RECORD.metrics, "validation/accuracy": 0.5}),
            Difference("validation/accuracy", None, 0.75, 0.5),
        ),
        (changed(tags={WEIGHTS_SHA256: "b" * 64}), Difference("weights")),
        (changed(metrics={"validation/accuracy": 0.75}), Difference("test/accuracy", None, 0.5, None)),
        (
            changed(examples={"accuracy": ExampleScores.of([0.0, 1.0, 0.0, 1.0])}),
            Difference("accuracy of test example 3", None, 1.0, 0.0),
        ),
        (changed(examples={}), Difference("number of scores of test examples (accuracy)")),
    ],
)
def test_the_first_difference_is_told_with_its_place_and_both_values(other, difference):
    assert compare_runs(RUN, other).difference == difference


def test_a_difference_in_losses_comes_before_one_in_scores():
    other = Content(replace(RECORD, metrics={}, tags={}), np.array([0.75, 0.25, 0.25, 0.125]))
    assert compare_runs(RUN, other).difference == Difference("loss", 2, 0.5, 0.25)


def test_losses_that_are_not_a_number_are_equal_to_each_other_and_to_no_number():
    diverged = with_losses(0.75, float("nan"), float("inf"))
    assert compare_runs(diverged, diverged).is_identical
    difference = compare_runs(diverged, with_losses(0.75, float("nan"), 3.0)).difference
    assert (difference.update, difference.repeated, difference.relative) == (3, 3.0, None)
    assert json.loads(json.dumps(difference.to_plain(), allow_nan=False))["stored"] is None


def test_the_size_is_relative_to_the_larger_value():
    # (0.5 - 0.25) / 0.5 = 0.5
    assert Difference("loss", 3, 0.5, 0.25).relative == 0.5
    assert str(Difference("loss", 1200, 0.5, 0.25)) == (
        "loss at update 1,200: was 0.5, is 0.25 (relative difference 5.0e-01)"
    )
    assert Difference("loss", 3, 0.0, 0.0).relative is None


@pytest.mark.parametrize("outcome", ["interrupted", "out_of_memory"])
def test_a_run_that_was_stopped_may_end_in_other_words(outcome):
    assert compare_runs(changed(outcome=outcome), changed(outcome="interrupted")).is_identical


def test_a_run_of_an_earlier_version_is_compared_in_what_it_has_and_the_rest_is_told():
    old = Content(replace(RECORD, tags={}), None)
    verdict = compare_runs(old, RUN)
    assert verdict.is_identical
    assert verdict.missing == ("losses", "checksum of the weights")
    assert "3 curves" in verdict.compared
    worse = changed(curves={**RECORD.curves, "train_loss": [(4, 0.7)]})
    assert compare_runs(old, worse).difference == Difference("train/loss", 4, 0.6, 0.7)


def test_a_baseline_has_neither_losses_nor_weights_to_miss():
    baseline = Content(replace(RECORD, kind="baseline", tags={}, curves={}), None)
    assert compare_runs(baseline, baseline).missing == ()
