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


@pytest.mark.parametrize("values", [np.full(240, 5.1), np.zeros(240), HOURS % 24, np.sin(2 * np.pi * HOURS / 24)])
def test_a_target_that_repeats_itself_is_judged_by_mae(warnings_of, values):
    (warning,) = warnings_of(load=values)
    assert warning == (
        "'load' is the same in each season of 24 rows in training, so that MASE has no scale: forecasts are judged by "
        "MAE"
    )


def test_of_several_targets_those_without_a_scale_are_left_out_of_mase(warnings_of):
    (warning,) = warnings_of(load=NOISE, off=np.zeros(240))
    assert warning.startswith("'off' is the same")
    assert warning.endswith("MASE is the mean over the other targets")


def test_a_series_with_a_scale_needs_no_warning(warnings_of):
    assert warnings_of(load=NOISE) == ()
    assert warnings_of(load=1e-12 * (20 + NOISE)) == ()
