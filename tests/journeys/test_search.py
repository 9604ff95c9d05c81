"""Choosing what is searched, and asking afterwards which settings mattered."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from journey import ALONE, TINY, Place, write_reviews
from typer.testing import Result

from rnnbench.core.settings import range_in_words
from rnnbench.experiment.resolve import resolve
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import PARENT, Tracker

Type = Callable[..., Result]


def words_of(told: Result) -> str:
    return " ".join((told.output + told.stderr).split())


def test_show_tells_what_a_search_would_draw(typed: Type) -> None:
    told = json.loads(typed("show", "sentiment", "--search", "regularization", "--json").stdout)
    assert {"encoder.dropout", "training.weight_decay", "task.word_dropout"} <= told["searched"].keys()
    assert "training.learning_rate" not in told["searched"]
    assert told["origins"]["search.settings"] == "--search"
    wrong = typed("show", "sentiment", "--search", "bascis,encoder.dropuot")
    assert wrong.exit_code == 2
    assert "2 settings need another value" in words_of(wrong)
    assert "Did you mean 'basics'?" in words_of(wrong)
    assert "Did you mean 'encoder.dropout'?" in words_of(wrong)
    assert "half, once and twice" in typed("show", "forecasting", "--search", "basics").output


def test_importance_without_a_sweep_and_of_an_unknown_evaluator(typed: Type) -> None:
    assert "no sweep of sentiment" in words_of(typed("importance", "sentiment"))
    assert "Did you mean 'fanova'?" in words_of(typed("importance", "sentiment", "--evaluator", "anova"))


@pytest.fixture
def told_trials(store: object) -> Callable[[int], None]:
    """Puts trials of a made-up sweep into the store, in which dropout alone decides."""
    base = resolve("sentiment", "gru", options={"search.settings": (["encoder.dropout", "basics"], "--search")})
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "rotten_tomatoes")
    key = resolve("sentiment", "gru", options=_search(base), for_model=False).comparison_key()
    tags = {"kind": "sweep", "task": "sentiment", "comparison_key": f"abcdef{key}"}
    tags["command"] = "rnnbench sweep sentiment --search encoder.dropout,basics"
    parent = tracker.start(experiment, "sweep-1", tags)
    parent.text(json.dumps({"gru": base.to_plain()}), "plan.json")
    chance = random.Random(0)

    def put(count: int) -> None:
        for number in range(count):
            dropout = chance.uniform(0.1, 0.6)
            values = {"encoder.dropout": dropout, "training.learning_rate": chance.uniform(0.0008, 0.006)}
            record = RunRecord(
                "trial", "sentiment", "rotten_tomatoes", "f", "gru", "accuracy", True, tags={"trial": str(number)},
                config=base.with_values(values).to_plain(), metrics={"validation/accuracy": 0.9 - dropout},
            )  # fmt: skip
            writer = tracker.start(experiment, f"{number:03d}-gru", {}, parent.run_id)
            writer.finish(replace(record, tags={**record.tags, "choice": str(number)}), {})

    return put


def _search(config: object) -> dict[str, tuple[list[str], str]]:
    return {"search.settings": ([*config.search.settings], "--search")}  # type: ignore[attr-defined]


def test_importance_refuses_few_trials_and_tells_of_enough(told_trials: Callable[[int], None], place: Place) -> None:
    told_trials(4)
    refused = place.type_in("importance", "sentiment")
    assert refused.exit_code == 2
    said = words_of(refused)
    assert "gru: 4 completed trials of 5 settings, and 10 are needed" in said
    assert "To add trials, type: rnnbench sweep sentiment --search encoder.dropout,basics --trials 10" in said
    told_trials(12)
    told = place.type_in("importance", "sentiment", "--output", "mattered.png")
    assert told.exit_code == 0, words_of(told)
    for word in ("PED-ANOVA", "fANOVA", "80 % interval", "encoder.dropout", "mattered.png"):
        assert word in told.output
    assert (place.folder / "mattered.png").read_bytes().startswith(b"\x89PNG")
    plain = json.loads(place.type_in("importance", "sentiment", "--json", "--evaluator", "ped_anova").stdout)
    assert plain["found"][0]["shares"][0]["setting"] == "encoder.dropout"
    (sweep,) = place.runs(kind="sweep")
    tracker = Tracker()
    kept = json.loads(tracker.artifact(sweep.info.run_id, "importance/importance.json").read_text())
    assert kept == plain
    assert tracker.artifact(sweep.info.run_id, "importance/importance.png").exists()
    assert len(place.runs(**{PARENT: sweep.info.run_id})) == 16
    unknown = place.type_in("importance", "sentiment", "--model", "gur")
    assert "Did you mean 'gru'?" in words_of(unknown)


@pytest.mark.slow
def test_a_sweep_of_the_basics_says_so_and_has_too_few_trials_for_importance(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    done = place.typed("sweep", "sentiment", "--data", "reviews.csv", *TINY, *ALONE, "--search", "basics")
    said = " ".join(done.out.split())
    assert "Searched: batch_size, learning_rate, max_tokens." in said
    every_note = " ".join(place.typed("compare", "sentiment", "--notes").out.split())
    rates = range_in_words(resolve("sentiment", "gru").ranges()["training.learning_rate"])
    assert f"Searched: batch_size 16, 32 or 64, learning_rate {rates}, max_tokens 32, 64 or 128." in every_note
    for run in place.runs(kind="trial"):
        assert {"training.learning_rate", "training.batch_size", "task.max_tokens"} <= run.data.params.keys()
        assert "encoder.dropout" not in run.data.params
    refused = place.typed("importance", "sentiment", code=2)
    assert "2 completed trials of 3 settings, and 10 are needed" in refused.told
    assert "To add trials, type: rnnbench sweep sentiment" in refused.told
    assert "--search basics" in refused.told
    assert refused.told.rstrip().endswith("--trials 10")
