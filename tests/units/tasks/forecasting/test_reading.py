"""What a new file leaves open is read as the data of the run: the format of its times, and its decimal mark."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings
from rnnbench.tasks.forecasting.history import history_of_file
from rnnbench.tasks.forecasting.prepared import PreparedWindows
from rnnbench.tasks.forecasting.settings import ForecastingSettings

MINUTES = pd.date_range("2021-02-20", periods=5000, freq="5min")
DAYS = pd.date_range("2021-01-01", periods=200, freq="D")
NEW_MINUTES = pd.date_range("2021-05-03", periods=30, freq="5min")
LOOKBACK = 8


@pytest.fixture
def continued(tmp_path):
    """Continues a run on the rows of one file with those of another: (header, times, values) joined by semicolons."""

    def history(trained, new, *, typed=None, old_run=False, **settings):
        paths = [tmp_path / "trained.csv", tmp_path / "new.csv"]
        for path, (header, *columns) in zip(paths, (trained, new), strict=True):
            path.write_text("\n".join([header, *map(";".join, zip(*columns, strict=True))]) + "\n", encoding="utf-8")
        stored = DataSettings(path=str(paths[0]), **settings)
        prepared = PreparedWindows(load(stored, "series"), ForecastingSettings(lookback=LOOKBACK, horizon=2))
        plain = prepared.to_plain()
        if old_run:
            del plain["time_format"], plain["decimal"]
        restored = PreparedWindows.from_plain(plain, prepared.settings).series
        return history_of_file(paths[1], restored, DataSettings(**(typed or {})), stored, LOOKBACK)

    return history


def written(times, pattern, header="time;load"):
    values = [str(100 + row) for row in range(len(times))]
    return header, [*times.strftime(pattern)], values


@pytest.mark.parametrize(
    ("trained", "new"),
    [
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M"),
        ("%d-%m-%y %H:%M", "%d-%m-%y %H:%M"),
        ("%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M"),  # another mark in the same order
        ("%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M"),
        ("%d/%m/%Y %H:%M", "%Y%m%d%H%M"),
    ],
)
def test_the_order_of_dates_is_that_of_the_run(continued, trained, new):
    history = continued(written(MINUTES, trained), written(NEW_MINUTES, new))
    np.testing.assert_array_equal(history.rows.times, NEW_MINUTES.to_numpy())


def test_a_file_in_another_order_is_read_in_its_own_where_only_that_has_the_step(continued):
    times = pd.date_range("2021-01-02", periods=1000, freq="5min")
    history = continued(written(MINUTES, "%d/%m/%Y %H:%M"), written(times, "%m/%d/%Y %H:%M"))
    np.testing.assert_array_equal(history.rows.times, times.to_numpy())


def test_a_file_that_is_ambiguous_and_has_another_step_in_the_order_of_the_run_still_asks(continued):
    days = pd.date_range("2021-01-01", periods=12, freq="D")
    with pytest.raises(DataError, match="--month-first"):
        continued(written(DAYS, "%d/%m/%Y"), written(days, "%m/%d/%Y"))


def test_steps_of_a_run_remain_steps(continued):
    def rows(first, count):
        return "t;load", [str(first + row) for row in range(count)], [str(row % 7) for row in range(count)]

    history = continued(rows(0, 100), rows(1990, 30))
    assert history.rows.times.astype(int).tolist() == [*range(1990, 2020)]


def test_an_option_decides_against_the_run(continued):
    history = continued(
        written(MINUTES, "%d/%m/%Y %H:%M"), written(NEW_MINUTES, "%m/%d/%Y %H:%M"), typed={"date_order": "month_first"}
    )
    assert history.rows.times[0] == np.datetime64("2021-05-03")


def test_a_run_of_an_earlier_version_still_asks(continued):
    trained, new = written(MINUTES, "%d/%m/%Y %H:%M"), written(NEW_MINUTES, "%d/%m/%Y %H:%M")
    with pytest.raises(DataError, match="--day-first or --month-first"):
        continued(trained, new, old_run=True)


def test_columns_of_date_and_time_of_day_are_those_of_the_run(continued):
    def rows(times):
        header = "Day;At;load;Date"
        columns = [times.strftime(pattern) for pattern in ("%d/%m/%Y", "%H:%M")]
        return header, *columns, [str(row) for row in range(len(times))], ["31/12/2020"] * len(times)

    history = continued(rows(MINUTES), rows(NEW_MINUTES), target=("load",), time_column="Day,At")
    np.testing.assert_array_equal(history.rows.times, NEW_MINUTES.to_numpy())


def numbers(texts, count=60):
    return "time;load", [*DAYS[:count].strftime("%Y-%m-%d")], [texts[row % len(texts)] for row in range(count)]


@pytest.mark.parametrize(
    ("trained", "new", "last"),
    [
        (["0,5", "1,25"], ["1,312", "1,385"], 1.385),
        (["0.5", "1.25"], ["1.312", "1.385"], 1.385),
        (["1.094,5", "12,25"], ["1.312", "1.385"], 1385),
        (["1,094.5", "12.25"], ["1,312", "1,385"], 1385),
        (["0,5", "1,25"], ["1.5", "2.25"], 2.25),  # the file shows its own mark
        (["5", "7"], ["1,5", "2,25"], 2.25),
    ],
)
def test_the_decimal_mark_is_that_of_the_run_where_the_file_leaves_it_open(continued, trained, new, last):
    history = continued(numbers(trained), numbers(new))
    assert history.rows.values[-1, 0] == last
    is_open = "12" in new[0]
    assert any("as the data of the run" in warning for warning in history.warnings) == is_open


def test_a_typed_decimal_mark_decides_against_the_run(continued):
    history = continued(numbers(["0,5", "1,25"]), numbers(["1,312", "1,385"]), typed={"decimal": "point"})
    assert history.rows.values[-1, 0] == 1385
    with pytest.raises(DataError, match=r"--decimal point for 1\.312, or --decimal comma for 1312"):
        continued(numbers(["0.5", "1.25"]), numbers(["1.312", "1.385"]), old_run=True)


def test_a_file_without_the_column_of_the_run_is_refused_with_its_name_and_ten_columns(continued):
    days, values = numbers(["5", "7"])[1:]
    new = (";".join(["time", *(f"c{place}" for place in range(40))]), days, *[values] * 40)
    with pytest.raises(DataError, match=r"no column 'load', which the run reads .* c8, \.\.\. \(41 in all\)"):
        continued(numbers(["5", "7"]), new)
