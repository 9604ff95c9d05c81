"""Facts of software and machine that may change a run's numbers, recorded with it; and what of them has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import torch

from rnnbench.core import environment
from rnnbench.experiment.sections import HardwareSettings
from rnnbench.runs.training.hardware import device_of, precision_of

ENVIRONMENT_FILE = "environment.json"

_LABELS = {
    **{name: name for name in ("python", "torch", "pytorch-lightning", "numpy", "scipy", "pandas")},
    **{name: name for name in ("scikit-learn", "statsforecast", "tokenizers")},
    "torch_build": "the build of torch",
    "c_library": "the C library",
    "blas": "BLAS",
    "numeric_variables": "environment variables",
    "processor": "the processor",
    "torch_kernels": "torch's kernels",
    "device": "the device",
    "gpu": "the GPU",
    "precision": "the precision",
    "threads": "the number of threads",
}
"""Words for the facts that may change numbers; features of the processor and code of rnnbench are compared apart."""


def environment_of(hardware: HardwareSettings) -> dict[str, str]:
    """Versions, machine, and what torch computes with under these settings, as text by name."""
    device = device_of(hardware)
    # without the line on this processor's kernels, which `torch_kernels` has
    build = "\n".join(line for line in torch.__config__.show().splitlines() if "CPU capability" not in line)
    return {
        **environment.describe(),
        "torch_build": hashlib.sha256(build.encode()).hexdigest()[:10],
        "torch_kernels": torch.backends.cpu.get_cpu_capability(),
        "device": device,
        **({"gpu": torch.cuda.get_device_name()} if device == "cuda" else {}),
        "precision": precision_of(hardware),
        "threads": str(hardware.threads or torch.get_num_threads()),
        "interop_threads": str(torch.get_num_interop_threads()),
        "deterministic": str(hardware.deterministic),
    }


def changes(stored: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """What differs between two environments and may change numbers, a clause each: 'torch was 2.12.0, is 2.13.0'."""
    for name, label in _LABELS.items():
        if name in stored and stored[name] != now.get(name, ""):
            yield f"{label} was {stored[name] or 'none'}, is {now.get(name) or 'none'}"
    if "processor_features" in stored:
        yield from _of_features(set(stored["processor_features"].split()), set(now["processor_features"].split()))
    yield from _of_code(stored, now)


def unknown(stored: Mapping[str, str]) -> list[str]:
    """The facts that may change numbers and that a run of an earlier version did not store, in words."""
    missing = [label for name, label in _LABELS.items() if name not in stored and name != "gpu"]
    return missing + ([] if "processor_features" in stored else ["the processor's features"])


def _of_features(stored: set[str], now: set[str]) -> Iterator[str]:
    if missing := sorted(stored - now):
        yield f"this processor has no {', '.join(missing)}"
    if added := sorted(now - stored):
        yield f"this processor has {', '.join(added)} too"


def _of_code(stored: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Whether the code of rnnbench differs: by its checksum, else by version and commit."""
    if stored.get("code_sha256", now["code_sha256"]) != now["code_sha256"]:
        yield f"the code of rnnbench has changed ({_version(stored)}, now {_version(now)})"
    elif "code_sha256" not in stored and _version(stored) != _version(now):
        yield f"rnnbench was {_version(stored)}, is {_version(now)}"


def _version(facts: Mapping[str, str]) -> str:
    commit = facts.get("git_commit", "unknown")
    digits, _, dirty = commit.partition("-")
    named = "" if commit == "unknown" else f" at commit {digits[:8]}{' with uncommitted changes' if dirty else ''}"
    return facts.get("rnnbench", "of an unknown version") + named
