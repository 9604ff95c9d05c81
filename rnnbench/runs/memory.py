"""Peak memory of one piece of work of this process, whatever the process did before."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import sys
from pathlib import Path


class PeakMemory:
    """The largest resident size of the process since this was made, its libraries included.

    What earlier work left behind would count as well: rubbish is collected, and the allocator's free memory given back
    to the system, before the system is told to forget the earlier peak.
    """

    def __init__(self) -> None:
        gc.collect()
        _give_back_free_memory()
        self._is_forgotten = _forget_peak()
        self._before = _peak_bytes()

    def peak_bytes(self) -> int | None:
        """Bytes; None where an earlier peak of the process was higher and the system cannot forget it."""
        peak = _peak_bytes()
        return peak if self._is_forgotten or peak > self._before else None


def _give_back_free_memory() -> None:
    """Only the C library of Linux can be asked for it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _forget_peak() -> bool:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _peak_bytes() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
