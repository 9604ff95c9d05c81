"""Metrics of classes agree with hand-worked numbers and with scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from rnnbench.metrics.classes import (
    accuracy,
    calibration_error,
    class_metrics,
    confusion_matrix,
    example_accuracy,
    log_loss,
    macro_f1,
)

LABELS = np.array([0, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 1, 2, 2, 2, 0])


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert accuracy(LABELS, PREDICTED) == pytest.approx(4 / 6)


def test_the_confusion_matrix_has_a_row_for_each_true_class() -> None:
    scores = confusion_matrix(LABELS, PREDICTED, 3)
    assert scores.tolist() == [[1, 0, 0], [0, 1, 1], [1, 0, 2]]
    assert scores.tolist() == reference.confusion_matrix(LABELS, PREDICTED).tolist()
    assert confusion_matrix([0, 0], [0, 0], 3).shape == (3, 3)


def test_macro_f1_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    for classes in (2, 3, 7):
        labels, predicted = generator.integers(0, classes, (2, 40))
        expected = reference.f1_score(labels, predicted, average="macro", zero_division=0)
        assert macro_f1(labels, predicted) == pytest.approx(expected)


def test_macro_f1_leaves_out_classes_that_never_occur() -> None:
    assert macro_f1([0, 2], [0, 2]) == 1.0


def test_log_loss_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.dirichlet(np.ones(4), size=50)
    labels = generator.integers(0, 4, 50)
    expected = reference.log_loss(labels, probabilities, labels=range(4))
    assert log_loss(labels, probabilities) == pytest.approx(expected)


def test_one_certain_mistake_is_a_large_log_loss_and_not_infinity() -> None:
    assert log_loss([0], [[0.0, 1.0]]) == pytest.approx(-math.log(1e-15))


def test_calibration_error_weighs_each_bin_by_its_examples() -> None:
    # two bins of five: 0.9, 0.9 (one right) and 0.7, 0.7 (both right): (2 |0.5 - 0.9| + 2 |1 - 0.7|) / 4
    probabilities = [[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.3, 0.7]]
    assert calibration_error([0, 1, 1, 1], probabilities, bins=5) == pytest.approx(0.35)


def test_a_confidence_on_the_border_of_two_bins_belongs_to_the_lower() -> None:
    # 0.5 (wrong) in (0, 0.5], 0.75 (right) in (0.5, 1]: (0.5 + 0.25) / 2
    assert calibration_error([1, 0], [[0.5, 0.5], [0.75, 0.25]], bins=2) == pytest.approx(0.375)


def test_calibration_error_is_zero_when_confidence_is_the_accuracy() -> None:
    assert calibration_error([0, 0, 0, 1], np.tile([0.75, 0.25], (4, 1))) == pytest.approx(0)
    assert calibration_error([1, 0], [[0.0, 1.0], [1.0, 0.0]]) == 0


def test_class_metrics_holds_every_metric_of_classes() -> None:
    probabilities = np.array([[0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    labels = np.array([0, 1, 1])
    scores = class_metrics(labels, probabilities)
    assert scores["accuracy"] == pytest.approx(2 / 3)
    assert scores["log_loss"] == pytest.approx(-np.log([0.6, 0.8, 0.3]).mean())
    assert set(scores) == {"accuracy", "macro_f1", "log_loss", "calibration_error"}


def test_example_accuracy_is_1_for_each_right_answer() -> None:
    scores = example_accuracy([1, 0, 2], [[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.0, 0.4, 0.6]])
    assert scores.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("labels", "predicted", "message"),
    [
        ([0, 1], [0], "equal length"),
        ([], [], "equal length"),
        ([0, 3], [0, 1], "between 0 and 1"),
        ([0, -1], [0, 1], "from 0"),
    ],
)
def test_labels_and_predictions_that_do_not_fit_are_refused(
    labels: list[int], predicted: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        confusion_matrix(labels, predicted, 2)


@pytest.mark.parametrize(("labels", "message"), [([0, 1], "must be"), ([2], "between 0 and 1")])
def test_probabilities_that_do_not_fit_the_labels_are_refused(labels: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        log_loss(labels, [[0.5, 0.5]])
