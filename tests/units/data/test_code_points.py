"""Texts as code points, and long texts in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.data import code_points
from rnnbench.data.code_points import pieces_of, points_of, text_of


def test_code_points_and_text_are_inverses() -> None:
    text = "a한🙂\n"
    assert points_of(text).tolist() == [97, 0xD55C, 0x1F642, 10]
    assert text_of(points_of(text)) == text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab\ncd ef", ["ab\n", "cd ", "ef"]),  # after a newline, else after a blank
        ("a b\nc d", ["a b\n", "c d"]),  # a newline is preferred to the blank
        ("abcdef", ["abcd", "ef"]),  # without either, at the size of a piece
        ("", []),
    ],
)
def test_a_long_text_is_cut_after_a_newline_or_a_blank(
    text: str, pieces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_points, "PIECE", 4)
    assert [text_of(piece) for piece in pieces_of(points_of(text))] == pieces
    assert np.array_equal(np.concatenate([*pieces_of(points_of(text)), points_of("")]), points_of(text))
