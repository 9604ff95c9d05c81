"""Contexts and alignments in a showcase: what is kept of long ones, and that they fit."""

from __future__ import annotations

import pytest

from rnnbench.tasks.samples import ALIGNED_TOKENS, last_turns, short_alignment, to_json


@pytest.mark.parametrize(
    ("context", "most", "kept"),
    [
        ("a\nb", 200, "a\nb"),
        ("one\ntwo\nthree", 9, "two\nthree"),
        ("one\ntwo\nthree", 8, "three"),
        ("first\na last turn", 8, "a last…"),
        ("a  b\n\n c ", 200, "a b\nc"),
        ("", 200, ""),
    ],
)
def test_of_a_long_context_the_last_turns_are_kept(context: str, most: int, kept: str) -> None:
    assert last_turns(context, most) == kept
    assert len(kept) <= most


def test_weights_are_rounded() -> None:
    made = short_alignment(("a", "b"), ("c",), ((0.12345, 0.87655),))
    assert made == {"source": ["a", "b"], "target": ["c"], "weights": [[0.12, 0.88]]}


@pytest.mark.parametrize("sides", [(ALIGNED_TOKENS + 1, 2), (2, ALIGNED_TOKENS + 1)])
def test_a_long_alignment_is_left_out(sides: tuple[int, int]) -> None:
    across, down = sides
    assert short_alignment(["a"] * across, ["b"] * down, [[0.5] * across] * down) is None


def test_two_alignments_and_eight_translations_of_korean_fit() -> None:
    tokens = ["한국어"] * ALIGNED_TOKENS
    alignment = short_alignment(tokens, tokens, [[0.056666] * ALIGNED_TOKENS] * ALIGNED_TOKENS)
    text = "한" * 200
    pairs = [{"source": text, "target": text, "output": text, "chrf": 12.3}] * 4
    showcase = {
        "kind": "translations", "source": "ja", "target": "ko", "best": pairs, "worst": pairs,
        "alignments": [alignment] * 2,
    }  # fmt: skip
    assert len(to_json(showcase).encode()) <= 20_000
