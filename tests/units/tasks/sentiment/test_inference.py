"""Warnings on texts that a classifier cannot read, or reads in part."""

from types import SimpleNamespace

from rnnbench.data.tokenization import WordTokenizer
from rnnbench.tasks.sentiment.inference import TextClassifier


def classifier(words, most):
    model = object.__new__(TextClassifier)
    model.prepared = SimpleNamespace(tokenizer=WordTokenizer(words), max_tokens=most)
    return model


def test_texts_without_a_known_word_and_longer_texts_are_named_by_their_numbers():
    model = classifier(["good", "film"], 3)
    assert not model.warning(["good film"])
    assert "not reliable: text 2" in model.warning(["good", "unheard of"])
    assert "only the first 3 tokens of these longer texts are read: text 1" in model.warning(["good film good film"])
