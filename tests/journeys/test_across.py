"""Which encoder is best over several data sets, asked of a store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from journey import Place

from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker

METRICS = {
    "sentiment": ("accuracy", True),
    "forecasting": ("mase", False),
    "text_generation": ("bits_per_character", False),
}

SEEN = {"trial": ["validation"], "confirm": ["validation", "test"], "baseline": ["validation", "test"]}


def a_sweep(tracker: Tracker, task: str, data: str, models: Iterable[str] = ("gru", "lstm", "rnn")) -> None:
    """A finished sweep without its trainings: a trial and two confirmations per encoder, and a baseline.

    The models are good in the order that they are named in.
    """
    experiment = tracker.experiment(task, data)
    metric, higher = METRICS[task]
    parent = tracker.start(experiment, f"sweep of {task}", {"kind": "sweep", "task": task})
    parent.end("completed")

    def keep(kind, model: str, seed: int | None, score: float, **tags: str) -> None:
        record = RunRecord(
            kind, task, data, f"{task}-{data}", model, metric, higher, seed=seed, tags=tags,
            metrics={f"{split}/{metric}": score for split in SEEN[kind]},
        )  # fmt: skip
        tracker.start(experiment, f"{model} {kind} {seed}", {"kind": kind}, parent.run_id).finish(record, {})

    for place, model in enumerate(models):
        score = 0.8 - 0.1 * place if higher else 0.8 + 0.1 * place
        keep("trial", model, 100, score, choice="a", trial="0")
        for seed in range(2):
            keep("confirm", model, seed, score + 0.001 * seed, choice="a")
    keep("baseline", "simple", None, 0.75 if higher else 0.85)


@pytest.fixture(scope="module")
def filled(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Sweeps of three tasks on six data sets, and one that nothing of is confirmed."""
    place = Place(tmp_path_factory.mktemp("filled"))
    shutil.copytree(_empty_store, place.store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(place.store))
        fill(Tracker())
    return place


def fill(tracker: Tracker) -> None:
    for task, data in (
        ("sentiment", "mr"), ("sentiment", "reviews.csv"), ("forecasting", "power"), ("forecasting", "stock"),
        ("text_generation", "shakespeare"), ("text_generation", "book.txt"),
    ):  # fmt: skip
        a_sweep(tracker, task, data)
    empty = tracker.experiment("forecasting", "weather")
    tracker.start(empty, "begun", {"kind": "sweep", "task": "forecasting"}).end("interrupted")


def test_all_data_sets_of_a_store_are_summed_up_and_exported(filled: Place) -> None:
    told = filled.type_in("across", "--export")
    assert told.exit_code == 0, told.output
    words = " ".join(told.stdout.split())
    assert "Over these 6 data sets gru is first by every measure: average rank (1.00)" in words
    assert "lstm is not distinguishable from gru and rnn is worse" in words
    assert "Left out: forecasting on weather, where nothing is confirmed yet." in words
    assert "Raw scores are not averaged" in words
    folder = filled.store / "exports" / "across"
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written.keys() == {
        "across.csv", "across.md", "across.tex", "across.html", "across.json", "skill.png", "critical_difference.png",
    }  # fmt: skip
    assert told.stdout.endswith("7 files in store/exports/across/\n")
    assert words.index("average rank (1.00)") < words.index("Raw scores are not averaged"), "the verdict comes first"
    again = filled.type_in("across", "--export", "--output", "again", "--json")
    assert json.loads(again.stdout)["data_sets"] == 6
    assert {path.name: path.read_bytes() for path in (filled.folder / "again").iterdir()} == written


def test_some_data_sets_are_named_and_too_few_for_a_test_over_data_sets(filled: Place) -> None:
    told = filled.type_in("across", "sentiment", "forecasting:power", "--format", "json", "--output", "few.json")
    assert told.exit_code == 0, told.output
    found = json.loads((filled.folder / "few.json").read_text())
    assert [one["label"] for one in found["experiments"]] == [
        "forecasting on power", "sentiment on mr", "sentiment on reviews.csv",
    ]  # fmt: skip
    assert found["test"] is None
    assert "3 data sets are too few (at least 6)" in found["verdict"]
    runs = {run.info.run_id for run in filled.runs(kind="confirm", model="gru")}
    assert {run_id for one in found["experiments"] for run_id in one["entries"][0]["run_ids"]} <= runs


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["sentimnt"], "unknown task 'sentimnt'. Did you mean 'sentiment'?"),
        (["sentiment:nope", "forecasting"], "Type: rnnbench sweep sentiment --data nope"),
        (["sentiment:mr"], "at least two experiments"),
        (["forecasting:weather", "sentiment"], "forecasting on weather: nothing to compare yet"),
        (["power", "sentiment"], "no confirmed sweep of power. Type: rnnbench sweep power"),
        (["--model", "grru"], "unknown model 'grru'. Did you mean 'gru'?"),
        (["--format", "word"], "unknown format 'word'"),
        (["--output", "somewhere"], "--output needs --export"),
        (["--export", "--output", __file__], "cannot write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_summed_up_is_told_in_a_line(filled: Place, words: list[str], answer: str) -> None:
    told = filled.type_in("across", *words)
    assert told.exit_code == 2
    assert answer in " ".join(told.stderr.split())


def test_an_empty_store_has_nothing_to_sum_up(place: Place) -> None:
    told = place.type_in("across")
    assert told.exit_code == 2
    assert "(confirmed: none)" in " ".join(told.stderr.split())
