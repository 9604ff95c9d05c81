"""Run all checks, the fast ones first. An exception counts as a failed check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.experiment.classes import layer_class
from rnnbench.sweeps import SweepInterrupted
from rnnbench.testing.selftest import baselines, chance, coverage, encoders, leaks, same_twice, scales
from rnnbench.testing.selftest.base import Check, Context

PARTS: dict[str, Callable[[Context], Iterator[Check]]] = {
    "baselines": baselines.check,
    "scales": scales.check,
    "leaks": leaks.check,
    "chance": chance.check,
    "encoders": encoders.check,
    "same_twice": same_twice.check,
    "coverage": coverage.check,
}

NAMED_ONLY = ("coverage",)
"""Parts of several minutes, which run only where they are named."""


def parts_of(names: Sequence[str]) -> list[str]:
    """The named parts in the order of `PARTS`; without names all but `NAMED_ONLY`. Raises: UnknownNameError."""
    for name in names:
        if name not in PARTS:
            raise UnknownNameError("check", name, PARTS)
    return [name for name in PARTS if name in names or (not names and name not in NAMED_ONLY)]


def checks(names: Sequence[str], context: Context) -> Iterator[Check]:
    """Run the named parts, or all; yields each result as soon as it is known.

    Raises: UnknownNameError for an unknown part or encoder; RnnbenchError under `python -O`.
    """
    if not __debug__:
        raise RnnbenchError("python -O disables the assertions of the encoder contracts: run without -O")
    parts = parts_of(names)
    for model in context.models:
        layer_class(model)
    for part in parts:
        try:
            yield from PARTS[part](context)
        except SweepInterrupted:  # how a sweep reports Ctrl-C
            raise KeyboardInterrupt from None
        except Exception as error:  # noqa: BLE001  any exception is a result of the selftest
            yield Check(f"{part}: completed", False, f"{type(error).__name__}: {error}")
