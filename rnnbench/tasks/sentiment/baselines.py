"""Baselines of text classification: majority class, Naive Bayes, and logistic regression on TF-IDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnbench import metrics
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch

TOKEN_PATTERN = r"(?u)\b\w+\b"
"""Words of any script and length; scikit-learn's default drops words of one character, such as `I`, `a` and 못."""

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
    refit: bool = False,
    classes: Sequence[str] = (),
) -> Iterator[BaselineResult]:
    """Yields each baseline as soon as it is computed: `majority_class`, `naive_bayes`, `tfidf_logistic_regression`.

    Labels are class indices from 0 to class_count - 1. All are fitted on training; the penalty of the regression is
    selected on validation.

    refit: fit on training and validation together, with the selected penalty, before scoring the test split.
    classes: the names of the classes, for notes.
    """
    train = _Labelled(train_texts, np.asarray(train_labels))
    validation = _Labelled(validation_texts, np.asarray(validation_labels))
    test = _Labelled(test_texts, np.asarray(test_labels))
    problem = _Problem(train, validation, test, class_count, refit, classes)
    yield _majority_class(problem)
    yield _naive_bayes(problem)
    yield _logistic_regression(problem)


@dataclass(frozen=True)
class _Labelled:
    texts: Sequence[str]
    labels: np.ndarray


Classifier = Callable[[Sequence[str]], np.ndarray]
"""The probability of every class, (texts, classes)."""


_Scored = tuple[dict[str, float], dict[str, ExampleScores], dict[str, Any]]


@dataclass(frozen=True)
class _Problem:
    """Three splits, and whether baselines are refitted on validation before scoring the test split."""

    train: _Labelled
    validation: _Labelled
    test: _Labelled
    class_count: int
    refit: bool
    classes: Sequence[str] = ()

    def scored(self, fit: Callable[[_Labelled], Classifier]) -> _Scored:
        """The metrics of both splits, and the scores of examples and the confusion matrix of the test split."""
        classify = fit(self.train)
        scores = prefixed("validation", metrics.class_metrics(self.validation.labels, classify(self.validation.texts)))
        if self.refit:
            labels = np.concatenate([self.train.labels, self.validation.labels])
            classify = fit(_Labelled([*self.train.texts, *self.validation.texts], labels))
        probabilities = classify(self.test.texts)
        scores |= prefixed("test", metrics.class_metrics(self.test.labels, probabilities))
        labels = self.test.labels
        return scores, metrics.class_examples(labels, probabilities), metrics.class_details(labels, probabilities)

    def noted(self, note: str) -> str:
        return f"{note}; {REFITTED}" if self.refit else note


def _majority_class(problem: _Problem) -> BaselineResult:
    """The class frequencies of the fitted texts, for every text."""

    def fit(fitted: _Labelled) -> Classifier:
        return lambda texts: np.tile(_shares(fitted, problem.class_count), (len(texts), 1))

    with stopwatch() as watch:
        scores, examples, details = problem.scored(fit)
    shares = _shares(problem.train, problem.class_count)
    largest = int(shares.argmax())
    name = problem.classes[largest] if problem.classes else str(largest)
    return BaselineResult(
        model="majority_class",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=problem.class_count - 1,
        note=problem.noted(f"class {name}, {shares.max():.1%} of the training texts"),
        examples=examples,
        details=details,
    )


def _shares(fitted: _Labelled, class_count: int) -> np.ndarray:
    return np.bincount(fitted.labels, minlength=class_count) / len(fitted.labels)


def _naive_bayes(problem: _Problem) -> BaselineResult:
    """p(class | text) ~ p(class) x product of p(word | class) over words and word pairs, with add-one smoothing.

    Source: McCallum and Nigam 1998, "A comparison of event models for Naive Bayes text classification".
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    model = MultinomialNB()

    def fit(fitted: _Labelled) -> Classifier:
        counter = CountVectorizer(ngram_range=(1, 2), token_pattern=TOKEN_PATTERN)
        model.fit(counter.fit_transform(fitted.texts), fitted.labels)
        return lambda texts: _probabilities(model, counter.transform(texts), problem.class_count)

    with stopwatch() as watch:
        scores, examples, details = problem.scored(fit)
    return BaselineResult(
        model="naive_bayes",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=model.feature_log_prob_.size + model.class_log_prior_.size,
        note=problem.noted("counts of words and word pairs"),
        examples=examples,
        details=details,
    )


def _logistic_regression(problem: _Problem) -> BaselineResult:
    """softmax(W tfidf(text) + b) with an L2 penalty on W, over words and word pairs.

    Source: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    def new_vectorizer() -> Any:
        return TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN_PATTERN, sublinear_tf=True)

    with stopwatch() as watch:
        of_train = new_vectorizer()
        train, validation = of_train.fit_transform(problem.train.texts), of_train.transform(problem.validation.texts)
        selected: tuple[tuple[float, float], Any] | None = None
        for inverse_penalty in INVERSE_PENALTIES:
            model = LogisticRegression(C=inverse_penalty, max_iter=1000).fit(train, problem.train.labels)
            probabilities = _probabilities(model, validation, problem.class_count)
            scores = metrics.class_metrics(problem.validation.labels, probabilities)
            # the selecting metric first; log loss breaks ties
            criterion = (scores["accuracy"], -scores["log_loss"])
            if selected is None or criterion > selected[0]:
                selected = (criterion, model)
        assert selected is not None
        best = selected[1]

        def fit(fitted: _Labelled) -> Classifier:
            if fitted is problem.train:
                return lambda texts: _probabilities(best, of_train.transform(texts), problem.class_count)
            of_both = new_vectorizer()
            best.fit(of_both.fit_transform(fitted.texts), fitted.labels)
            return lambda texts: _probabilities(best, of_both.transform(texts), problem.class_count)

        scores, examples, details = problem.scored(fit)
    return BaselineResult(
        model="tfidf_logistic_regression",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=best.coef_.size + best.intercept_.size,
        note=problem.noted(f"words and word pairs; C = {best.C:g}, selected on validation"),
        examples=examples,
        details=details,
    )


def _probabilities(model: Any, features: Any, class_count: int) -> np.ndarray:
    """The model's probabilities (texts, classes), 0 for classes that are not in the training split."""
    probabilities = np.zeros((features.shape[0], class_count))
    probabilities[:, model.classes_.astype(int)] = model.predict_proba(features)
    return probabilities
