"""What a text classifier has to beat: the majority class, Naive Bayes, and logistic regression on TF-IDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnbench import metrics
from rnnbench.baselines.base import BaselineResult, prefixed, stopwatch
from rnnbench.example_scores import ExampleScores

TOKEN_PATTERN = r"(?u)\b\w+\b"
"""Runs of letters and digits of any script; scikit-learn's own drops those of one letter, `I`, `a` and 못."""

INVERSE_PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)


def run(
    train_texts: Sequence[str],
    train_labels: np.ndarray,
    validation_texts: Sequence[str],
    validation_labels: np.ndarray,
    test_texts: Sequence[str],
    test_labels: np.ndarray,
    *,
    class_count: int,
) -> Iterator[BaselineResult]:
    """Each baseline as soon as it is done: `majority_class`, `naive_bayes`, `tfidf_logistic_regression`.

    Labels are class indices from 0 to class_count - 1. Words and weights come from training alone; validation chooses
    the strength of the penalty.
    """
    labels = {"validation": np.asarray(validation_labels), "test": np.asarray(test_labels)}
    texts = {"validation": validation_texts, "test": test_texts}
    train_labels = np.asarray(train_labels)
    yield _majority_class(train_labels, labels, class_count)
    yield _naive_bayes(train_texts, train_labels, texts, labels, class_count=class_count)
    yield _logistic_regression(train_texts, train_labels, texts, labels, class_count=class_count)


def _majority_class(train_labels: np.ndarray, labels: dict[str, np.ndarray], class_count: int) -> BaselineResult:
    """The shares of the classes in training, for every text."""
    with stopwatch() as watch:
        shares = np.bincount(train_labels, minlength=class_count) / len(train_labels)
        scores, examples = _scores({split: np.tile(shares, (len(truth), 1)) for split, truth in labels.items()}, labels)
    return BaselineResult(
        model="majority_class",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=class_count - 1,
        note=f"class {int(shares.argmax())}, {shares.max():.1%} of the training texts",
        examples=examples,
    )


def _naive_bayes(
    train_texts: Sequence[str],
    train_labels: np.ndarray,
    texts: dict[str, Sequence[str]],
    labels: dict[str, np.ndarray],
    *,
    class_count: int,
) -> BaselineResult:
    """p(class) x the product over words and word pairs of p(word | class), add-one smoothed.

    Source: McCallum and Nigam 1998, "A comparison of event models for Naive Bayes text classification".
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    with stopwatch() as watch:
        counter = CountVectorizer(ngram_range=(1, 2), token_pattern=TOKEN_PATTERN)
        model = MultinomialNB().fit(counter.fit_transform(train_texts), train_labels)
        features = {split: counter.transform(texts[split]) for split in texts}
        scores, examples = _scores(_by_split(model, features, class_count), labels)
    return BaselineResult(
        model="naive_bayes",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=model.feature_log_prob_.size + model.class_log_prior_.size,
        note="counts of words and word pairs",
        examples=examples,
    )


def _logistic_regression(
    train_texts: Sequence[str],
    train_labels: np.ndarray,
    texts: dict[str, Sequence[str]],
    labels: dict[str, np.ndarray],
    *,
    class_count: int,
) -> BaselineResult:
    """softmax(W tfidf(text) + b) with an L2 penalty on W, over words and word pairs.

    Source: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    with stopwatch() as watch:
        weigher = TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN_PATTERN, sublinear_tf=True)
        train = weigher.fit_transform(train_texts)
        features = {split: weigher.transform(texts[split]) for split in texts}
        best: tuple[tuple[float, float], float, Any] | None = None
        for inverse_penalty in INVERSE_PENALTIES:
            model = LogisticRegression(C=inverse_penalty, max_iter=1000).fit(train, train_labels)
            found = metrics.class_metrics(
                labels["validation"], _probabilities(model, features["validation"], class_count)
            )
            # the selecting metric first; log loss decides between equals
            merit = (found["accuracy"], -found["log_loss"])
            if best is None or merit > best[0]:
                best = (merit, inverse_penalty, model)
        assert best is not None
        _, inverse_penalty, model = best
        scores, examples = _scores(_by_split(model, features, class_count), labels)
    return BaselineResult(
        model="tfidf_logistic_regression",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=model.coef_.size + model.intercept_.size,
        note=f"words and word pairs; C = {inverse_penalty:g} chosen on validation",
        examples=examples,
    )


def _scores(
    probabilities: dict[str, np.ndarray], labels: dict[str, np.ndarray]
) -> tuple[dict[str, float], ExampleScores]:
    """Every metric of both splits, and which test texts were told right."""
    scores: dict[str, float] = {}
    for split, truth in labels.items():
        scores |= prefixed(split, metrics.class_metrics(truth, probabilities[split]))
    return scores, ExampleScores.of(metrics.rightness(labels["test"], probabilities["test"]))


def _by_split(model: Any, features: dict[str, Any], class_count: int) -> dict[str, np.ndarray]:
    return {split: _probabilities(model, found, class_count) for split, found in features.items()}


def _probabilities(model: Any, features: Any, class_count: int) -> np.ndarray:
    """The model's probabilities with a column for every class, 0 for one that training never showed."""
    probabilities = np.zeros((features.shape[0], class_count))
    probabilities[:, model.classes_.astype(int)] = model.predict_proba(features)
    return probabilities
