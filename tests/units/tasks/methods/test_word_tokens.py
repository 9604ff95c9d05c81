"""Words of texts with and without blanks between them, and texts of words."""

from __future__ import annotations

import pytest

from rnnbench.tasks.methods.word_tokens import text_of_words, words_of


@pytest.mark.parametrize(("text", "words"), [
    ("A dog, it's (big)!", ["A", "dog", ",", "it's", "(", "big", ")", "!"]),
    ("Ein T-Shirt für 3.5 Euro.", ["Ein", "T-Shirt", "für", "3.5", "Euro", "."]),
    ("Delete {file_name}?", ["Delete", "{file_name}", "?"]),
    ("{a}{b} {c d}", ["{a}", "{b}", "{", "c", "d", "}"]),
    ("장치를 추가", ["장치를", "추가"]),
    ("删除{name}设备", ["删", "除", "{name}", "设", "备"]),
    ("Wi-Fiに接続", ["Wi-Fi", "に", "接", "続"]),
    ("rock - roll -", ["rock", "-", "roll", "-"]),
    ("  ", []),
])  # fmt: skip
def test_words_are_runs_of_letters_placeholders_and_single_signs(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("text", [
    "A dog, it's (big)!", "Ein T-Shirt für 3.5 Euro.", "Delete {file_name}?", "장치를 추가", "删除{name}设备，好。",
    "Wi-Fiに接続", "„Ja“", "¿Qué?", "",
])  # fmt: skip
def test_usual_blanks_come_back(text: str) -> None:
    found = text_of_words(words_of(text))
    assert found.replace(" ", "") == text.replace(" ", "")
    if "“" not in text:
        assert found == text
