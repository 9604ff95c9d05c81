"""The process that holds a lease, and whether it has certainly ended."""

from __future__ import annotations

import os
import platform
import sys
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Owner:
    """A process on any host.

    start: when the process started, by a clock that is never set; empty where unknown.
    machine: boot id and process-id namespace of `pid`; empty where unknown.
    """

    host: str
    pid: int
    start: str
    machine: str

    @classmethod
    def this_process(cls) -> Owner:
        """The current process."""
        return cls(platform.node(), os.getpid(), _process_start(os.getpid()) or "", _machine())

    @property
    def is_here(self) -> bool:
        """Whether the process is in the process table of this machine or container."""
        return bool(self.machine) and self.machine == _machine()

    @property
    def is_gone(self) -> bool:
        """Whether the process has certainly ended: it is missing from a process table that this process can read."""
        if not self.is_here:
            return False
        start = _process_start(self.pid)
        return start is not None and start != self.start

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@lru_cache(maxsize=1)
def _machine() -> str:
    """Boot id and process-id namespace, which are equal for processes that can check each other's process ids.

    Containers share the boot id and often the name of their host, but not its process ids.
    """
    if sys.platform != "linux":
        return f"{platform.node()} {uuid.getnode():x}"
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _process_start(pid: int) -> str | None:
    """When a process started; empty where it does not exist, None where that cannot be determined."""
    if sys.platform != "linux":
        return _process_start_by_psutil(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if psutil.pid_exists(pid) else ""  # /proc may hide the processes of other users
    except OSError:
        return None
    is_running = fields[0] not in "ZX"
    # in ticks since boot: psutil adds the time of boot, which changes when the clock is set
    return fields[19] if is_running else ""


def _process_start_by_psutil(pid: int) -> str | None:
    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""
    except psutil.Error:
        return None
