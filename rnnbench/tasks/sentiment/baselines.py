"""Baselines of text classification: majority class, Naive Bayes, and logistic regression on words and on characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench import metrics
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.sentiment.ngrams import LONGEST_NGRAM, character_vectorizer, characters_read

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

TOKEN_PATTERN = r"(?u)\b\w+\b"
"""Words of any script and length; scikit-learn's default drops words of one character, such as `I`, `a` and 못."""

INVERSE_PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)

WORDS, CHARACTERS = "tfidf_logistic_regression", "character_ngrams"

NO_WORDS = "the training texts have no words (letters or digits)"
ONE_CLASS = "the training texts are all of one class"


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
    """Yields each baseline as soon as it is computed: majority class, Naive Bayes, words, characters.

    Labels are class indices from 0 to class_count - 1. All are fitted on training; the penalty of the regressions is
    selected on validation. Those of words are skipped where training has no words.

    refit: fit on training and validation together, with the selected penalty, before scoring the test split.
    classes: the names of the classes, for notes.
    """
    train = _Labelled(train_texts, np.asarray(train_labels))
    validation = _Labelled(validation_texts, np.asarray(validation_labels))
    test = _Labelled(test_texts, np.asarray(test_labels))
    problem = _Problem(train, validation, test, class_count, refit, classes)
    has_words = any(re.search(TOKEN_PATTERN, text) for text in train_texts)
    is_one_class = len(np.unique(train.labels)) < 2
    yield _majority_class(problem)
    yield _naive_bayes(problem) if has_words else BaselineResult.skip("naive_bayes", NO_WORDS)
    if is_one_class or not has_words:
        yield BaselineResult.skip(WORDS, ONE_CLASS if is_one_class else NO_WORDS)
    else:
        yield _words_regression(problem)
    yield BaselineResult.skip(CHARACTERS, ONE_CLASS) if is_one_class else _characters_regression(problem)


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

    def with_first(self, characters: int) -> _Problem:
        """The same problem with texts cut to their first characters."""

        def cut(split: _Labelled) -> _Labelled:
            return _Labelled([text[:characters] for text in split.texts], split.labels)

        return replace(self, train=cut(self.train), validation=cut(self.validation), test=cut(self.test))

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


def _words_regression(problem: _Problem) -> BaselineResult:
    """softmax(W tfidf(text) + b) with an L2 penalty on W, over words and word pairs.

    Source: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    def new_vectorizer() -> TfidfVectorizer:
        return TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN_PATTERN, sublinear_tf=True)

    return _regression(problem, WORDS, new_vectorizer, "words and word pairs")


def _characters_regression(problem: _Problem) -> BaselineResult:
    """The same over one to three characters: for every language, and robust to spelling and endings.

    Source: Cavnar and Trenkle 1994, "N-gram-based text categorization".
    """
    most = characters_read(problem.train.texts)
    is_cut = most < max(map(len, problem.train.texts))
    note = f"1 to {LONGEST_NGRAM} characters" + (f" of the first {most:,} of each text" if is_cut else "")
    return _regression(problem.with_first(most), CHARACTERS, lambda: character_vectorizer(problem.class_count), note)


def _regression(
    problem: _Problem, name: str, new_vectorizer: Callable[[], TfidfVectorizer], note: str
) -> BaselineResult:
    """Logistic regression on the vectorizer's features, with the penalty selected on validation."""
    from sklearn.linear_model import LogisticRegression

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
        model=name,
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=best.coef_.size + best.intercept_.size,
        note=problem.noted(f"{note}; C = {best.C:g}, selected on validation"),
        examples=examples,
        details=details,
    )


def _probabilities(model: Any, features: Any, class_count: int) -> np.ndarray:
    """The model's probabilities (texts, classes), 0 for classes that are not in the training split."""
    probabilities = np.zeros((features.shape[0], class_count))
    probabilities[:, model.classes_.astype(int)] = model.predict_proba(features)
    return probabilities
