"""Files of a user's own, in English and Korean, through every task."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from journey import TINY, Place, demand_lines, write_book, write_lines, write_reviews

pytestmark = pytest.mark.slow

ONCE = (*TINY, "--workers", "1", "--trials", "1", "--seeds", "1", "--set", "budget.updates=10", "--json")


def rows(said: str) -> dict[str, dict[str, object]]:
    return {row["model"]: row for row in json.loads(said)["rows"]}


def test_korean_reviews_with_korean_columns(place: Place) -> None:
    write_reviews(place.folder / "영화 리뷰.csv", korean=True)
    found = rows(place.run("sweep", "sentiment", "--data", "영화 리뷰.csv", *ONCE).out)
    assert {"rnn", "gru", "naive_bayes", "majority_class"} <= found.keys()
    assert "gru" in place.type_in("compare", "sentiment", "--data", "영화 리뷰.csv").stdout


@pytest.mark.parametrize("korean", [False, True], ids=["english", "korean"])
def test_a_long_text(korean: bool, place: Place) -> None:
    write_book(place.folder / "book.txt", korean=korean)
    small = ("--set", "task.tokenizer=characters", "--set", "task.embedding_size=8")
    said = place.run("sweep", "text_generation", "--data", "book.txt", *ONCE, *small)
    assert {"rnn", "gru", "witten_bell_ngram", "xz", "bz2"} <= rows(said.out).keys()
    assert "20,000 characters" in said.told


def test_a_series_with_covariates(place: Place) -> None:
    write_lines(place.folder / "demand.csv", demand_lines())
    columns = ("--data", "demand.csv", "--target", "load", "--time-column", "ts", "--covariates", "temp")
    windows = ("--set", "task.lookback=24", "--set", "task.horizon=6")
    said = place.run("sweep", "forecasting", *columns, *ONCE, *windows)
    assert {"rnn", "gru", "last_value", "seasonal_naive"} <= rows(said.out).keys()
    assert "temp" in said.told
    folder = place.store / "exports" / "forecasting-demand.csv"
    place.type_in("export", "forecasting")
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["rows"]


def test_the_folder_one_stands_in_does_not_matter(place: Place, tmp_path: Path) -> None:
    write_reviews(place.folder / "reviews.csv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.run("sweep", "sentiment", "--data", "reviews.csv", *ONCE)
    before = len(place.runs())
    there = Place(elsewhere)
    (elsewhere / "store").symlink_to(place.store)
    assert there.type_in("sweep", "sentiment", "--data", "../reviews.csv", *ONCE).exit_code == 0
    assert len(place.runs()) == before
    there.run("confirm", "sentiment", "--seeds", "2")
    assert len(place.outcomes("confirm", "gru")) == 2
