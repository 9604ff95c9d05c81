"""Several series in one file: one after the other, row by row, one per row, and how they are refused."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.readers.several_series import select_series
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings

HOURS = pd.date_range("2024-01-01", periods=60, freq="h")
SHOPS = {"north": np.arange(60.0), "south": np.arange(60.0) + 100, "10": np.arange(60.0) * 2}


def long(shops=SHOPS, column="shop"):
    parts = [
        pd.DataFrame({column: name, "time": HOURS[: len(values)], "sales": values}) for name, values in shops.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def read(tmp_path):
    """Writes a frame and loads it as a series."""

    def written(frame, **settings):
        path = tmp_path / "shops.csv"
        frame.to_csv(path, index=False)
        return load(DataSettings(path=str(path), **settings), "series")

    return written


@pytest.mark.parametrize("order", [["shop", "time"], ["time", "shop"]])  # one after the other, and hour by hour
def test_one_series_is_chosen_by_its_name(read, order):
    series = read(long().sort_values(order), series_column="shop", series="south")
    assert series.targets == ("sales",)
    assert series.splits.train.values[:3, 0].tolist() == [100.0, 101.0, 102.0]
    assert ("rows", "series 'south' of 3 in column 'shop'") in series.facts.understood


def test_the_fingerprint_is_that_of_the_chosen_series_alone(read):
    chosen = read(long(), series_column="shop", series="south").fingerprint
    assert chosen == read(long({**SHOPS, "north": np.ones(60)}), series_column="shop", series="south").fingerprint
    assert chosen == read(long({"south": SHOPS["south"]}).drop(columns="shop")).fingerprint
    assert chosen != read(long(), series_column="shop", series="north").fingerprint


def test_aligned_series_become_targets_by_name_whatever_their_order(read):
    series = read(long(), series_column="shop")
    assert series.targets == ("10", "north", "south")
    assert series.splits.train.values[2].tolist() == [4.0, 2.0, 102.0]
    assert series.fingerprint == read(long().sort_values(["time", "shop"]), series_column="shop").fingerprint


def test_numbers_name_series_too(read):
    frame = long({1: SHOPS["north"], 12: SHOPS["south"], 2: SHOPS["10"]})
    assert read(frame, series_column="shop", target=("sales",)).targets == ("1", "2", "12")
    assert read(frame, series_column="shop", series="12", target=("sales",)).splits.train.values[0, 0] == 100


def test_series_without_times_are_counted(read):
    frame = long().drop(columns="time")
    series = read(frame, series_column="shop")
    assert (series.targets, series.frequency, len(series.splits.train)) == (("10", "north", "south"), "1step", 48)


def wide(prefix="V", header=None):
    """M4's way: one series per row, shorter ones padded."""
    rows = {"H1": np.arange(60.0), "H2": np.arange(40.0) + 0.5, "H3": np.full(60, 7.0)}
    cells = [[name, *values, *[""] * (60 - len(values))] for name, values in rows.items()]
    columns = header or [f"{prefix}{number}" for number in range(2, 62)]
    return pd.DataFrame(cells, columns=["V1" if prefix == "V" else "id", *columns])


@pytest.mark.parametrize("prefix", ["V", "d_", ""])
def test_one_series_per_row_is_read_by_its_name(read, prefix):
    column = "V1" if prefix == "V" else "id"
    series = read(wide(prefix), series_column=column, series="H2")
    assert (series.targets, series.frequency) == (("value",), "1step")
    values = np.concatenate([part.values[part.history :] for part in (series.splits.train, series.splits.validation)])
    assert values[:2, 0].tolist() == [0.5, 1.5]
    assert len(series.splits.train) == 32  # of 40: the blanks behind a shorter series are no rows
    told = dict(series.facts.understood)["rows"]
    assert "40 read" in told or any("one per row" in sentence for _, sentence in series.facts.understood)


def test_dates_in_the_header_are_the_times(read):
    days = [str(day.date()) for day in pd.date_range("2024-03-01", periods=60)]
    series = read(wide("", days), series_column="id", series="H1")
    assert (series.frequency, str(series.splits.train.times[0])[:10]) == ("1D", "2024-03-01")


