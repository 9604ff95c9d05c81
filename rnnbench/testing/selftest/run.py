"""Every check in its order, the quick ones first; one that breaks is one that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.experiment.classes import layer_class
from rnnbench.sweeps import SweepInterrupted
from rnnbench.testing.selftest import baselines, chance, encoders, leaks, same_twice, scales
from rnnbench.testing.selftest.base import Bench, Check

PARTS: dict[str, Callable[[Bench], Iterator[Check]]] = {
    "baselines": baselines.check,
    "scales": scales.check,
    "leaks": leaks.check,
    "chance": chance.check,
    "encoders": encoders.check,
    "same_twice": same_twice.check,
}


def parts_of(names: Sequence[str]) -> list[str]:
    """The parts that these names mean, in their order; all where there is none. Raises: UnknownNameError."""
    for name in names:
        if name not in PARTS:
            raise UnknownNameError("check", name, PARTS)
    return [name for name in PARTS if name in names or not names]


def checks(names: Sequence[str], bench: Bench) -> Iterator[Check]:
    """The checks of these parts, each as soon as it is known.

    Raises: UnknownNameError for a part or an encoder that there is none of; RnnbenchError where Python was told to
    leave assertions out, which the laws of encoders are made of.
    """
    if not __debug__:
        raise RnnbenchError("python -O leaves out the assertions that the laws of encoders are made of: run without -O")
    parts = parts_of(names)
    for model in bench.models:
        layer_class(model)
    for part in parts:
        try:
            yield from PARTS[part](bench)
        except SweepInterrupted:  # Ctrl-C, as a sweep tells it
            raise KeyboardInterrupt from None
        except Exception as error:  # noqa: BLE001  whatever breaks on this machine is what was to be found out
            yield Check(f"{part} came to its end", False, f"{type(error).__name__}: {error}")
