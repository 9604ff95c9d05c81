"""Blank ends of a series, gaps, and how much of each split is filled."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.readers.series import read_rows
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings

VALUE = {"target": ("load",)}


def table(rows=300, step="D", seed=0):
    """A season of seven rows on a level of a hundred, with two covariates."""
    generator = np.random.default_rng(seed)
    wave = 10 * np.sin(2 * np.pi * np.arange(rows) / 7)
    return pd.DataFrame({
        "time": pd.date_range("2022-01-01", periods=rows, freq=step),
        "load": (100 + wave + generator.normal(size=rows)).round(3),
        "temp": generator.normal(size=rows).round(3),
        "holiday": generator.integers(0, 2, rows),
    })  # fmt: skip


def blank(frame, rows, columns=("load",)):
    frame = frame.astype(dict.fromkeys(columns, "float64"))
    frame.loc[rows, [*columns]] = np.nan
    return frame


@pytest.fixture
def read(tmp_path):
    """Writes a frame and loads it as a series."""

    def read(frame, name="own.csv", **settings):
        frame.to_csv(tmp_path / name, index=False)
        return load(DataSettings(path=str(tmp_path / name), **{**VALUE, **settings}), "series")

    return read


def told(series, label):
    return " | ".join(sentence for own, sentence in series.facts.understood if own == label)


@pytest.mark.parametrize("fill", ["none", "forward", "interpolate"])
@pytest.mark.parametrize("step", ["h", "D", "B", "W", "MS", "15min"])
@pytest.mark.parametrize("columns", [("load",), ("load", "temp", "holiday")])
def test_a_blank_tail_is_the_future_and_not_data(read, fill, step, columns):
    frame = table(200, step)
    series = read(blank(frame, range(160, 200), columns), fill=fill, covariates=("temp", "holiday"))
    known = read(frame[:160], name="known.csv", fill=fill, covariates=("temp", "holiday"))
    assert series.fingerprint == known.fingerprint
    assert series.splits.train.observed is None
    assert "200 read; the last 40 rows have no value in 'load' and are taken as the future: not used" in told(
        series, "rows"
    )
    assert ("'temp', 'holiday'" in told(series, "rows")) == (columns == ("load",))


@pytest.mark.parametrize("written", ["", "NA", "nan", "-", "null"])
def test_a_tail_of_missing_marks_is_blank(read, written):
    frame = blank(table(100), range(80, 100))
    series = read(frame.astype(object).where(frame.notna(), written))
    assert "the last 20 rows have no value in 'load'" in told(series, "rows")


def test_a_blank_head_is_cut_and_told(read):
    frame = table(120)
    series = read(blank(frame, range(30)))
    assert "the first 30 rows have no value in 'load': not used" in told(series, "rows")
    assert series.fingerprint == read(frame[30:], name="known.csv").fingerprint


def test_one_blank_row_at_the_end_is_told_in_the_singular(read):
    assert "the last row has no value in 'load' and is taken as the future" in told(
        read(blank(table(100), [99])), "rows"
    )


def test_the_tail_begins_where_no_target_is_known(read):
    frame = table(300).assign(other=lambda rows: rows.load * 2)
    frame = blank(blank(frame, range(290, 300), ("load", "other")), range(286, 290))
    with pytest.raises(DataError, match=r"4 cells are empty \(the first in 'load', line 288\)"):
        read(frame, target=("load", "other"))
    series = read(frame, target=("load", "other"), fill="forward")
    test = series.splits.opened().test
    assert len(test.values) == 290
    assert test.observed[285:].tolist() == [[True, True], *[[False, True]] * 4]
    assert "the last 10 rows have no value in 'load' or 'other'" in told(series, "rows")


@pytest.mark.parametrize(("known", "words"), [(15, "15 rows from the first"), (1, "1 row from the first")])
def test_too_few_rows_with_a_value_are_refused(read, known, words):
    with pytest.raises(DataError, match=words):
        read(blank(table(60), range(known, 60)))


def test_a_row_alone_is_a_gap_in_the_middle_and_the_future_at_the_end(read):
    frame = table(100)
    with pytest.raises(DataError, match=r"1 cell is empty \(the first in 'load', line 52\)"):
        read(blank(frame, [50]))
    series = read(blank(frame, [50, 99]), fill="interpolate")
    assert series.splits.train.observed[50, 0] == np.False_
    assert int((~series.splits.opened().test.observed).sum()) == 1
    halfway = (frame.load[49] + frame.load[51]) / 2
    assert series.splits.train.values[50, 0] == pytest.approx(halfway)


@pytest.mark.parametrize("missing_rows", [False, True])
def test_filled_values_are_counted_in_their_split(read, missing_rows):
    places = [10, 11, 200, 250, 251, 252, 281]
    frame = table(300)
    frame = frame.drop(index=places) if missing_rows else blank(frame, places)
    series = read(frame, fill="interpolate")
    assert told(series, "values") == (
        "filled (interpolate): training 3 of 240, validation 3 of 30, test 1 of 30; filled values are inputs, "
        "never scored"
    )
    assert np.flatnonzero(~series.splits.opened().test.observed[:, 0]).tolist() == places
    assert series.facts.warnings == (
        "much of 'load' is filled (interpolate): 1 % of training, 10 % of validation, 3 % of test; scores are of the "
        "other values alone",
    )
    if missing_rows:
        assert "7 rows are missing, the first after 2022-01-10" in told(series, "times")


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (range(20, 100), "33 % of 'load' in the training split (80 of 240 values), from 2022-01-01 to 2022-08-28"),
        (range(245, 255), "33 % of 'load' in the validation split (10 of 30 values), from 2022-08-29 to 2022-09-27"),
        (range(285, 299), "47 % of 'load' in the test split (14 of 30 values), from 2022-09-28 to 2022-10-27"),
    ],
)
@pytest.mark.parametrize("missing_rows", [False, True])
def test_a_split_that_would_mostly_be_filled_is_refused(read, places, words, missing_rows):
    frame = table(300)
    frame = frame.drop(index=[*places]) if missing_rows else blank(frame, [*places])
    with pytest.raises(DataError) as caught:
        read(frame, fill="forward")
    assert words in str(caught.value)
    assert "at most 30 % may be: use a part of the file with fewer gaps" in str(caught.value)


def test_a_covariate_may_be_filled_and_is_told(read):
    frame = blank(table(300), [row for row in range(300) if row % 7], ("temp",))
    series = read(frame, covariates=("temp",), fill="forward")
    assert series.splits.train.observed is None
    assert "training 0 of 240" in told(series, "values")
    assert "filled covariates: 'temp' 257" in told(series, "values")
    assert "much of 'temp' is filled (forward): 85 % of training" in series.facts.warnings[0]


def test_filled_cells_are_part_of_the_fingerprint(read):
    frame = table(100)
    line = frame.assign(load=np.arange(100.0))
    filled = read(blank(line, [40]), name="filled.csv", fill="interpolate")
    known = read(line, name="line.csv")
    assert filled.splits.train.values.tolist() == known.splits.train.values.tolist()
    assert filled.fingerprint != known.fingerprint


@pytest.mark.parametrize("value", [0.0, 93.25])
def test_equal_values_at_the_end_are_warned_of(read, value):
    frame = table(200)
    frame.loc[180:, "load"] = value
    (warning,) = read(frame).facts.warnings
    assert warning.startswith(f"the last 20 values of 'load' are all {value:g}: if they are not measured, delete them")


def test_equal_values_that_occur_elsewhere_too_are_not_warned_of(read):
    nights = table(240, "h").assign(load=lambda rows: np.where(rows.time.dt.hour.between(7, 18), rows.load, 0.0))
    assert read(nights).facts.warnings == ()


def test_rows_alone_end_with_the_last_known_target(tmp_path):
    path = tmp_path / "own.csv"
    blank(table(30), range(25, 30)).to_csv(path, index=False)
    rows = read_rows(read_table(path), DataSettings(**VALUE, covariates=("temp",)))
    assert rows.filled().times[-1] == np.datetime64("2022-01-25", "ns")
    assert (rows.future_rows, rows.future_covariates, rows.count) == (5, ("temp",), 25)