@pytest.mark.parametrize(
    ("frame", "settings", "told"),
    [
        (long(), {}, ["occurs twice", "column 'shop' names 3 series: type --series-column shop, and --series NAME",
                      "such as 10, north, south"]),
        (long().sort_values("time"), {}, ["column 'shop' names 3 series"]),
        (long({1: np.ones(60), 2: np.ones(60)}), {"target": ("sales",)}, ["column 'shop' names 2 series"]),
        (long({name: np.ones(60) for name in "abcd"}).assign(
            shop=np.repeat(["a", "a", "b", "b"], 60), item=np.repeat([1, 2, 1, 2], 60)), {"target": ("sales",)},
         ["columns 'shop' and 'item' together name the series of a row: join them into one column"]),
        (long(), {"series": "south"}, ["--series south: type --series-column too"]),
        (long(), {"series_column": "shp"}, ["no column 'shp' (--series-column). Did you mean 'shop'?"]),
        (long(), {"series_column": "shop", "series": "nort"}, ["no series 'nort'", "Did you mean 'north'?"]),
        (long({"a": np.ones(60), "b": np.ones(50)}), {"series_column": "shop"},
         ["different times ('a' 60 rows, 'b' 50)", "type --series NAME for one of them, such as a, b"]),
        (long().assign(temp=1.0), {"series_column": "shop", "target": ("sales",), "covariates": ("temp",)},
         ["side by side with one --target and no --covariates"]),
        (wide(), {}, ["per row, in columns 'V2' to 'V61': type --series-column V1 --series NAME", "H1, H2, H3"]),
        (wide("d_"), {}, ["type --series-column id --series NAME"]),
        (wide(), {"series_column": "V1"}, ["one series per row: type --series NAME too, such as H1"]),
    ],
)  # fmt: skip
def test_several_series_are_refused_with_what_to_type(read, frame, settings, told):
    with pytest.raises(DataError) as caught:
        read(frame, **settings)
    assert all(words in str(caught.value) for words in told), str(caught.value)
    assert "\n" not in str(caught.value)


def test_repeated_times_without_a_column_of_names_stay_a_fault(read):
    frame = long({"a": np.arange(60.0)}).drop(columns="shop")
    with pytest.raises(DataError, match="keep one row per time"):
        read(pd.concat([frame, frame.iloc[[3]]]).sort_values("time"))


def test_a_fault_is_found_in_the_line_of_the_whole_file(read):
    frame = long().astype({"sales": object})
    frame.loc[65, "sales"] = "much"
    with pytest.raises(DataError, match="line 67: 'much'"):
        read(frame, series_column="shop", series="south")


def test_a_table_of_one_series_is_left_as_it_is(tmp_path):
    path = tmp_path / "one.csv"
    pd.DataFrame({f"x{number}": np.arange(30.0) for number in range(20)}).to_csv(path, index=False)
    table, settings = read_table(path), DataSettings(target=("x3",))
    assert select_series(table, settings) == (table, settings)


def test_a_row_per_year_and_a_column_per_month_is_refused_with_how_to_write_it(read):
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    frame = pd.DataFrame({"Year": range(1980, 2010)} | {name: np.arange(30.0) + row for row, name in enumerate(months)})
    with pytest.raises(
        DataError, match="a row per year and a column per month, 'Jan' to 'Dec': write one row per month"
    ):
        read(frame)
    assert read(frame, target=("Mar",)).frequency == "1Y"


@pytest.mark.parametrize("dates", ["%m/%d/%y", "%Y-%m-%d", "%Y.%m"])
def test_series_per_row_are_named_by_a_column_that_is_not_the_first(read, dates):
    times = pd.date_range("2020-01-01", periods=60, freq="MS" if dates == "%Y.%m" else "D")
    head = pd.DataFrame({"province": "", "country": [f"C{row}" for row in range(30)], "lat": 1.5})
    values = np.arange(60.0) + 10 * np.arange(30)[:, None]
    frame = pd.concat([head, pd.DataFrame(values, columns=times.strftime(dates))], axis=1)
    with pytest.raises(DataError, match="--series-column country --series NAME, such as C0"):
        read(frame)
    series = read(frame, series_column="country", series="C3")
    assert series.splits.train.times[0] == times[0].to_numpy()
    assert series.splits.train.values[0, 0] == 30


def test_months_in_digits_above_numbers_are_a_header(tmp_path):
    months = [f"{2015 + month // 12}.{month % 12 + 1:02}" for month in range(48)]
    rows = [[f"item {row}", *(str(100.5 + row + month) for month in range(48))] for row in range(3)]
    path = tmp_path / "items.csv"
    path.write_text("\n".join(map(",".join, [["item", *months], *rows])) + "\n", encoding="utf-8")
    series = load(DataSettings(path=str(path), series_column="item", series="item 1"), "series")
    assert series.frequency == "1M"
    assert series.splits.train.values[0, 0] == 101.5
