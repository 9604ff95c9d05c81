"""Kind of tokens and length of texts, chosen from training; what is told about them."""

import json

import numpy as np
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Facts, Labelled, LabelledTexts
from rnnbench.data.splits import Splits
from rnnbench.experiment.resolve import resolve
from rnnbench.tasks.sentiment.prepared import PreparedTexts
from rnnbench.tasks.sentiment.settings import SentimentSettings
from rnnbench.tasks.sentiment.task import Sentiment
from rnnbench.tasks.sentiment.tokens import fitting_length

FACTS = Facts("made", "labelled_text", "", "", "", "")
KOREAN = ("정말 재미있는 영화", "다시 보고 싶다", "지루하고 길다", "너무 별로였다")
ENGLISH = ("a fine film", "a dull film", "a film", "long and dull")


def data(train, validation=("a film", "b")):
    parts = [Labelled(tuple(texts), np.arange(len(texts)) % 2) for texts in (train, validation, ("test", "text"))]
    return LabelledTexts(FACTS, Splits(*parts), ("bad", "good"), f"fingerprint of {train} and {validation}")


def prepare(train, validation=("a film", "b"), **settings):
    return Sentiment.prepare(data(train, validation), SentimentSettings(minimum_count=1, **settings))


@pytest.mark.parametrize(("texts", "kind"), [(KOREAN, "subwords"), (ENGLISH, "words")])
def test_the_kind_of_tokens_is_chosen_from_the_training_texts(texts, kind):
    # validation texts are of the other language: they decide nothing
    assert prepare(texts, ENGLISH if texts is KOREAN else KOREAN).tokenizer.kind == kind


@pytest.mark.parametrize("kind", ["words", "characters", "subwords"])
@pytest.mark.parametrize("texts", [KOREAN, ENGLISH])
def test_a_kind_that_is_set_is_taken(texts, kind):
    prepared = prepare(texts, tokenizer=kind)
    assert prepared.tokenizer.kind == kind
    assert prepared.remarks()[0] == f"tokens: {kind}"


def test_a_vocabulary_too_small_for_chosen_subwords_says_what_else_can_be_typed():
    with pytest.raises(DataError, match=r"--set task\.vocabulary_size=.*--set task\.tokenizer=characters"):
        prepare(KOREAN, vocabulary_size=100)


@pytest.mark.parametrize(
    ("lengths", "length"),
    [
        (range(1, 101), 96),  # 95 of 100 texts have at most 95 tokens
        (range(2, 202, 2), 192),  # 190, rounded up
        ([*([8] * 95), *([500] * 5)], 16),  # exactly 95 %: 8, and the lower bound
        ([*([8] * 94), *([40] * 6)], 40),  # a multiple of 8 is not raised
        ([*([8] * 94), *([41] * 6)], 48),
        ([0, 0, 0], 16),
        ([20_001] * 32, 256),
        ([17], 24),
    ],
)
def test_the_length_covers_95_percent_of_the_training_texts(lengths, length):
    assert fitting_length(np.array([*lengths])) == length


def test_long_texts_are_cut_at_the_chosen_length_and_counted():
    # 18 of 20 training texts have 20 words, two have 30: 95 % are covered by 30, so 32; of validation one has 33
    train = [" ".join(["word"] * 20)] * 18 + [" ".join(["word"] * 30)] * 2
    prepared = prepare(train, [" ".join(["word"] * 33), "word"])
    assert prepared.max_tokens == 32
    assert prepared.encoded.splits.validation.lengths.tolist() == [32, 1]
    assert prepared.cut_note() == (
        "1 of 22 texts of training and validation is longer than task.max_tokens = 32 and is cut; word baselines "
        "read it whole"
    )
    assert prepared.cut_share() == 1 / 22
    assert "length: the first 32 tokens, the whole of 100 % of the training texts" in prepared.remarks()


