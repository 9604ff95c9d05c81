"""Texts to numbers and back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of
from rnnbench.data.tokenization import (
    REPLACEMENT,
    TokenizerSettings,
    WordTokenizer,
    build_tokenizer,
    tokenizer_from_plain,
)

TEXTS = ["The cat sat on the mat.", "영화가 정말 재밌다!", "The cat, the <padding> and the hat\n\n  end"] * 3


def build(kind, texts=TEXTS, **options):
    options.setdefault("vocabulary_size", 300)
    return build_tokenizer(TokenizerSettings(kind=kind, **options), texts)


SUBWORDS = build("subwords")


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_numbers_stay_inside_the_vocabulary_and_above_padding(kind):
    tokenizer = build(kind)
    for text in [*TEXTS, "unseen 漢字 🙂"]:
        ids = tokenizer.encode(text)
        assert ids.dtype == np.int64
        assert ids.min() >= 1
        assert ids.max() < tokenizer.size


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_a_tokenizer_comes_back_from_json_the_same(kind):
    tokenizer = build(kind, lowercase=True)
    again = tokenizer_from_plain(json.loads(json.dumps(tokenizer.to_plain())))
    for text in [*TEXTS, "unseen 漢字 <unknown>"]:
        assert again.encode(text).tolist() == tokenizer.encode(text).tolist()
    assert again.size == tokenizer.size
    assert again.to_plain() == tokenizer.to_plain()


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_building_twice_gives_the_same_numbers(kind):
    assert build(kind).to_plain() == build(kind).to_plain()


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_a_text_and_its_code_points_give_the_same_numbers(kind):
    tokenizer = build(kind)
    assert tokenizer.encode_points(points_of(TEXTS[1])).tolist() == tokenizer.encode(TEXTS[1]).tolist()


@pytest.mark.parametrize("kind", ["characters", "subwords"])
def test_known_texts_come_back_exactly(kind):
    tokenizer = build(kind)
    assert [tokenizer.decode(tokenizer.encode(text)) for text in TEXTS] == TEXTS


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_subwords_bring_back_any_text(text):
    assert SUBWORDS.decode(SUBWORDS.encode(text)) == text


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
def test_padding_vanishes_and_the_unknown_shows(kind):
    tokenizer = build(kind)
    ids = tokenizer.encode("cat").tolist()
    assert tokenizer.decode([*ids, 0, 0]) == "cat"
    assert REPLACEMENT in tokenizer.decode([*ids, 1])


def test_characters_are_numbered_by_code_point():
    tokenizer = build("characters", ["cab", "b"])
    assert tokenizer.encode("abcz").tolist() == [2, 3, 4, 1]
    assert tokenizer.size == 5


def test_only_the_most_frequent_characters_are_kept():
    many = "".join(chr(97 + number) * (26 - number) for number in range(26))
    tokenizer = build("characters", [many], vocabulary_size=16)
    assert tokenizer.size == 16
    assert tokenizer.encode("anoz").tolist() == [2, 15, 1, 1]


def test_words_and_signs_are_numbered_by_how_often_they_come():
    tokenizer = build("words", ["b b a. b a c"])
    assert tokenizer.encode("b a . c d").tolist() == [2, 3, 4, 5, 1]


def test_rare_words_are_unknown():
    assert build("words", ["b b a"], minimum_count=2).encode("b a").tolist() == [2, 1]


def test_lowercase_makes_case_disappear():
    for kind in ("characters", "words", "subwords"):
        tokenizer = build(kind, lowercase=True)
        assert tokenizer.encode("THE CAT").tolist() == tokenizer.encode("the cat").tolist()


def test_words_are_joined_with_blanks_but_not_before_signs():
    tokenizer = WordTokenizer(["well", ",", "yes", "!"])
    assert tokenizer.decode([2, 3, 4, 5]) == "well, yes!"


def test_a_subword_vocabulary_smaller_than_the_bytes_is_refused():
    with pytest.raises(DataError, match="at least 258"):
        build("subwords", vocabulary_size=100)


def test_an_empty_text_is_no_number():
    assert [len(build(kind).encode("")) for kind in ("characters", "words", "subwords")] == [0, 0, 0]


@pytest.mark.parametrize("kind", ["characters", "subwords"])
def test_what_numbers_spell_is_as_long_as_the_text(kind: str) -> None:
    text = "to be, or not to be: that is the question\n" * 3
    tokenizer = build_tokenizer(TokenizerSettings(kind=kind, vocabulary_size=300), points_of(text))
    assert tokenizer.lengths().shape == (tokenizer.size,)
    assert tokenizer.lengths()[tokenizer.encode(text)].sum() == len(text)


def test_a_word_is_as_long_as_its_letters_and_a_blank() -> None:
    tokenizer = build_tokenizer(TokenizerSettings(kind="words"), ["a fine film", "a film"])
    assert tokenizer.lengths()[tokenizer.encode("fine film")].tolist() == [5, 5]


@pytest.mark.parametrize("text", ["\ud83d", "a \ude00 b", "\ud83d\ude00", "한국\udc80"])
def test_half_surrogate_pairs_are_replaced_in_subwords(text):
    tokenizer = build("subwords", [text], vocabulary_size=300)
    # a whole pair is the character that it stands for
    expected = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert tokenizer.decode(tokenizer.encode(text)) == expected
