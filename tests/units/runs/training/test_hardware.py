"""Machines without a kernel, device or precision: step loop with a note, or refusal with a message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import torch
from small_runs import a_config, use_data

from rnnbench.comparison.compare import compare
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.encoders.layers import kernels
from rnnbench.experiment.sections import HardwareSettings
from rnnbench.runs.prepare import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks, train
from rnnbench.runs.training import hardware
from rnnbench.runs.training.hardware import check_hardware, device_of, missing_kernels, precision_of
from rnnbench.storage.record import HARDWARE_NOTE

PRECISIONS = get_args(HardwareSettings.model_fields["precision"].annotation)
STILL = {"encoder.dropout": 0.0, "hardware.device": "cpu"}
"""Nothing random but the start: dropout draws by the layout of its input, which the two ways do not share."""
WITHOUT_LSTM = "no fused LSTM kernel in float32 on this processor: computed step by step, which takes longer"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def without_kernels(monkeypatch):
    """A machine on which no recurrent kernel runs."""

    def fails(*given):
        raise RuntimeError("could not create a primitive descriptor for the LSTM forward propagation primitive")

    kernels._runs.cache_clear()
    monkeypatch.setattr(kernels, "_try_kernel", fails)
    yield
    kernels._runs.cache_clear()


def trained(task, model, **values):
    told = []
    config = a_config(task, model, **{**STILL, "training.optimizer": "sgd", **values})
    return train(config, kind="confirm", open_test=True, hooks=Hooks(note=told.append)), told


@pytest.mark.parametrize("task", ["text_generation", "sentiment", "forecasting"])
@pytest.mark.parametrize("model", ["lstm", "gru", "rnn"])
def test_without_a_fused_kernel_an_encoder_learns_the_same_weights_step_by_step(task, model, request, monkeypatch):
    fused, told = trained(task, model)
    assert told == []
    assert HARDWARE_NOTE not in fused.record.tags
    request.getfixturevalue("without_kernels")
    with monkeypatch.context() as patch:
        for module in ("lstm", "gru", "rnn"):  # also when it is evaluated and its speed is measured
            patch.setattr(f"rnnbench.encoders.{module}.run_kernel", lambda *given: pytest.fail("the kernel was run"))
        slow, told = trained(task, model)
    # four updates of plain gradient descent keep the rounding of float32, about 1e-7 of each number, far below 1e-5
    for name, value in slow.task.state_dict().items():
        assert torch.allclose(value, fused.task.state_dict()[name], rtol=1e-5, atol=1e-6), name
    assert slow.record.test == pytest.approx(fused.record.test, rel=1e-4)
    note = WITHOUT_LSTM.replace("LSTM", model.upper())
    assert told == [note]
    assert slow.record.tags[HARDWARE_NOTE] == note
    for cost in ("parameters", "updates", "training_flops", "training_flops_per_item", "inference_batch_size"):
        assert slow.record.costs[cost] == fused.record.costs[cost], cost
    assert slow.record.costs["training_seconds"] > 0


def test_a_machine_without_kernels_changes_nothing_for_encoders_that_use_none(without_kernels):
    for model, values in (("transformer", {}), ("scratch_lstm", {}), ("lstm", {"encoder.zoneout": 0.1})):
        assert trained("sentiment", model, **values)[1] == []


def test_the_table_has_one_note_on_encoders_that_ran_step_by_step(without_kernels):
    records = [trained("sentiment", model)[0].record for model in ("lstm", "gru", "transformer")]
    table = compare(records)
    assert [note for note in table.footnotes if "step by step" in note] == [
        f"gru: {WITHOUT_LSTM.replace('LSTM', 'GRU')}.",
        f"lstm: {WITHOUT_LSTM}.",
    ]


# precisions and devices


@pytest.mark.parametrize("task", ["text_generation", "sentiment", "forecasting"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_task_trains_and_is_tested_in_every_precision(task, precision):
    """Tested also in double precision, where weights trained in it met inputs in single precision."""
    done, _ = trained(task, "lstm", **{"hardware.precision": precision})
    assert done.record.outcome == "completed"
    full, _ = trained(task, "lstm")
    # bfloat16 keeps 8 bits: each product is off by at most 2 ** -8, and four small updates do not add to it
    assert done.record.test == pytest.approx(full.record.test, rel=0.02)
    done.task.sample(), done.task.past_errors(), done.task.showcase()


def test_the_kernels_of_every_encoder_are_checked():
    """An encoder with a recurrent kernel has to show it: `missing_kernels` looks at a cell's children."""
    from rnnbench.runs.build import build

    for model in registry.names("encoders"):
        config = a_config("sentiment", model)
        task = build(config, prepare(config))
        all_kernels = [module for module in task.modules() if isinstance(module, torch.nn.RNNBase)]
        assert bool(all_kernels) == (model in ("lstm", "gru", "rnn"))
        assert missing_kernels(task) == [], "every processor has them in float32"


