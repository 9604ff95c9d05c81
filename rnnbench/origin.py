"""Who writes a run, and whether that process still lives."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Mapping

import psutil


def origin_tags() -> dict[str, str]:
    """What says who writes a run, on which machine, in which process."""
    return {
        "mlflow.source.name": "rnnbench",
        "mlflow.source.type": "LOCAL",
        "mlflow.user": _user(),
        "host": platform.node(),
        "pid": str(os.getpid()),
        "pid_start": str(_process_start(os.getpid())),
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _process_start(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def is_gone(tags: Mapping[str, str]) -> bool:
    """True when the process that wrote these tags ran here and runs no more."""
    if tags.get("host") != platform.node() or not tags.get("pid", "").isdigit():
        return False
    return abs(_process_start(int(tags["pid"])) - float(tags.get("pid_start", "0"))) > 1.0
