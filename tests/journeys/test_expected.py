"""Asking what a search is expected to find: too few trials refused, the table, the words, the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from journey import Place
from typer.testing import Result

from rnnbench.experiment.resolve import resolve
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker


def words_of(told: Result) -> str:
    return " ".join((told.output + told.stderr).split())


@pytest.fixture
def put_trials(store: object) -> Callable[[str, int], None]:
    """Puts random trials of a made-up sweep into the store: gru always scores 0.9 or so, rnn 0.6."""
    base = resolve("sentiment", "gru")
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "rotten_tomatoes")
    key = resolve("sentiment", "gru", for_model=False).comparison_key()
    tags = {"kind": "sweep", "task": "sentiment", "comparison_key": f"abcdef{key}"}
    parent = tracker.start(experiment, "sweep-1", tags)
    parent.text(json.dumps({"gru": base.to_plain()}), "plan.json")

    def put(model: str, count: int) -> None:
        for number in range(count):
            tags = {"trial": str(number), "draw": "random", "choice": str(number)}
            record = RunRecord(
                "trial", "sentiment", "rotten_tomatoes", "f", model, "accuracy", True, tags=tags,
                config=base.to_plain(), costs={"wall_seconds": 10.0 + number},
                metrics={"validation/accuracy": (0.9 if model == "gru" else 0.6) + 0.003 * (number % 3)},
            )  # fmt: skip
            writer = tracker.start(experiment, f"{number:03d}-{model}", {}, parent.run_id)
            writer.finish(replace(record, tags=tags), {})

    return put


def test_expected_refuses_few_trials_and_tells_of_enough(
    put_trials: Callable[[str, int], None], place: Place, typed: Callable[..., Result]
) -> None:
    assert "no trial of this sweep has ended yet" in words_of(typed("expected", "sentiment"))
    put_trials("rnn", 2)
    refused = typed("expected", "sentiment")
    assert refused.exit_code == 2
    assert "rnn: 2 random trials, and 4 are needed" in words_of(refused)
    assert "To add trials, type: rnnbench sweep sentiment --trials 4" in words_of(refused)
    put_trials("gru", 8)
    put_trials("lstm", 8)
    told = typed("expected", "sentiment", "--output", "found.png")
    assert told.exit_code == 0, words_of(told)
    assert "By random trials, gru is ahead of lstm at 1 to 4 (their bands do not overlap)." in words_of(told)
    assert "left out: too few random trials" in told.output
    assert "rnn: 2 random trials" in told.output
    (line,) = [line for line in told.output.splitlines() if line.startswith("gru   ") and "[" in line and " 8 " in line]
    assert line.split()[2] == "90.3", "the mean of 90.0, 90.3 and 90.6 three, three and two times"
    assert (place.folder / "found.png").read_bytes().startswith(b"\x89PNG")
    plain = json.loads(typed("expected", "sentiment", "--json").stdout)
    (sweep,) = place.runs(kind="sweep")
    tracker = Tracker()
    assert json.loads(tracker.artifact(sweep.info.run_id, "expected/expected.json").read_text()) == plain
    assert tracker.artifact(sweep.info.run_id, "expected/expected_validation.png").exists()
    assert "Did you mean 'gru'?" in words_of(typed("expected", "sentiment", "--model", "gur"))
    alone = json.loads(typed("expected", "sentiment", "--model", "gru", "--json").stdout)
    assert [curve["draws"]["model"] for curve in alone["curves"]] == ["gru"]
    assert alone["words"] == []
