"""A series whose targets have no scale of MASE says so, and by what it is judged."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.data import load
from rnnbench.data.settings import DataSettings

HOURS = np.arange(240)
NOISE = np.random.default_rng(0).normal(size=240)


@pytest.fixture
def warnings_of(tmp_path):
    """Writes hourly columns and gives the warnings of the series."""

    def read(**columns):
        frame = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=240, freq="h"), **columns})
        frame.to_csv(tmp_path / "a.csv", index=False)
        return load(DataSettings(path=str(tmp_path / "a.csv"), target=tuple(columns)), "series").facts.warnings

    return read


@pytest.mark.parametrize("values", [HOURS % 24, np.sin(2 * np.pi * HOURS / 24), 100 + np.abs(HOURS % 24 - 12)])
def test_a_target_that_repeats_itself_is_judged_by_mae(warnings_of, values):
    assert warnings_of(load=values)[-1] == (
        "'load' is the same in each season of 24 rows in training, so that MASE has no scale: forecasts are judged by "
        "MAE"
    )


@pytest.mark.parametrize("values", [np.full(240, 5.1), np.zeros(240), np.full(240, 1e-12)])
def test_a_constant_target_is_judged_by_mae(warnings_of, values):
    assert warnings_of(load=values)[-1] == (
        "'load' does not change in training, so that MASE has no scale: forecasts are judged by MAE"
    )


def test_of_several_targets_those_without_a_scale_are_left_out_of_mase(warnings_of):
    warning = warnings_of(load=NOISE, off=np.zeros(240), none=np.full(240, 7.0))[-1]
    assert warning == (
        "each of 'off' and 'none' does not change in training, so that MASE has no scale: MASE is the mean over the "
        "other targets"
    )


def test_a_series_with_a_scale_needs_no_warning(warnings_of):
    assert warnings_of(load=NOISE) == ()
    assert warnings_of(load=1e-12 * (20 + NOISE)) == ()
