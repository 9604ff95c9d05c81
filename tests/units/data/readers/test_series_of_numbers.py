"""Series in files of every dialect are read, and how they were read is told."""

import re

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import describe, load
from rnnbench.data.settings import DataSettings

DAYS = [str(day.date()) for day in pd.date_range("2021-01-01", periods=60)]
WAVE = 1000 + 300 * np.sin(np.arange(60.0))


@pytest.fixture
def write(tmp_path):
    """Writes cells of columns beside dates; gives the path."""

    def write(separator, **columns):
        rows = [separator.join(row) for row in zip(DAYS, *columns.values(), strict=True)]
        path = tmp_path / "a.csv"
        path.write_text("\n".join([separator.join(["date", *columns]), *rows]) + "\n", encoding="utf-8")
        return str(path)

    return write


def with_points(values, decimals=0):
    """Numbers as a German writes them."""
    return [f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,")) for value in values]


def values_of(path, **settings):
    return load(DataSettings(path=path, **settings), "series").splits.train.values


def test_thousands_beside_hundreds_are_read_and_told(write):
    path = write(";", sales=with_points(WAVE))
    assert values_of(path)[:, 0].tolist() == np.round(WAVE[:48]).tolist()
    (label, sentence), *_ = [pair for pair in describe(DataSettings(path=path)).facts.understood if pair[0] == "values"]
    assert label == "values"
    assert "'1.000' is 1000" in sentence
    assert "whole numbers below 1000" in sentence


def test_the_covariate_shows_how_the_target_is_meant(write):
    path = write(";", sales=with_points(WAVE + 1000), rain=with_points(np.arange(60) / 8, 2))
    values = values_of(path, target=("sales",), covariates=("rain",))
    assert values[:, 0].tolist() == np.round(WAVE[:48] + 1000).tolist()


def test_an_open_question_is_asked_and_the_option_answers_it(write):
    path = write(";", sales=with_points(WAVE + 1000))
    with pytest.raises(DataError, match=r"a.csv, column 'sales' \(--target\): '2.000' .* or --decimal comma for 2000"):
        values_of(path)
    assert values_of(path, decimal="comma")[0, 0] == 2000
    assert values_of(path, decimal="point")[0, 0] == 2


def test_codes_are_named_and_missing_when_typed_in_targets_and_covariates(write):
    cells = ["-9999" if row % 10 == 5 else f"{value:.1f}" for row, value in enumerate(WAVE)]
    path = write(",", sales=cells, temp=cells[::-1])
    columns = {"target": ("sales",), "covariates": ("temp",)}
    warnings = load(DataSettings(path=path, **columns), "series").facts.warnings
    assert [warning.split(": ", 1)[0] for warning in warnings] == ["'sales'", "'temp'"]
    assert all("-9999 occurs 6 times" in warning and "--missing -9999" in warning for warning in warnings)
    typed = load(DataSettings(path=path, **columns, missing=("-9999",), fill="forward"), "series")
    assert not any("--missing" in warning for warning in typed.facts.warnings)
    assert typed.splits.train.values.min() > 600


def test_a_code_that_no_cell_has_is_told(write):
    warnings = load(
        DataSettings(path=write(",", sales=[f"{value:.1f}" for value in WAVE]), missing=("-1",)), "series"
    ).facts.warnings
    assert warnings == ("no cell of the columns that are used is -1 (--missing)",)


@pytest.mark.parametrize(
    ("scale", "number"),
    [(1, r"[\d,]+"), (5e4, r"\d\d,\d{3},000"), (1e-6, r"0\.\d{3,8}"), (1e-15, r"\d\.\d+e-1[23]")],
)
def test_a_description_has_the_digits_of_the_spread_and_no_exponent_for_money(write, scale, number):
    """The spread is about 300 / sqrt(2) = 212 times the scale."""
    path = write(",", sales=[repr(float(value * scale)) for value in WAVE])
    line = dict(describe(DataSettings(path=path)).lines)["sales"]
    match = re.fullmatch(rf"mean ({number}), from ({number}) to ({number}) in training", line)
    shown = [float(text.replace(",", "")) for text in match.groups()]
    train = WAVE[:48] * scale
    assert shown == pytest.approx([train.mean(), train.min(), train.max()], abs=scale)


def test_a_description_tells_large_values_apart_that_differ_little(write):
    path = write(",", sales=[repr(float(1e12 + value / 1e4)) for value in WAVE])
    described = describe(DataSettings(path=path))
    assert "from 1,000,000,000,000.07 to 1,000,000,000,000.13 " in dict(described.lines)["sales"]
    assert len({line.split()[1] for line in described.examples}) == 3
