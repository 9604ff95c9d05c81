"""The benchmark of generation: what it names, and that its ratios are its own values'."""

import pytest
import torch

from rnnbench.testing.benchmarks import generation


def test_it_holds_carried_state_against_reading_again(monkeypatch):
    monkeypatch.setattr(generation, "CONTEXTS", (8,))
    monkeypatch.setattr(generation, "ROUNDS", 1)
    threads = torch.get_num_threads()
    found = [*generation.measure()]
    assert torch.get_num_threads() == threads
    assert [item.name for item in found] == [
        f"{model}, context 8: {how}"
        for model in ("lstm", "transformer")
        for how in ("window read again", "state carried")
    ]
    for reread, carried in zip(found[::2], found[1::2], strict=True):
        assert carried.ratio == pytest.approx(carried.value / reread.value)
        assert carried.unit == "characters/s"
