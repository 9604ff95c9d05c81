"""Lists in words."""

from __future__ import annotations

from rnnbench.core.text import listed


def test_a_list_is_read_as_a_sentence_reads() -> None:
    assert listed([]) == ""
    assert listed(["rnn"]) == "rnn"
    assert listed(["rnn", "gru"]) == "rnn and gru"
    assert listed(name for name in ("rnn", "gru", "lstm")) == "rnn, gru and lstm"
    assert listed(["2", "4", "8"], last="or") == "2, 4 or 8"
