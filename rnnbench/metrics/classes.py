"""Metrics of classification."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

CALIBRATION_BINS = 15
SMALLEST_PROBABILITY = 1e-15

ACCURACY = Metric("accuracy", "accuracy", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")


def accuracy(labels: ArrayLike, predicted: ArrayLike) -> float:
    """The share of examples whose predicted class is the true class, 0 to 1."""
    labels, predicted = _classes(labels, predicted)
    return float(np.mean(labels == predicted))


def example_accuracy(labels: ArrayLike, probabilities: ArrayLike) -> np.ndarray:
    """(examples,) 1 where the most probable class is the true one, else 0; accuracy is the mean."""
    labels, probabilities = _class_probabilities(labels, probabilities)
    return (probabilities.argmax(axis=1) == labels).astype(float)


def confusion_matrix(labels: ArrayLike, predicted: ArrayLike, class_count: int | None = None) -> np.ndarray:
    """(class_count, class_count) counts: row is the true class, column the predicted one.

    class_count: by default the largest index plus one.
    """
    labels, predicted = _classes(labels, predicted, class_count)
    classes = class_count or int(max(labels.max(), predicted.max())) + 1
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


MACRO_F1 = Metric("macro_f1", "macro-F1", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")


def macro_f1(labels: ArrayLike, predicted: ArrayLike) -> float:
    """The unweighted mean over classes of F1 = 2 TP / (2 TP + FP + FN).

    Classes that neither occur nor are predicted are left out. Equals scikit-learn's `f1_score(average="macro")`.
    """
    counts = confusion_matrix(labels, predicted)
    involved = counts.sum(axis=0) + counts.sum(axis=1)
    present = involved > 0
    return float(np.mean(2 * np.diag(counts)[present] / involved[present]))


LOG_LOSS = Metric("log_loss", "log loss", low=0)


def log_loss(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """The mean of - ln p(true class), in nats; rows of `probabilities` (examples, classes) sum to one.

    Probabilities below 1e-15 count as 1e-15, so that the loss is finite.
    """
    return float(np.mean(example_log_loss(labels, probabilities)))


def example_log_loss(labels: ArrayLike, probabilities: ArrayLike) -> np.ndarray:
    """(examples,) - ln p(true class), in nats; log loss is the mean."""
    labels, probabilities = _class_probabilities(labels, probabilities)
    of_true_class = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.clip(of_true_class, SMALLEST_PROBABILITY, 1.0))


def class_examples(labels: ArrayLike, probabilities: ArrayLike) -> dict[str, ExampleScores]:
    """The score of each example, for each metric that is their mean, by key."""
    return {
        "accuracy": ExampleScores.of(example_accuracy(labels, probabilities)),
        "log_loss": ExampleScores.of(example_log_loss(labels, probabilities)),
    }


def class_details(labels: ArrayLike, probabilities: ArrayLike) -> dict[str, Any]:
    """The confusion matrix as plain lists, by key."""
    labels, probabilities = _class_probabilities(labels, probabilities)
    counts = confusion_matrix(labels, probabilities.argmax(axis=1), probabilities.shape[1])
    return {"confusion_matrix": counts.tolist()}


CALIBRATION_ERROR = Metric("calibration_error", "calibration error", low=0, high=1)


def calibration_error(labels: ArrayLike, probabilities: ArrayLike, bins: int = CALIBRATION_BINS) -> float:
    """The expected calibration error: sum over bins of (examples in the bin / examples) |accuracy - confidence|.

    Confidence is the largest probability. The bins are of equal width, open below and closed above.

    Source: Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", arXiv:1706.04599.
    """
    labels, probabilities = _class_probabilities(labels, probabilities)
    confidence = probabilities.max(axis=1)
    is_correct = probabilities.argmax(axis=1) == labels
    bin_of = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, weights=is_correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def class_metrics(labels: ArrayLike, probabilities: ArrayLike) -> dict[str, float]:
    """Accuracy, macro F1, log loss and calibration error, by key."""
    labels, probabilities = _class_probabilities(labels, probabilities)
    predicted = probabilities.argmax(axis=1)
    return {
        "accuracy": accuracy(labels, predicted),
        "macro_f1": macro_f1(labels, predicted),
        "log_loss": log_loss(labels, probabilities),
        "calibration_error": calibration_error(labels, probabilities),
    }


def _classes(labels: ArrayLike, predicted: ArrayLike, class_count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.ndim != 1 or labels.shape != predicted.shape or not labels.size:
        raise ValueError(
            f"labels and predictions must be (examples,) of equal length, got {labels.shape} and {predicted.shape}"
        )
    if min(labels.min(), predicted.min()) < 0:
        raise ValueError("classes are numbered from 0")
    if class_count is not None and max(labels.max(), predicted.max()) >= class_count:
        raise ValueError(f"classes must be between 0 and {class_count - 1}")
    return labels, predicted


def _class_probabilities(labels: ArrayLike, probabilities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=float)
    if labels.ndim != 1 or probabilities.ndim != 2 or len(labels) != len(probabilities) or not labels.size:
        raise ValueError(
            f"labels must be (examples,) and probabilities (examples, classes), got {labels.shape} and "
            f"{probabilities.shape}"
        )
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ValueError(f"classes must be between 0 and {probabilities.shape[1] - 1}")
    return labels, probabilities
