"""Character n-grams: what is counted, and the bounds."""

import pytest

from rnnbench.tasks.sentiment import ngrams
from rnnbench.tasks.sentiment.ngrams import character_vectorizer, characters_read


def test_one_to_three_characters_of_any_script_are_features():
    vectorizer = character_vectorizer(class_count=2).fit(["좋다 😀"])
    one, two, three = ["좋", "다", " ", "😀"], ["좋다", "다 ", " 😀"], ["좋다 ", "다 😀"]
    assert sorted(vectorizer.vocabulary_) == sorted([*one, *two, *three])


@pytest.mark.parametrize(
    ("lengths", "most", "read"),
    [
        ([1, 2], 100, 2),  # everything
        ([2, 4, 10], 16, 10),  # everything, exactly
        ([10, 2, 4], 12, 6),  # 2 + 4 + 6
        ([5, 5, 5], 10, 3),  # 3 + 3 + 3, and 4 + 4 + 4 is more
        ([1, 9, 9], 11, 5),  # 1 + 5 + 5
        ([20] * 40, 40, 1),
    ],
)
def test_long_texts_are_read_up_to_a_length_that_keeps_the_total(monkeypatch, lengths, most, read):
    monkeypatch.setattr(ngrams, "MOST_CHARACTERS", most)
    texts = ["x" * length for length in lengths]
    assert characters_read(texts) == read
    assert sum(min(length, read) for length in lengths) <= most


@pytest.mark.parametrize(("classes", "kept"), [(2, 5), (3, 4), (4, 3)])
def test_the_most_frequent_ngrams_are_kept_fewer_where_there_are_many_classes(monkeypatch, classes, kept):
    monkeypatch.setattr(ngrams, "MOST_NGRAMS", 5)
    monkeypatch.setattr(ngrams, "MOST_WEIGHTS", 12)
    vectorizer = character_vectorizer(classes).fit(["aaaabbbccd"])
    assert len(vectorizer.vocabulary_) == kept
    assert "a" in vectorizer.vocabulary_
