"""Memory, sizes and speed of one run, independent of what the process did before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from small_runs import a_config, use_data

from rnnbench.runs import memory
from rnnbench.runs.memory import PeakMemory
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import train
from rnnbench.runs.training import speed


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


# memory


def test_peak_memory_sees_what_was_allocated_since():
    watched = PeakMemory()
    before = watched.peak_bytes()
    held = torch.ones(40_000_000)  # 160 MB
    assert before is not None
    assert watched.peak_bytes() - before > 100e6
    assert held[0] == 1


PEAKS = """
import small_data, small_runs, pytest
from rnnbench.runs.train import train

def peak(hidden_size):
    values = {"encoder.hidden_size": hidden_size, "budget.parameters": 10**8}
    return train(small_runs.a_config("forecasting", "lstm", **values)).record.costs["peak_memory_bytes"]

with pytest.MonkeyPatch.context() as patch:
    small_runs.use_data(patch)
    peak(8)  # what is imported and kept on first use
    print(*(peak(hidden_size) for hidden_size in (8, 1024, 8)))
"""


def test_a_small_run_after_a_big_one_does_not_report_the_big_ones_peak():
    # in a process of its own: what other tests have left in memory would be in its peaks
    contracts = Path(__file__).parents[3] / "contracts"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(contracts), *sys.path])}
    done = subprocess.run([sys.executable, "-c", PEAKS], env=environment, capture_output=True, text=True, check=True)
    alone, big, after = map(float, done.stdout.split())
    # 4 x 1024 x (9 + 1024 + 2) weights of 4 bytes, each with a gradient, two moments and a copy of the best: 85 MB
    assert big > alone + 70e6
    assert after < alone + 20e6


def test_where_the_system_cannot_forget_an_earlier_peak_it_is_not_taken_for_this_runs(monkeypatch):
    monkeypatch.setattr(memory, "_reset_peak", lambda: False)
    monkeypatch.setattr(memory, "_peak_bytes", lambda: 700)
    watched = PeakMemory()
    assert watched.peak_bytes() is None, "the peak may be from before"
    monkeypatch.setattr(memory, "_peak_bytes", lambda: 900)
    assert watched.peak_bytes() == 900
    monkeypatch.setattr(PeakMemory, "peak_bytes", lambda self: None)
    assert "peak_memory_bytes" not in train(a_config("forecasting")).record.costs


# sizes


def test_embeddings_are_counted_separately_and_tied_ones_once():
    def sizes(**values):
        config = a_config("text_generation", **values)
        symbols = prepare(config).tokenizer.size
        costs = train(config, kind="trial").record.costs
        return symbols, costs["parameters"], costs["embedding_parameters"]

    # GRU 3 x 8 x (16 + 8 + 2); the output layer reads 8 and has a bias
    symbols, all_of_them, embeddings = sizes()
    assert embeddings == 16 * symbols
    assert all_of_them == 16 * symbols + 3 * 8 * 26 + (8 + 1) * symbols
    # tied: the table is the output layer's too, behind a map from 8 to 16
    symbols, all_of_them, embeddings = sizes(**{"task.tied_embeddings": True})
    assert embeddings == 16 * symbols
    assert all_of_them == 16 * symbols + 3 * 8 * 26 + (8 + 1) * 16 + symbols


# speed


class Reader:
    """Reads three batches of 4, 4 and 2 items, on a clock of its own."""

    device = torch.device("cpu")

    def __init__(self, seconds):
        self.now, self.seconds, self.read, self.prepared = 0.0, seconds, [], self

    def evaluation_batches(self, split):
        assert split == "validation"
        return [4, 4, 2]

    def transfer_batch_to_device(self, batch, device, number):
        return batch

    def eval(self):
        return self

    def start_evaluation(self):
        self.read.append(0)

    def observe(self, batch):
        assert torch.is_inference_mode_enabled()
        self.read[-1] += batch
        self.now += next(self.seconds)
        return batch


def test_inference_speed_is_that_of_the_fastest_pass_after_a_warm_up_batch(monkeypatch):
    reader = Reader(iter([9.0, 0.1, 0.1, 0.1, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1]))
    monkeypatch.setattr(speed.time, "perf_counter", lambda: reader.now)
    found = speed.inference_speed(reader)
    assert reader.read == [4, 10, 10, 10]
    assert found["inference_items_per_second"] == pytest.approx(10 / 0.2)
    assert found["inference_batch_size"] == 4


def test_a_long_pass_is_not_repeated(monkeypatch):
    reader = Reader(iter([1.0] * 4))
    monkeypatch.setattr(speed.time, "perf_counter", lambda: reader.now)
    assert speed.inference_speed(reader)["inference_items_per_second"] == pytest.approx(10 / 3)
    assert reader.read == [4, 10]


@pytest.mark.parametrize(("task", "batch"), [("sentiment", 21), ("forecasting", 57)])
def test_inference_is_measured_in_the_tasks_own_batches(task, batch):
    costs = train(a_config(task)).record.costs
    assert costs["inference_items_per_second"] > 0
    assert costs["inference_batch_size"] == batch, "the whole split, as no batch of the task's would be full"
    assert "inference_items_per_second" not in train(a_config(task), kind="trial").record.costs


def test_measuring_is_no_part_of_the_runs_own_seconds(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("rnnbench.runs.train.time.perf_counter", lambda: clock[0])

    def slow(*given, **named):
        clock[0] += 1000.0
        return {}

    monkeypatch.setattr("rnnbench.runs.train.measured", slow)
    assert train(a_config("forecasting")).record.costs["wall_seconds"] < 1000
    assert clock[0] == 1000
