"""Lists and numbers in words."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.core.text import listed, listed_names, nfc, percent, rounded, score_text


def test_a_list_is_read_as_a_sentence_reads() -> None:
    assert listed([]) == ""
    assert listed(["rnn"]) == "rnn"
    assert listed(["rnn", "gru"]) == "rnn and gru"
    assert listed(name for name in ("rnn", "gru", "lstm")) == "rnn, gru and lstm"
    assert listed(["2", "4", "8"], last="or") == "2, 4 or 8"


def test_of_many_names_the_first_and_their_number_are_listed() -> None:
    assert listed_names(["time", "load, MW"]) == "time, 'load, MW'"
    assert listed_names([f"V{number}" for number in range(1, 415)], most=3) == "V1, V2, V3, ... (414 in all)"


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (52_412_345.6, 43_210, "52,412,300"),
        (-52_412_345.6, 43_210, "-52,412,300"),
        (52_412_345.6, None, "52,412,346"),
        (539.612, 7.1, "539.61"),
        (0.0, 7.1, "0.00"),
        (-0.0004, 7.1, "0.00"),
        (5.0, None, "5"),
        (5.0, 0.0, "5"),
        (5.0, math.nan, "5"),
        (0.0, None, "0"),
        (0.00012345, None, "0.00012345"),
        (1_000_000_000_000.0041, 0.0005, "1,000,000,000,000.004"),
        (1.001257e-12, 3e-14, "1.0013e-12"),
        (1.5e16, 1e14, "1.5000e+16"),
        (1.5e16, None, "1.5000e+16"),
        (math.inf, 1.0, "inf"),
    ],
)
def test_a_value_has_the_digits_that_its_uncertainty_needs(value, uncertainty, text) -> None:
    assert rounded(value, uncertainty) == text


@given(st.floats(-1e20, 1e20), st.floats(0.1, 1e6))
def test_the_ends_of_a_band_differ_and_lie_near_the_truth(value, share) -> None:
    """Wherever float64 can tell the ends from each other by more than its rounding."""
    band = abs(value) / 1e12 * share + 1e-14
    low, high = rounded(value - band, band), rounded(value + band, band)
    assert low != high
    assert abs(float(low.replace(",", "")) - (value - band)) <= band / 50


@given(st.floats(1, 1e14), st.floats(1e-6, 1))
def test_money_is_never_written_with_an_exponent(value, share) -> None:
    assert "e" not in rounded(value, value * share)
    assert "e" not in rounded(value)
    assert "e" not in score_text(value)


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.78314, "0.7831"),
        (0.0, "0.0000"),
        (1234.56789, "1,234.5679"),
        (12_345_678.1, "12,345,678"),
        (1e-12, "1.0000e-12"),
    ],
)
def test_a_score_has_four_decimals_unless_it_is_large_or_small(score, text) -> None:
    assert score_text(score) == text


def test_letters_in_parts_are_composed() -> None:
    for text in ("한글", "é", "plain", "テキスト が"):
        assert nfc(unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.031, "3.1 %"), (0.03, "3 %"), (0.0004, "below 0.1 %"), (0.9996, "over 99 %"),
     (0.07, "7 %"), (0.0999, "10 %"), (0.934, "93 %"), (0.994, "99 %")],
)  # fmt: skip
def test_shares_are_percent_with_0_and_100_only_where_exact(share: float, text: str) -> None:
    assert percent(share) == text
