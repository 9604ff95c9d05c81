"""Baselines of text classification are fitted on training only, for any script."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.sentiment import baselines

GOOD = ["a fine film", "fine and moving", "moving , a joy", "such joy", "I liked it"]
BAD = ["a dull film", "dull and long", "long , a bore", "such bore", "I hated it"]


def _run(good: list[str], bad: list[str], *, class_count: int = 2, test: list[str] | None = None):
    texts = good + bad
    labels = np.array([1] * len(good) + [0] * len(bad))
    test = texts if test is None else test
    found = baselines.run(texts, labels, texts, labels, test, np.zeros(len(test), dtype=int), class_count=class_count)
    return {result.model: result for result in found}


def test_every_sentiment_baseline_has_every_metric_of_both_splits() -> None:
    results: dict[str, BaselineResult] = _run(GOOD, BAD)
    assert [*results] == ["majority_class", "naive_bayes", "tfidf_logistic_regression"]
    expected = {
        f"{split}/{name}"
        for split in ("validation", "test")
        for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")
    }
    for result in results.values():
        assert result.metrics.keys() == expected
        assert all(math.isfinite(value) for value in result.metrics.values())


def test_the_majority_class_is_worked_out_by_hand() -> None:
    majority = _run(GOOD[:3], BAD[:1], test=["anything"])["majority_class"]
    assert majority.metrics["validation/accuracy"] == pytest.approx(0.75)
    assert majority.metrics["validation/macro_f1"] == pytest.approx((2 * 3 / 7 + 0) / 2)
    assert majority.metrics["test/log_loss"] == pytest.approx(-math.log(0.25))
    assert majority.metrics["validation/calibration_error"] == pytest.approx(0)


@pytest.mark.parametrize(("classes", "name"), [(("-1", "1"), "1"), (("나쁨", "좋음"), "좋음"), ((), "1")])
def test_the_note_on_the_majority_class_has_its_name(classes: tuple[str, ...], name: str) -> None:
    labels = np.array([1, 1, 1, 0])
    texts = [*GOOD[:3], BAD[0]]
    found = baselines.run(texts, labels, texts, labels, texts, labels, class_count=2, classes=classes)
    assert next(iter(found)).note == f"class {name}, 75.0% of the training texts"


def test_naive_bayes_is_worked_out_by_hand() -> None:
    # classes "x" and "y", one text of one word each: p(x | class 0) = (1 + 1) / (1 + 2) = 2/3, p(x | class 1) = 1/3
    naive_bayes = _run(["y"], ["x"], test=["x"])["naive_bayes"]
    assert naive_bayes.metrics["test/log_loss"] == pytest.approx(-math.log(2 / 3))


@pytest.mark.parametrize("model", ["naive_bayes", "tfidf_logistic_regression"])
def test_words_of_korean_are_words(model: str) -> None:
    good, bad = ["정말 재미있다", "재미있다 또 본다", "꼭 봐"], ["정말 지루하다", "지루하다 안 본다", "못 봐"]
    assert _run(good, bad)[model].metrics["validation/accuracy"] == 1.0


@pytest.mark.parametrize("model", ["naive_bayes", "tfidf_logistic_regression"])
def test_a_word_of_one_letter_counts(model: str) -> None:
    assert _run(["꼭 봐", "꼭 사"], ["못 봐", "못 사"])[model].metrics["validation/accuracy"] == 1.0


def test_a_class_that_is_not_in_training_has_probability_zero() -> None:
    results = _run(GOOD, BAD, class_count=3)
    assert all(math.isfinite(value) for result in results.values() for value in result.metrics.values())


def test_a_refitted_classifier_equals_one_fitted_on_both_splits() -> None:
    texts, labels = GOOD + BAD, np.array([1] * len(GOOD) + [0] * len(BAD))
    known, seen, new = slice(0, 10, 2), slice(1, 10, 2), ["a fine bore", "dull joy"]
    validation, test = (texts[seen], labels[seen]), (new, np.array([0, 1]))

    def of(train: tuple[list[str], np.ndarray], *, refit: bool) -> dict[str, BaselineResult]:
        return {one.model: one for one in baselines.run(*train, *validation, *test, class_count=2, refit=refit)}

    usual, refitted = (of((texts[known], labels[known]), refit=refit) for refit in (False, True))
    both = of((texts[known] + texts[seen], np.concatenate([labels[known], labels[seen]])), refit=False)
    for model in ("majority_class", "naive_bayes"):
        assert refitted[model].metrics["test/log_loss"] == pytest.approx(both[model].metrics["test/log_loss"])
    for model, result in refitted.items():
        assert result.metrics["validation/log_loss"] == usual[model].metrics["validation/log_loss"]
        assert result.metrics["test/log_loss"] != usual[model].metrics["test/log_loss"], model
        assert result.note.endswith("refitted on training and validation for the test split")


def test_the_test_texts_change_nothing_on_validation() -> None:
    first, second = _run(GOOD, BAD, test=["one thing"]), _run(GOOD, BAD, test=["a bore", "quite another"])
    for model in first:
        assert first[model].note == second[model].note
        for metric in ("accuracy", "log_loss"):
            key = f"validation/{metric}"
            assert first[model].metrics[key] == second[model].metrics[key]
