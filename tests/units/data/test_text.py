"""Whole corpora and labelled texts as numbers."""

import numpy as np
import pytest

from rnnbench.core.errors import SealedSplitError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Facts, Labelled, LabelledTexts, TextCorpus
from rnnbench.data.splits import Splits
from rnnbench.data.text import encode_corpus, encode_labelled
from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer

FACTS = Facts("test", "text", "", "", "", "")
TRAIN = "the cat sat\non the mat " * 40


def corpus(train=TRAIN, validation="the mat", test="한 cat"):
    return TextCorpus(FACTS, Splits(points_of(train), points_of(validation), points_of(test)), "fingerprint")


def labelled(*train):
    parts = [
        Labelled(train, np.arange(len(train))),
        Labelled(("cat",), np.array([1])),
        Labelled(("dog",), np.array([0])),
    ]
    return LabelledTexts(FACTS, Splits(*parts), ("a", "b"), "fingerprint")


def characters(data):
    return build_tokenizer(TokenizerSettings(kind="characters"), data.splits.train)


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_a_corpus_in_pieces_is_the_corpus_in_one(kind, monkeypatch):
    data = corpus()
    tokenizer = build_tokenizer(TokenizerSettings(kind=kind, vocabulary_size=300), data.splits.train)
    whole = tokenizer.decode(encode_corpus(data, tokenizer).splits.train)
    monkeypatch.setattr("rnnbench.data.code_points.PIECE", 37)
    assert tokenizer.decode(encode_corpus(data, tokenizer).splits.train) == whole


def test_characters_are_counted_without_opening_the_test_split():
    data = corpus()
    encoded = encode_corpus(data, characters(data))
    assert encoded.characters == {"train": len(TRAIN), "validation": 7, "test": 5}
    with pytest.raises(SealedSplitError):
        _ = encoded.splits.test


def test_a_character_that_training_never_showed_is_unknown():
    data = corpus()
    assert encode_corpus(data, characters(data)).splits.opened().test[0] == 1


def test_small_vocabularies_take_two_bytes_per_symbol():
    data = corpus()
    assert encode_corpus(data, characters(data)).splits.train.dtype == np.uint16


def test_a_large_corpus_is_mapped_from_the_cache(tmp_path, monkeypatch):
    data = corpus()
    small = encode_corpus(data, characters(data)).splits.train
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path))
    monkeypatch.setattr("rnnbench.data.text.LARGE", 100)
    for _ in range(2):
        large = encode_corpus(data, characters(data)).splits.train
        assert isinstance(large, np.memmap)
        assert (large == small).all()
    assert len([*tmp_path.rglob("*.uint16")]) == 1


def test_labelled_texts_lie_one_after_the_other():
    data = labelled("cat", "a", "at")
    tokenizer = build_tokenizer(TokenizerSettings(kind="characters"), data.splits.train.texts)
    train = encode_labelled(data, tokenizer).splits.train
    assert train.offsets.tolist() == [0, 3, 4, 6]
    assert tokenizer.decode(train.ids) == "cataat"
    assert train.labels.tolist() == [0, 1, 2]
    assert train.lengths.tolist() == [3, 1, 2]


def test_long_texts_are_cut_and_counted():
    data = labelled("cat", "a", "at")
    tokenizer = build_tokenizer(TokenizerSettings(kind="characters"), data.splits.train.texts)
    train = encode_labelled(data, tokenizer, max_tokens=2).splits.train
    assert (train.lengths.tolist(), train.truncated) == ([2, 1, 2], 1)


def test_a_text_of_no_symbol_becomes_one_unknown():
    data = labelled("cat", "   ", "")
    tokenizer = build_tokenizer(TokenizerSettings(kind="words"), data.splits.train.texts)
    train = encode_labelled(data, tokenizer).splits.train
    assert train.lengths.tolist() == [1, 1, 1]
    assert train.ids.tolist() == [2, 1, 1]


def test_the_test_split_of_labelled_texts_stays_sealed():
    data = labelled("cat")
    tokenizer = build_tokenizer(TokenizerSettings(kind="characters"), data.splits.train.texts)
    with pytest.raises(SealedSplitError):
        _ = encode_labelled(data, tokenizer).splits.test
