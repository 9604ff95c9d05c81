"""Subwords for scripts that words do not fit, words elsewhere."""

import unicodedata

import pytest

from rnnbench.data.tokenization import scripts
from rnnbench.data.tokenization.scripts import fitting_tokens, script_shares

SUBWORDS = {
    "Korean": ["정말 재미있는 영화였다", "다시는 보고 싶지 않아요 ㅠㅠ"],
    "decomposed Korean": [unicodedata.normalize("NFD", "정말 재미있는 영화였다")],
    "Japanese": ["とても面白い映画でした。", "もう一度見たいと思います"],
    "Katakana": ["コーヒー、サービス", "ｺｰﾋｰ"],
    "Chinese": ["这部电影很好看", "剧情太无聊了，不推荐。"],
    "Thai": ["หนังเรื่องนี้สนุกมาก", "ไม่ชอบเลย"],
    "Hindi": ["यह फ़िल्म बहुत अच्छी है"],
    "Korean with English names": ["넷플릭스 Netflix 에서 Squid Game 을 봤는데 정말 재미있었어요 강력 추천합니다"],
    "Chinese with tags": ["<br />好看好看好看好看 10/10!!!"],
}
WORDS = {
    "English": ["A fine film", "dull and long"],
    "German": ["Ein schöner Film über Straßen", "langweilig"],
    "Russian": ["Отличный фильм"],
    "Greek": ["Πολύ καλή ταινία"],
    "Turkish": ["Çok güzel bir film, İstanbul ışıkları"],
    "Arabic": ["فيلم رائع جدا"],
    "English with one Korean word": ["I liked the series 오징어 because of its story and its actors"],
    "emoji": ["😀😀", "👎🏽👎", "❤️"],
    "punctuation and digits": ["10/10", "!!!", "1 2 3"],
    "nothing": [],
    "blank": ["", "  "],
}


@pytest.mark.parametrize("language", SUBWORDS)
def test_scripts_that_words_do_not_fit_are_read_as_subwords(language):
    assert fitting_tokens(SUBWORDS[language]).kind == "subwords"


@pytest.mark.parametrize("language", WORDS)
def test_other_scripts_are_read_as_words(language):
    assert fitting_tokens(WORDS[language]).kind == "words"


def test_shares_are_of_letters_alone():
    # 4 Hangul syllables, 3 Latin and 1 Han letter; digits, blanks, signs and emoji are no letters
    assert script_shares(["한국 abc 12!", "영화 😀 人"]) == {"Hangul": 4 / 8, "Han": 1 / 8}


def test_vowel_signs_are_not_counted():
    # KO KAI with SARA I (a mark), and two Latin letters
    assert script_shares(["กิ", "ab"]) == {"Thai": 1 / 3}


def test_the_bound_is_on_all_such_scripts_together():
    assert fitting_tokens(["abcdefg한あ中"]).kind == "subwords"  # 3 of 10
    assert fitting_tokens(["abcdefgh한あ"]).kind == "words"  # 2 of 10


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["가나다라마바사아자 a"], "90 % of the letters are Hangul"),
        (["ああああああ中中中a"], "90 % of the letters are Hiragana and Han"),
        (["한abcdefghi"], "only 10 % of the letters are Hangul"),
        (["a film"], ""),
        (["한" + 300 * "a"], ""),
    ],
)
def test_the_reason_names_the_scripts_most_frequent_first(texts, reason):
    assert fitting_tokens(texts).reason == reason


def test_many_texts_are_counted_in_pieces(monkeypatch):
    texts = ["한국", "abc", "영", "de", ""] * 7
    whole = script_shares(texts)
    monkeypatch.setattr(scripts, "_PIECE", 4)
    assert script_shares(texts) == whole == {"Hangul": 3 / 8}
