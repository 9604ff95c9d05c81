"""Check the hardware settings against this machine: refuse what is missing, or use a fallback with a note."""

from __future__ import annotations

from collections.abc import Callable

import pytorch_lightning as pl
import torch
from torch import nn

from rnnbench.core.errors import RnnbenchError
from rnnbench.encoders.base import Cell
from rnnbench.encoders.layers.kernels import can_run
from rnnbench.experiment.sections import HardwareSettings


def device_of(hardware: HardwareSettings) -> str:
    """The device to train on: `auto` is a GPU if torch finds one."""
    if hardware.device != "auto":
        return hardware.device
    return next((device for device in ("cuda", "mps") if _is_available(device)), "cpu")


def precision_of(hardware: HardwareSettings) -> str:
    """The precision to train in: torch supports float16 training on GPUs only, so a processor uses bfloat16."""
    is_half_on_cpu = hardware.precision == "16-mixed" and device_of(hardware) == "cpu"
    return "bf16-mixed" if is_half_on_cpu else hardware.precision


def check_hardware(hardware: HardwareSettings) -> None:
    """Raise RnnbenchError where the device is missing or does not support the precision."""
    device = device_of(hardware)
    if not _is_available(device):
        raise RnnbenchError(
            f"hardware.device = {device}: torch {torch.__version__} finds none on this machine. "
            "Type --set hardware.device=auto to use an available device"
        )
    if hardware.precision == "64-true" and not _has_float64(device):
        raise RnnbenchError(
            f"hardware.precision = 64-true: {device} has no float64. "
            "Type --set hardware.device=cpu, or --set hardware.precision=32-true"
        )


def _is_available(device: str) -> bool:
    if device == "cuda":
        return torch.cuda.is_available()
    return torch.backends.mps.is_available() if device == "mps" else True


def _has_float64(device: str) -> bool:
    try:
        torch.zeros(1, dtype=torch.float64, device=device)
    except (TypeError, RuntimeError):
        return False
    return True


class HardwareNotes(pl.Callback):
    """Collects, when a training starts, notes on what the hardware cannot do as configured and the fallbacks used.

    tell: called once with all notes. notes: the same, to be stored with the run.
    """

    def __init__(self, hardware: HardwareSettings, tell: Callable[[str], None] | None = None) -> None:
        self.hardware, self.tell = hardware, tell
        self.notes: list[str] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        precision = precision_of(self.hardware)
        if precision != self.hardware.precision:
            self.notes.append(f"{self.hardware.precision} needs a GPU: trained in {precision}")
        with trainer.precision_plugin.forward_context():  # weights are on the device now
            self.notes += missing_kernels(pl_module)
        if self.tell is not None and self.notes:
            self.tell("; ".join(self.notes))


def missing_kernels(module: nn.Module) -> list[str]:
    """A note for each kind of recurrent kernel of a module that cannot run on this device in this precision."""
    fused = [cell for cell in module.modules() if isinstance(cell, Cell) and not cell.settings.regularizes_state]
    kernels = [part for cell in fused for part in cell.children() if isinstance(part, nn.RNNBase)]
    missing = {
        f"no fused {kernel.mode.partition('_')[0]} kernel in {_dtype_of(weight)} on this {_machine(weight)}: "
        "computed step by step, which takes longer"
        for kernel in kernels
        if not can_run(kernel, weight := next(kernel.parameters()))
    }
    return sorted(missing)


def _dtype_of(weight: torch.Tensor) -> str:
    """The name of the dtype in which products with this weight are computed."""
    device = weight.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else weight.dtype
    return str(dtype).removeprefix("torch.")


def _machine(weight: torch.Tensor) -> str:
    return "processor" if weight.device.type == "cpu" else "GPU"