def test_float16_on_a_processor_is_bfloat16_and_on_a_gpu_itself(monkeypatch):
    half = HardwareSettings(precision="16-mixed")
    monkeypatch.setattr(hardware, "_is_available", lambda device: False)
    assert (device_of(half), precision_of(half)) == ("cpu", "bf16-mixed")
    monkeypatch.setattr(hardware, "_is_available", lambda device: device == "cuda")
    assert (device_of(half), precision_of(half)) == ("cuda", "16-mixed")
    on_cpu = HardwareSettings(device="cpu", precision="64-true")
    assert (device_of(on_cpu), precision_of(on_cpu)) == ("cpu", "64-true")


def test_in_a_notebook_a_note_is_a_warning(store, monkeypatch):
    from rnnbench import api
    from rnnbench.sweeps.model import Event

    monkeypatch.setattr(api, "train_and_record", lambda *given, hooks, **named: hooks.note("no fused kernel"))
    with pytest.warns(UserWarning, match="^no fused kernel$"):
        api.train("sentiment", "rnn")
    with pytest.warns(UserWarning, match="^rnn: no fused kernel$"):
        api._warn_of(Event("note", model="rnn", message="no fused kernel"))


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused_before_training(device, store, monkeypatch):
    from rnnbench.storage.tracker import Tracker

    monkeypatch.setattr(hardware, "_is_available", lambda device: False)
    config, tracker = a_config("sentiment", **{"hardware.device": device}), Tracker()
    experiment = tracker.experiment("sentiment", "small")
    for call in (
        lambda: train(config),
        lambda: train_and_record(config, tracker=tracker, experiment_id=experiment, name="gru-seed0"),
    ):
        with pytest.raises(RnnbenchError, match=rf"hardware.device = {device}.*--set hardware.device=auto"):
            call()
    assert tracker.find(experiment, model="gru") == [], "no run was begun"


def test_float64_is_refused_on_a_device_without_it(monkeypatch):
    monkeypatch.setattr(hardware, "_is_available", lambda device: True)
    monkeypatch.setattr(hardware, "_has_float64", lambda device: device != "mps")
    with pytest.raises(RnnbenchError, match=r"mps has no float64.*--set hardware.device=cpu"):
        check_hardware(HardwareSettings(device="mps", precision="64-true"))
    check_hardware(HardwareSettings(device="mps"))
    check_hardware(HardwareSettings(device="cpu", precision="64-true"))


# a processor with AVX2 alone

SCRIPT = """
import json, small_data
import pytest
from small_runs import use_data
from rnnbench.runs.train import train
from small_runs import a_config
use_data(pytest.MonkeyPatch())
done = {}
for precision in ("32-true", "bf16-mixed", "16-mixed"):
    config = a_config("forecasting", "lstm", **{"hardware.precision": precision, "hardware.device": "cpu"})
    record = train(config, kind="confirm", open_test=True).record
    done[precision] = [record.outcome, record.test, record.tags.get("hardware_note", "")]
print(json.dumps(done))
"""


def test_a_processor_with_avx2_alone_trains_in_every_precision():
    """oneDNN is told to use AVX2 at most, for which it has, up to now, no LSTM in bfloat16."""
    own = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
    tests = Path(__file__).parents[3]
    own["PYTHONPATH"] = os.pathsep.join([str(tests.parent), str(tests / "contracts")])
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT], env={**os.environ, **own}, capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stderr
    done = json.loads(finished.stdout.splitlines()[-1])
    assert {outcome for outcome, _, _ in done.values()} == {"completed"}
    assert done["32-true"][2] == ""
    for precision in ("bf16-mixed", "16-mixed"):
        # another dropout mask on the step loop, and 8 bits in bfloat16: four updates from one start stay close
        assert done[precision][1] == pytest.approx(done["32-true"][1], rel=0.05)
    without = WITHOUT_LSTM.replace("float32", "bfloat16")
    assert done["bf16-mixed"][2] in ("", without)  # the first where a torch or a processor to come has the kernel
    needs_gpu = "16-mixed needs a GPU: trained in bf16-mixed"
    assert done["16-mixed"][2] == "; ".join(filter(None, [needs_gpu, done["bf16-mixed"][2]]))