def test_a_length_that_is_set_is_taken_and_lengths_do_not_mix():
    train = ["one two three four", "one two"]
    lengths = {most: prepare(train, max_tokens=most).encoded.splits.train.lengths.tolist() for most in (3, 0, 1, 4)}
    assert lengths == {3: [3, 2], 0: [4, 2], 1: [1, 1], 4: [4, 2]}
    assert prepare(train, max_tokens=3).cut_note().startswith("1 of 4 texts")
    assert prepare(train, max_tokens=4).cut_note() == ""


def test_the_same_length_chosen_or_set_gives_the_same_tokens():
    train = [" ".join(map(str, range(count))) for count in range(1, 101)]
    chosen, given = (prepare(train, max_tokens=most).encoded.splits.train for most in (0, 96))
    for name in ("ids", "offsets", "labels", "whole_lengths"):
        assert np.array_equal(getattr(chosen, name), getattr(given, name))
    assert chosen.truncated == 4


def test_unknown_tokens_are_told_split_by_split():
    # 10 training tokens, all known; "long" and "bore" of 8 validation tokens are not, which is many
    train, validation = ["a b c d e", "a b c d e"], ["a b c long", "bore a b c"]
    assert prepare(train, validation).remarks()[1] == (
        "vocabulary: 5 words; unknown: 0 % of the training tokens, 25 % of the validation tokens. Subwords have no "
        "unknown ones: --set task.tokenizer=subwords"
    )


def test_subwords_are_explained_by_the_script():
    first = prepare(["가나다라마 바사아자 a"] * 2, KOREAN).remarks()[0]
    assert first == "tokens: subwords, because 90 % of the letters are Hangul"


def test_a_stored_run_reads_texts_at_the_length_that_was_chosen():
    prepared = prepare(["word " * 40] * 20)
    plain = json.loads(json.dumps(prepared.to_plain()))
    again = PreparedTexts.from_plain(plain, SentimentSettings())
    assert again.max_tokens == prepared.max_tokens == 40
    assert again.tokenizer.to_plain() == prepared.tokenizer.to_plain()


def test_a_run_of_an_earlier_version_reads_texts_at_the_length_in_its_settings():
    plain = prepare(ENGLISH).to_plain()
    del plain["max_tokens"]
    assert PreparedTexts.from_plain(plain, SentimentSettings(tokenizer="words", max_tokens=64)).max_tokens == 64


@pytest.mark.parametrize(
    "texts", [("😀😀", "👎👎", "😀", "👎"), ("!!!", "?", "...", "!"), ("1", "2", "3 3", "4"), ("a", "b", "I", "못")]
)
@pytest.mark.parametrize("minimum_count", [1, 99])
def test_texts_without_words_or_without_a_known_one_have_tokens(texts, minimum_count):
    # with a minimum count of 99 the vocabulary is empty but for the two special symbols
    prepared = Sentiment.prepare(data(texts, texts), SentimentSettings(minimum_count=minimum_count, tokenizer="words"))
    train = prepared.encoded.splits.train
    assert train.lengths.min() >= 1
    assert prepared.tokenizer.size == 2 if minimum_count == 99 else prepared.tokenizer.size > 2
    assert (train.ids == 1).all() == (minimum_count == 99)
    assert len(prepared.remarks()) == 3


@pytest.mark.parametrize(
    ("name", "kind"), [("rotten_tomatoes", "words"), ("mr", "words"), ("sst2", "words"), ("nsmc", "subwords")]
)
def test_known_data_sets_keep_their_tokens_and_length(name, kind):
    settings = resolve("sentiment", "gru", options={"data.name": (name, "--data")}).task_settings
    assert (settings.tokenizer, settings.max_tokens) == (kind, 64)


def test_tokens_and_length_of_a_file_are_chosen_from_it():
    settings = resolve("sentiment", "gru", options={"data.path": ("reviews.csv", "--data")}).task_settings
    assert (settings.tokenizer, settings.max_tokens) == ("auto", 0)
