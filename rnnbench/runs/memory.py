"""Peak memory of one part of this process's work, independent of earlier work."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import sys
from pathlib import Path


class PeakMemory:
    """The largest resident size of the process since this object was created, libraries included.

    Memory of earlier work would count too, so garbage is collected, free memory is returned to the system, and the
    system's peak is reset.
    """

    def __init__(self) -> None:
        gc.collect()
        _return_free_memory()
        self._is_reset = _reset_peak()
        self._before = _peak_bytes()

    def peak_bytes(self) -> int | None:
        """Peak in bytes; None where an earlier peak was higher and the system cannot reset it."""
        peak = _peak_bytes()
        return peak if self._is_reset or peak > self._before else None


def _return_free_memory() -> None:
    """Return free memory of the allocator to the system; only possible with the C library of Linux."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _reset_peak() -> bool:
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
