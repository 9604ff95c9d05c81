"""Commands that only tell: what a configuration is, what a file holds, what there is to beat."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from journey import Place, demand_lines, write_book, write_lines, write_reviews
from typer.testing import Result

Type = Callable[..., Result]


def test_show_tells_where_each_value_comes_from(place: Place, typed: Type) -> None:
    write_reviews(place.folder / "reviews.csv")
    sets = ("--set", "encoder.dropout=0.2", "--set", "search.trials=3")
    told = json.loads(typed("show", "sentiment", "--model", "gru", "--data", "reviews.csv", *sets, "--json").stdout)
    assert told["config"]["encoder"]["dropout"] == 0.2
    assert told["origins"]["encoder.dropout"] == "--set"
    assert told["origins"]["data.path"] == "--data"
    assert told["origins"]["task.minimum_count"] == "sentiment.yaml"
    assert "encoder.dropout" not in told["searched"], "what is typed is not searched"
    assert "training.learning_rate" in told["searched"]
    ranged = ("--set", "search.ranges={encoder.dropout: {low: 0.1, high: 0.3}}")
    told = json.loads(typed("show", "sentiment", *sets, *ranged, "--json").stdout)
    assert told["searched"]["encoder.dropout"] == {"low": 0.1, "high": 0.3, "log": False}
    table = typed("show", "sentiment", *sets)
    assert table.exit_code == 0
    assert "encoder.dropout" in table.output


def test_data_tells_what_it_understood_of_a_file(place: Place, typed: Type) -> None:
    write_reviews(place.folder / "reviews.csv", korean=True)
    write_book(place.folder / "book.txt")
    write_lines(place.folder / "demand.csv", demand_lines())
    reviews = typed("data", "reviews.csv")
    assert reviews.exit_code == 0
    assert "400 texts in 2 classes" in reviews.output
    assert "긍정" in reviews.output
    assert "20,000 characters" in typed("data", "book.txt").output
    series = typed("data", "demand.csv", "--target", "load", "--covariates", "temp")
    assert "every 1h" in series.output
    assert json.loads(typed("data", "reviews.csv", "--json").stdout)


def test_data_shows_no_test_example(place: Place, typed: Type) -> None:
    write_reviews(place.folder / "reviews.csv")
    told = json.loads(typed("data", "reviews.csv", "--json").stdout)
    assert "test" not in {*told.get("examples", {})}


@pytest.mark.parametrize("task", ["sentiment", "forecasting"])
def test_baselines_tell_what_there_is_to_beat(task: str, place: Place, typed: Type) -> None:
    write_reviews(place.folder / "reviews.csv")
    write_lines(place.folder / "demand.csv", demand_lines())
    options = {
        "sentiment": ("--data", "reviews.csv"),
        "forecasting": ("--data", "demand.csv", "--target", "load", "--set", "task.lookback=24"),
    }
    metric = {"sentiment": "accuracy", "forecasting": "mase"}[task]
    told = typed("baselines", task, *options[task], "--json")
    printed = json.loads(told.stdout)
    found = printed["baselines"]
    assert printed["data_set"]["name"] == options[task][1]
    assert len(found) >= 3
    assert all(f"test/{metric}" in item["metrics"] for item in found if "skipped" not in item)
    stored = {run.info.run_name for run in place.runs(kind="baseline", test_opened="True")}
    assert stored == {item["model"] for item in found}, "whoever opens the test split is stored"
