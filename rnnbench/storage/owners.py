"""Which process owns something, and whether it is certain that this process is gone."""

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
    """The process that holds a lease.

    start: when the process began, by a clock that is never set; empty where that cannot be known.
    machine: the boot of the kernel and the table of processes that `pid` belongs to; empty where that cannot be known.
    """

    host: str
    pid: int
    start: str
    machine: str

    @classmethod
    def this_process(cls) -> Owner:
        """The process that asks."""
        return cls(platform.node(), os.getpid(), _process_start(os.getpid()) or "", _machine())

    @property
    def is_gone(self) -> bool:
        """True only where it is certain: this process sees the owner's table of processes, and it is not in there."""
        if not self.machine or self.machine != _machine():
            return False
        start = _process_start(self.pid)
        return start is not None and start != self.start

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@lru_cache(maxsize=1)
def _machine() -> str:
    """What two processes have in common that see each other by their process ids.

    Containers share the boot of their host, and often its name, but not the table of processes.
    """
    if sys.platform != "linux":
        return f"{platform.node()} {uuid.getnode():x}"
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _process_start(pid: int) -> str | None:
    """When a process began; empty where there is no such process, None where that cannot be told."""
    if sys.platform != "linux":
        return _process_start_by_psutil(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if psutil.pid_exists(pid) else ""  # /proc may hide the processes of other users
    except OSError:
        return None
    is_running = fields[0] not in "ZX"
    return (
        fields[19] if is_running else ""
    )  # in ticks since boot: psutil adds the time of boot, which a clock step moves


def _process_start_by_psutil(pid: int) -> str | None:
    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""
    except psutil.Error:
        return None
