"""Files of a user's own, in English and Korean, through every task."""

from __future__ import annotations

import json

import pytest
from journey import ALONE, TINY, Place, demand_lines, write_book, write_lines, write_reviews

pytestmark = pytest.mark.slow

ONCE = (*TINY, *ALONE, "--trials", "1", "--seeds", "1", "--set", "budget.updates=10", "--json")

CHARACTERS = ("--set", "task.tokenizer=characters", "--set", "task.embedding_size=8")


def rows(said: str) -> dict[str, dict[str, object]]:
    return {row["model"]: row for row in json.loads(said)["rows"]}


def test_korean_reviews_with_korean_columns_from_whatever_folder(place: Place) -> None:
    write_reviews(place.folder / "영화 리뷰.csv", korean=True)
    found = rows(place.typed("sweep", "sentiment", "--data", "영화 리뷰.csv", *ONCE).out)
    assert {"rnn", "gru", "naive_bayes", "majority_class"} <= found.keys()
    before = len(place.runs())

    there = Place(place.folder / "elsewhere")
    there.folder.mkdir()
    there.store.symlink_to(place.store)
    assert "gru" in there.type_in("compare", "sentiment", "--data", "영화 리뷰.csv").stdout
    again = there.type_in("sweep", "sentiment", "--data", "../영화 리뷰.csv", *ONCE)
    assert again.exit_code == 0
    assert len(place.runs()) == before
    there.typed("confirm", "sentiment", "--seeds", "2", *ALONE)
    assert len(place.outcomes("confirm", "gru")) == 2


def test_a_long_korean_text(place: Place) -> None:
    write_book(place.folder / "book.txt", korean=True)
    said = place.typed("sweep", "text_generation", "--data", "book.txt", *ONCE, *CHARACTERS)
    assert {"rnn", "gru", "witten_bell_ngram", "xz", "bz2"} <= rows(said.out).keys()
    assert "20,000 characters" in said.told


def test_a_long_english_text(place: Place) -> None:
    write_book(place.folder / "book.txt")
    tiny = ("--set", "budget.updates=10", "--set", "budget.validations=1", "--set", "encoder.hidden_size=8")
    told = place.type_in("train", "text_generation", "--data", "book.txt", *tiny, *CHARACTERS, "--json")
    assert json.loads(told.stdout)["outcome"] == "completed"


def test_a_series_too_short_for_a_season_is_trained_all_the_same(place: Place) -> None:
    write_lines(place.folder / "demand.csv", demand_lines(25))
    told = place.type_in("train", "forecasting", "--data", "demand.csv", "--target", "load", "--json")
    assert told.exit_code == 0, told.output
    assert "season of 24" not in told.stderr


def test_a_series_with_covariates(place: Place) -> None:
    write_lines(place.folder / "demand.csv", demand_lines())
    columns = ("--data", "demand.csv", "--target", "load", "--time-column", "ts", "--covariates", "temp")
    windows = ("--set", "task.lookback=24", "--set", "task.horizon=6")
    said = place.typed("sweep", "forecasting", *columns, *ONCE, *windows)
    assert {"rnn", "gru", "last_value", "seasonal_naive"} <= rows(said.out).keys()
    assert "temp" in said.told
    fingerprint = place.runs(kind="sweep")[0].data.tags["fingerprint"]
    folder = place.store / "exports" / f"forecasting-demand.csv-{fingerprint[:8]}"
    place.type_in("export", "forecasting")
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["rows"]


def test_what_the_machine_cannot_do_as_configured_is_told_once_for_each_encoder(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    half = ("--data", "reviews.csv", "--set", "hardware.device=cpu", "--set", "hardware.precision=16-mixed")
    note = "16-mixed needs a GPU: trained in bf16-mixed"
    swept = place.typed("sweep", "sentiment", *half, *ONCE)
    assert [line for line in swept.told.splitlines() if note in line] == [f"rnn: {note}", f"gru: {note}"]
    told = place.typed("train", "sentiment", *half, "--model", "gru", "--set", "budget.updates=10")
    assert note in told.told.splitlines()
    assert f"gru and rnn: {note}." in " ".join(swept.out.split())
    assert f"gru and rnn: {note}." in " ".join(place.typed("compare", "sentiment").out.split())
