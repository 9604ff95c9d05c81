"""Repeated values far outside the others are named as possible codes; true values are not."""

import numpy as np
import pytest

from rnnbench.data.readers.sentinels import codes_for_no_value

NORMAL = np.round(np.sin(np.arange(300.0)) * 17.5 + 17.5, 1)


@pytest.mark.parametrize("code", [-9999.0, -999.0, 999.9, 9999.0, 99999.0, -99.0, -1000.0, 1e20])
def test_a_repeated_value_far_outside_is_named_with_what_to_type(code):
    (found,) = codes_for_no_value(np.concatenate([NORMAL, [code] * 4]))
    assert (found.value, found.count) == (code, 4)
    assert found.in_words.endswith(f"type --missing {code:.15g}")
    assert "(0 to 35)" in found.in_words


def test_several_codes_are_named_each():
    found = codes_for_no_value(np.concatenate([NORMAL, [-9999.0] * 3, [-8888.0] * 5, [9999.0] * 3]))
    assert {code.value for code in found} == {-9999, -8888, 9999}
    assert {(code.low, code.high) for code in found} == {(0, 35)}


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        np.concatenate([NORMAL, [-1.0] * 9]),  # near the others
        np.concatenate([NORMAL, [-9999.0]]),  # once
        np.concatenate([NORMAL + 1000, [0.0] * 9]),  # nothing sold
        np.repeat([0.0, 1.0], [290, 10]),  # a holiday
        np.repeat([0.0, 1.0, 2.0, 100.0], [200, 50, 20, 5]),
        np.exp(np.linspace(0, 12, 300)),  # one tail
        np.array([]),
        np.full(20, np.nan),
        np.full(20, 9999.0),
    ],
)
def test_true_values_are_not_named(values):
    assert codes_for_no_value(values) == []


def test_two_of_a_hundred_are_repeated():
    assert len(codes_for_no_value(np.concatenate([NORMAL[:98], [-9999.0] * 2]))) == 1
