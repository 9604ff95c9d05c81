"""The user's own series."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.kinds import UNDERSTOOD
from rnnbench.data.readers.series import read_rows
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings

LOAD = {"target": ("load",)}
HOURS = pd.date_range("2024-01-01", periods=200, freq="h")


@pytest.fixture
def demand(tmp_path):
    """Writes a frame and loads it as a series."""

    def read(frame, name="demand.csv", **settings):
        frame.to_csv(tmp_path / name, index=False)
        return load(DataSettings(path=str(tmp_path / name), **settings), "series")

    return read


def hourly():
    return pd.DataFrame({"ts": HOURS, "load": np.arange(200.0), "temp": np.arange(200.0) / 2})


def test_a_series_is_cut_by_time_and_may_look_back(demand):
    series = demand(hourly(), target=("load",), covariates=("temp",))
    test = series.splits.opened().test
    assert (len(series.splits.train), len(series.splits.validation), len(test)) == (160, 20, 20)
    assert test.values[test.history :, 0].tolist() == list(range(180, 200))
    assert test.covariates[-1].tolist() == [99.5]
    assert (series.frequency, series.targets) == ("1h", ("load",))
    assert series.suggested_lookback + series.suggested_horizon <= 160


def test_one_value_column_needs_no_name(demand):
    assert demand(hourly()[["ts", "load"]]).targets == ("load",)


def test_a_column_without_a_usual_name_is_found_when_it_plainly_holds_times(demand):
    frame = hourly()[["ts", "load"]].rename(columns={"ts": "수집"})
    assert demand(frame).targets == ("load",)


def test_parts_of_the_time_and_row_numbers_are_no_targets(demand):
    parts = pd.DataFrame({"No": range(1, 201), "year": HOURS.year, "month": HOURS.month, "day": HOURS.day})
    series = demand(parts.assign(hour=HOURS.hour, pm=np.arange(200.0)))
    assert (series.targets, series.frequency) == (("pm",), "1h")
    dated = hourly()[["ts", "load"]].assign(hour=HOURS.hour, month=HOURS.month)
    assert demand(dated).targets == ("load",)


def test_a_date_and_a_time_of_day_may_be_in_two_columns(demand):
    frame = pd.DataFrame({"Date": HOURS.strftime("%d/%m/%Y"), "Time": HOURS.strftime("%H:%M"), "kw": np.arange(200.0)})
    for settings in ({}, {"time_column": "Date,Time"}):
        series = demand(frame, **settings)
        assert (series.targets, series.frequency) == (("kw",), "1h")
        assert series.splits.train.times[1] == np.datetime64("2024-01-01T01:00")
        sentences = [sentence for label, sentence in series.facts.understood if label == "times"]
        assert "'Date + Time' is read as day/month/year (the first, '01/01/2024 00:00', is 2024-01-01)" in sentences


def test_several_targets_keep_their_order(demand):
    assert demand(hourly(), target=("temp", "load")).splits.train.values[2].tolist() == [1.0, 2.0]


def test_what_was_understood_is_told(demand):
    facts = demand(hourly(), target=("load",)).facts
    labels = [label for label, _ in facts.understood]
    understood = " | ".join(f"{label}: {sentence}" for label, sentence in facts.understood)
    assert set(labels) <= set(UNDERSTOOD)
    assert "columns: time 'ts', target 'load'; not used: 'temp' (--covariates" in understood
    assert "rows: 200 read" in understood
    assert "every 1h from 2024-01-01T00:00:00 to 2024-01-09T07:00:00" in understood
    assert "times: no row is missing" in understood
    assert "values: none is missing" in understood
    assert f"split: {facts.split_rule}" in understood
    assert "training 160 rows, validation 20 from 2024-01-07T16:00:00, test 20 from" in facts.split_rule
    assert facts.warnings == ()


def test_business_days_have_no_gaps(demand):
    days = pd.date_range("2024-01-01", periods=100, freq="B").delete(40)
    series = demand(pd.DataFrame({"date": days, "price": np.arange(99.0)}))
    assert (series.frequency, series.season_length, len(series.splits.train)) == ("1B", 1, 79)


def test_interpolation_draws_a_line_inside_a_split(demand):
    frame = hourly()[["ts", "load"]].drop(index=[50, 51])
    series = demand(frame, fill="interpolate")
    assert series.splits.train.values[49:53, 0].tolist() == [49.0, 50.0, 51.0, 52.0]
    assert series.splits.train.times[50] == np.datetime64("2024-01-03T02:00")
    assert series.splits.train.observed[49:53, 0].tolist() == [True, False, False, True]
    assert ("values", "filled (interpolate): training 2 of 160, validation 0 of 20, test 0 of 20; filled values are "
            "inputs, never scored") in series.facts.understood  # fmt: skip


def test_nothing_is_filled_from_the_split_after(demand):
    frame = hourly()[["ts", "load"]]
    frame.loc[[158, 159, 160, 161], "load"] = np.nan
    series = demand(frame, fill="interpolate")
    assert series.splits.train.values[-3:, 0].tolist() == [157.0, 157.0, 157.0]
    assert series.splits.validation.values[160:163, 0].tolist() == [157.0, 157.0, 162.0]


def test_forward_repeats_the_last_value(demand):
    frame = hourly()[["ts", "load"]].drop(index=[50, 51])
    assert demand(frame, fill="forward").splits.train.values[49:53, 0].tolist() == [49.0, 49.0, 49.0, 52.0]


def changed(**cells):
    frame = hourly().astype({"ts": str, "load": object})
    for column, (row, value) in cells.items():
        frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "settings", "told"),
    [
        (hourly(), {}, "cannot infer the column to forecast: type --target NAME. Its columns: ts, load, temp"),
        (hourly(), {"target": ("lod",)}, "no column 'lod' (--target). Did you mean 'load'?"),
        (hourly(), {**LOAD, "covariates": ("tmp",)}, "no column 'tmp' (--covariates). Did you mean 'temp'?"),
        (hourly(), {**LOAD, "time_column": "tz"}, "no column 'tz' (--time-column)"),
        (hourly(), {"target": ("load", "load")}, "'load' is typed twice"),
        (hourly().head(10), LOAD, "10 rows, but three splits need at least 20"),
        (hourly().iloc[[*range(60, 0, -1), *range(61, 99)]], LOAD,
         "(2024-01-03 11:00 after 2024-01-03 12:00): sort the file by 'ts'"),
        (pd.concat([hourly(), hourly().iloc[[5]]]), LOAD, "05:00 occurs twice (line 7 and line 202"),
        (hourly().drop(index=[50, 51]), LOAD, "2 of 200 rows are missing (the first after line 51): type --fill"),
        (changed(load=(7, np.nan)), LOAD, "1 cell is empty (the first in 'load', line 9)"),
        (changed(load=(7, "much")), LOAD, "line 9: 'much' in column 'load' (--target) is not a number"),
        (changed(ts=(7, "soon")), {**LOAD, "time_column": "ts"}, "line 9: 'soon' in column 'ts' is no"),
        (hourly(), {**LOAD, "frequency": "often"}, "--frequency 'often' is not a frequency"),
        (hourly(), {**LOAD, "frequency": "2h"}, "demand.csv: 100 times in 'ts' are not on the 2h grid"),
        (hourly().assign(ts=HOURS + pd.to_timedelta(np.arange(200) ** 2, "s")), LOAD, "demand.csv: the times have no"),
        (hourly().assign(temp=np.nan), {"target": ("temp",), "fill": "forward"}, "column 'temp' is empty"),
    ],
)  # fmt: skip
def test_refusals_are_in_words(demand, frame, settings, told):
    with pytest.raises(DataError) as caught:
        demand(frame, **settings)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_finer_frequency_than_the_rows_is_a_series_of_gaps(demand):
    with pytest.raises(DataError, match=r"199 of 399 rows are missing"):
        demand(hourly(), target=("load",), frequency="30min")


@pytest.mark.parametrize("name", ["demand.jsonl", "demand.parquet"])
def test_other_formats_give_the_same_series(tmp_path, name):
    path = tmp_path / name
    frame = hourly()
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.astype({"ts": str}).to_json(path, orient="records", lines=True)
    series = load(DataSettings(path=str(path), target=("load",)), "series")
    assert series.splits.train.values[:3, 0].tolist() == [0.0, 1.0, 2.0]
    assert series.frequency == "1h"


def test_rows_alone_need_no_splits(tmp_path):
    path = tmp_path / "short.csv"
    hourly()[:5].to_csv(path, index=False)
    read = read_rows(read_table(path), DataSettings(target=("load",), covariates=("temp",)))
    rows, frequency = read.filled(), read.read.frequency
    assert (rows.values[:, 0].tolist(), rows.covariates[:, 0].tolist()) == ([0, 1, 2, 3, 4], [0, 0.5, 1, 1.5, 2])
    assert (rows.times[-1], rows.history, frequency) == (np.datetime64("2024-01-01T04", "ns"), 0, "1h")


def test_gaps_in_rows_alone_are_filled_when_asked_for(tmp_path):
    path = tmp_path / "gap.csv"
    hourly()[:8].drop(index=[3, 4]).to_csv(path, index=False)
    table = read_table(path)
    with pytest.raises(DataError, match="2 of 8 rows are missing"):
        read_rows(table, DataSettings(target=("load",)))
    filled = {
        fill: read_rows(table, DataSettings(target=("load",), fill=fill)).filled().values[:, 0].tolist()
        for fill in ("interpolate", "forward")
    }
    assert filled == {"interpolate": [0, 1, 2, 3, 4, 5, 6, 7], "forward": [0, 1, 2, 2, 2, 5, 6, 7]}
