"""An encoder of a user's own: one file, outside of the package."""

from __future__ import annotations

import json

import pytest
from journey import ALONE, TINY, Place, write_reviews

pytestmark = pytest.mark.slow

MY_CELL = '''\
"""The minimal gated unit: one gate both forgets and rewrites."""

import torch
from torch import nn

from rnnbench.encoders.base import Cell, EncoderSettings


class MinimalGatedUnit(Cell):
    """One layer of minimal gated units.

        forget    = sigmoid(W_f x_t + U_f h_{t-1} + b_f)
        candidate = tanh(W_h x_t + U_h (forget * h_{t-1}) + b_h)
        h_t       = (1 - forget) * h_{t-1} + forget * candidate

    Source: Zhou, Wu, Zhang and Zhou (2016), Minimal gated unit for recurrent neural networks, arXiv:1603.09420.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        hidden = settings.hidden_size
        self.from_input = nn.Linear(input_size, 2 * hidden)
        self.recurrent_forget = nn.Linear(hidden, hidden, bias=False)
        self.recurrent_candidate = nn.Linear(hidden, hidden, bias=False)

    def step(self, x, state):
        (before,) = state
        for_gate, for_candidate = self.from_input(x).chunk(2, dim=-1)
        forget = torch.sigmoid(for_gate + self.recurrent_forget(before))
        candidate = torch.tanh(for_candidate + self.recurrent_candidate(forget * before))
        now = (1 - forget) * before + forget * candidate
        return now, (now,)
'''


def test_a_cell_of_ones_own_gets_a_row_named_after_its_file(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    cells = place.folder / "cells"
    cells.mkdir()
    (cells / "my_cell.py").write_text(MY_CELL, encoding="utf-8")
    own = ("--model", "cells/my_cell.py", "--model", "gru")
    small = [word for word in TINY if word not in ("--model", "rnn", "gru")]
    sweep = ("sweep", "sentiment", "--data", "reviews.csv", *own, *small, *ALONE, "--json")

    rows = {row["model"]: row for row in json.loads(place.typed(*sweep).out)["rows"]}
    assert rows["my_cell"]["kind"] == "encoder"
    assert len(rows["my_cell"]["seed_scores"]) == len(rows["gru"]["seed_scores"]) == 2
    assert all(len(rows[model]["trial_run_ids"]) == 2 for model in ("my_cell", "gru"))

    # the file is changed: its trials are made anew, the other encoder's stay
    before = {model: {run.info.run_id for run in place.runs(model=model)} for model in ("my_cell", "gru")}
    (cells / "my_cell.py").write_text(MY_CELL.replace("(1 - forget) * before + ", "before + "), encoding="utf-8")
    refused = place.type_in("confirm", "sentiment")
    assert refused.exit_code == 2
    assert "my_cell.py has changed since" in refused.stderr
    anew = {row["model"]: row for row in json.loads(place.typed(*sweep).out)["rows"]}
    assert not {*anew["my_cell"]["run_ids"], *anew["my_cell"]["trial_run_ids"]} & before["my_cell"]
    assert len(anew["my_cell"]["trial_run_ids"]) == 2
    assert {*anew["gru"]["trial_run_ids"]} <= before["gru"]

    # and put back: what was trained with it is there, and the table is of it again
    (cells / "my_cell.py").write_text(MY_CELL, encoding="utf-8")
    back = {row["model"]: row for row in json.loads(place.typed(*sweep).out)["rows"]}
    assert back["my_cell"]["run_ids"] == rows["my_cell"]["run_ids"]
    assert back["my_cell"]["test"] == rows["my_cell"]["test"]

    # the table does not need the file any more
    (cells / "my_cell.py").unlink()
    assert "my_cell" in place.type_in("compare", "sentiment").stdout


def test_one_training_of_a_cell_of_ones_own(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "my_cell.py").write_text(MY_CELL, encoding="utf-8")
    tiny = ("--set", "budget.updates=10", "--set", "budget.validations=1", "--json")
    said = place.typed("train", "sentiment", "--data", "reviews.csv", "--model", "my_cell.py", "--seed", "3", *tiny)
    found = json.loads(said.out)
    assert found["outcome"] == "completed"
    assert not [key for key in found["metrics"] if key.startswith("test/")]
    (run,) = place.runs(kind="train")
    assert (run.info.run_id, run.data.tags["model"], run.data.tags["seed"]) == (found["run_id"], "my_cell", "3")
