"""The nearest text is the one with the largest cosine of tf-idf vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from rnnbench.tasks.methods import nearest as methods
from rnnbench.tasks.methods.nearest import fitted_vectorizer, nearest

TRAINING = ["a red dog", "a red cat", "the blue cat sleeps", "a dog"]


def test_rare_words_weigh_more() -> None:
    vectors = fitted_vectorizer(TRAINING).transform(["a sleeps"]).toarray()[0]
    a, sleeps = sorted(vectors[vectors > 0])
    # idf = 1 + ln((1 + texts) / (1 + texts with the word))
    expected = np.array([1 + math.log(5 / 4), 1 + math.log(5 / 2)])
    assert [a, sleeps] == pytest.approx(expected / np.linalg.norm(expected))


@pytest.mark.parametrize("rows", [1, 2, 256])
def test_the_nearest_row_is_that_of_the_dense_product(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "_ROWS", rows)
    texts = ["one red cat", "the dog", "sleeps blue", "unknown words", "a dog"]
    vectorizer = fitted_vectorizer(TRAINING, longest=2)
    reference = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2)).fit(TRAINING)
    cosines = reference.transform(texts).toarray() @ reference.transform(TRAINING).toarray().T
    found = nearest(vectorizer.transform(texts), vectorizer.transform(TRAINING))
    assert found.tolist() == cosines.argmax(axis=1).tolist()
    assert found[[0, 2, 4]].tolist() == [1, 2, 3]
