"""Lists and shares in words."""

from __future__ import annotations

import pytest

from rnnbench.core.text import listed, percent


def test_a_list_is_read_as_a_sentence_reads() -> None:
    assert listed([]) == ""
    assert listed(["rnn"]) == "rnn"
    assert listed(["rnn", "gru"]) == "rnn and gru"
    assert listed(name for name in ("rnn", "gru", "lstm")) == "rnn, gru and lstm"
    assert listed(["2", "4", "8"], last="or") == "2, 4 or 8"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.031, "3.1 %"), (0.03, "3 %"), (0.0004, "below 0.1 %"), (0.9996, "over 99 %"),
     (0.07, "7 %"), (0.0999, "10 %"), (0.934, "93 %"), (0.994, "99 %")],
)  # fmt: skip
def test_shares_are_percent_with_0_and_100_only_where_exact(share: float, text: str) -> None:
    assert percent(share) == text
