"""The three cells by name."""

from __future__ import annotations

from rnnbench.scratch import gru, lstm, rnn
from rnnbench.scratch.base import Cell

CELLS: dict[str, Cell] = {"rnn": rnn, "lstm": lstm, "gru": gru}
