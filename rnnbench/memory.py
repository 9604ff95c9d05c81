"""Peak memory of this process since a moment."""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path


class PeakMemory:
    """The largest resident size of the process since this was made, its libraries included.

    Where the system cannot forget an earlier peak (anything but Linux), it is the largest since the process began.
    """

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def peak_bytes(self) -> int:
        """Bytes."""
        try:
            for line in Path("/proc/self/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        except OSError:
            pass
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
