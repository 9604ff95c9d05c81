"""Lists in words."""

from __future__ import annotations

import unicodedata

from rnnbench.core.text import listed, nfc


def test_a_list_is_read_as_a_sentence_reads() -> None:
    assert listed([]) == ""
    assert listed(["rnn"]) == "rnn"
    assert listed(["rnn", "gru"]) == "rnn and gru"
    assert listed(name for name in ("rnn", "gru", "lstm")) == "rnn, gru and lstm"
    assert listed(["2", "4", "8"], last="or") == "2, 4 or 8"


def test_letters_in_parts_are_composed() -> None:
    for text in ("한글", "é", "plain", "テキスト が"):
        assert nfc(unicodedata.normalize("NFD", text)) == text
