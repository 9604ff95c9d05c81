"""Files with the newest row first."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings

DAYS = pd.date_range("2021-01-04", periods=60, freq="D")
LEVELS = pd.DataFrame({"Date": DAYS, "Close": np.arange(60.0) + np.sin(np.arange(60.0))})


@pytest.fixture
def read(tmp_path):
    """Writes a frame under a name and loads it as a series."""

    def written(frame, name="levels.csv", date_format=None, **settings):
        frame.to_csv(tmp_path / name, index=False, date_format=date_format)
        return load(DataSettings(path=str(tmp_path / name), **settings), "series")

    return written


def says_newest_first(series):
    return any("newest row is the first" in sentence for label, sentence in series.facts.understood if label == "rows")


@pytest.mark.parametrize(
    ("frame", "date_format"),
    [
        (LEVELS, None),
        (LEVELS, "%d/%m/%Y"),
        (LEVELS, "%m/%d/%y"),
        (LEVELS, "%Y%m%d"),
        (LEVELS.rename(columns={"Date": "거래일"}), "%Y.%m.%d"),
        (LEVELS.assign(Date=pd.date_range("2021-01-04", periods=60, freq="15min")), None),
        (LEVELS.assign(Date=pd.bdate_range("2021-01-04", periods=60)), "%b %d %Y"),
        (LEVELS.assign(Date=range(1950, 2010)).rename(columns={"Date": "Year"}), None),
    ],
)
def test_the_newest_row_first_is_the_same_series(read, frame, date_format):
    usual, newest_first = (read(rows, date_format=date_format) for rows in (frame, frame.iloc[::-1]))
    assert newest_first.fingerprint == usual.fingerprint
    assert says_newest_first(newest_first)
    assert not says_newest_first(usual)


def test_one_series_of_several_may_have_its_newest_row_first(read):
    both = pd.concat([LEVELS.assign(id="a"), LEVELS.assign(id="b", Close=LEVELS["Close"] + 1)])
    named = {"series_column": "id", "series": "b"}
    newest_first = read(both.iloc[::-1], **named)
    assert newest_first.fingerprint == read(both, "usual.csv", **named).fingerprint
    assert says_newest_first(newest_first)
    assert read(both.iloc[::-1], series_column="id").fingerprint == read(both, series_column="id").fingerprint


def test_blank_cells_of_the_newest_rows_are_the_future(read):
    frame = LEVELS.iloc[::-1].copy()
    frame.iloc[:5, 1] = np.nan
    assert read(frame).splits.opened().test.times[-1] == DAYS[54].to_numpy()


def test_each_file_of_a_split_may_have_its_newest_row_first(read, tmp_path):
    test_file = tmp_path / "test.csv"
    LEVELS.iloc[50:][::-1].to_csv(test_file, index=False)
    newest_first = read(LEVELS.iloc[:50][::-1], test_data=str(test_file))
    LEVELS.iloc[50:].to_csv(test_file, index=False)
    assert newest_first.fingerprint == read(LEVELS.iloc[:50], test_data=str(test_file)).fingerprint


def test_a_split_column_follows_its_rows(read):
    frame = LEVELS.assign(part=["train"] * 50 + ["test"] * 10)
    newest_first = read(frame.iloc[::-1], split_column="part")
    assert len(newest_first.splits.opened().test) == 10
    assert newest_first.fingerprint == read(frame, split_column="part").fingerprint


def test_a_refusal_names_the_line_of_the_file(read):
    frame = LEVELS.astype({"Close": object}).iloc[::-1].reset_index(drop=True)
    frame.loc[3, "Close"] = "closed"
    with pytest.raises(DataError, match="line 5: 'closed' in column 'Close'"):
        read(frame)


@pytest.mark.parametrize("rows", [[1, 0, *range(2, 60)], [*range(30, 60), *range(30)], [*range(59, 1, -1), 0, 1]])
def test_rows_in_no_order_are_refused(read, rows):
    with pytest.raises(DataError, match=r"levels\.csv, line \d+: .* sort the file by 'Date'"):
        read(LEVELS.iloc[rows])
