"""What a confirmation keeps to be looked at: small, true, and never of a sealed split."""

from __future__ import annotations

import json

import numpy as np
import pytest
import small_data
import torch
from test_tasks import HORIZON, SEASON, TASKS, built, forecasting_of

from rnnbench import metrics
from rnnbench.core.errors import SealedSplitError
from rnnbench.data.kinds import Labelled
from rnnbench.tasks.samples import (
    MOST_BYTES,
    chosen_windows,
    shortened,
    to_json,
    whole_words,
    window_around,
    worst_mistakes,
)

LABELS = np.array([0, 1, 1, 0])
PROBABILITIES = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])


@pytest.mark.parametrize("task", TASKS)
def test_every_task_shows_something_small_that_is_plain_and_the_same_twice(task: str) -> None:
    made = built(task)
    made.prepared.open_test()
    state = torch.get_rng_state()
    content = to_json(made.showcase())
    assert json.loads(content)["kind"]
    assert to_json(made.showcase()) == content
    assert torch.equal(torch.get_rng_state(), state), "no common randomness is drawn"


@pytest.mark.parametrize("task", ["sentiment", "forecasting"])
def test_a_sealed_test_split_is_not_shown(task: str) -> None:
    with pytest.raises(SealedSplitError):
        built(task).showcase()


def test_what_is_not_small_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 20,000 bytes"):
        to_json({"text": "x" * MOST_BYTES})


def test_the_worst_mistakes_are_those_told_with_the_highest_probability() -> None:
    told = worst_mistakes(["a", "b", "c", "d"], LABELS, PROBABILITIES, ("bad", "good"))
    assert (told["wrong"], told["texts"]) == (3, 4)
    assert [one["text"] for one in told["mistakes"]] == ["c", "d", "b"]
    assert told["mistakes"][0] == {"text": "c", "label": "good", "told": "bad", "probability": 0.8}


def test_mistakes_stand_beside_their_own_texts_whatever_the_order_of_batches() -> None:
    # batches are sorted by length: the longest text comes first in the split and last in the batches
    split = Labelled(("bad " * 9 + "one", "good", "bad film"), np.array([0, 1, 0]))
    made = built("sentiment", data=small_data.texts(test=split), minimum_count=1)
    with torch.no_grad():
        made.head.weight.zero_()
        made.head.bias.copy_(torch.tensor([0.0, 2.0]))  # everything is told as the second class
    made.prepared.open_test()
    told = made.showcase()
    assert [one["text"] for one in told["mistakes"]] == [split.texts[0], split.texts[2]]
    assert {one["probability"] for one in told["mistakes"]} == {round(float(torch.tensor(2.0).sigmoid()), 4)}


def test_a_good_a_median_and_the_worst_window_are_ranks_of_all_windows_and_channels() -> None:
    errors = np.array([[float(row), np.nan] for row in np.random.default_rng(0).permutation(11)])
    chosen = chosen_windows(errors)
    assert {name: errors[place] for name, place in chosen.items()} == {"good": 1.0, "median": 5.0, "worst": 10.0}
    assert chosen_windows(np.full((2, 2), np.nan)) == {}


def test_the_forecasts_shown_are_those_that_were_scored() -> None:
    data = small_data.series()
    made = forecasting_of(0.0, data=data, reference="last")
    made.prepared.open_test()
    told = made.showcase()
    split = data.splits.opened().test
    scale = metrics.naive_scale(data.splits.train.values, SEASON)
    assert [window["which"] for window in told["windows"]] == ["good", "median", "worst"]
    for window in told["windows"]:
        channel = data.targets.index(window["channel"])
        row = int(np.flatnonzero(split.times == np.datetime64(window["time"]))[0])
        actual = split.values[row : row + HORIZON, channel]
        assert window["actual"] == pytest.approx(actual, rel=1e-4)
        assert window["history"][-1] == pytest.approx(split.values[row - 1, channel], rel=1e-4)
        # a network that adds nothing repeats the last value
        assert window["forecast"] == pytest.approx([split.values[row - 1, channel]] * HORIZON, rel=1e-4)
        assert window["error"] == pytest.approx(
            np.abs(actual - window["history"][-1]).mean() / scale[channel], rel=1e-3
        )
    assert told["windows"][0]["error"] <= told["windows"][1]["error"] <= told["windows"][2]["error"]


def test_a_window_at_the_edges_of_a_series_is_as_long_as_there_is_room() -> None:
    told = window_around(np.arange(7.0), "2024-01-03", 2, lookback=5, horizon=3)
    assert told == {"time": "2024-01-03", "history": [0.0, 1.0], "actual": [2.0, 3.0, 4.0]}


def test_texts_are_cut_at_the_end_and_prompts_between_words() -> None:
    assert shortened("a b\n c", 5) == "a b c"
    assert shortened("abcdefgh", 5) == "abcd\N{HORIZONTAL ELLIPSIS}"
    assert whole_words("the first wor") == "the first"
    assert whole_words("무엇이든") == "무엇이든"
