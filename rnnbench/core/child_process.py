"""A child process that ends when this process ends, however that happens.

    python child_process.py COMMAND ...      runs the command until the standard input is closed

The operating system closes the pipe of a process that is killed, so a watching process between the two notices it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

import psutil

_SECONDS = 10.0
"""For a process to end by itself."""


def run_until_interrupted(command: Sequence[str], environment: Mapping[str, str]) -> int | None:
    """The exit code of a command; None where Ctrl-C has ended it and its child processes."""
    watching = subprocess.Popen(
        [sys.executable, "-P", __file__, *command], env=dict(environment), stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        return watching.wait()
    except KeyboardInterrupt:
        return None
    finally:
        if watching.stdin is not None:
            watching.stdin.close()
        watching.wait(3 * _SECONDS)


def _watch(command: Sequence[str]) -> int:
    """Run a command until it ends or the standard input is closed. Returns: its exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    is_closed = threading.Event()
    thread = threading.Thread(target=_end_with_input, args=(child, is_closed), daemon=True)
    thread.start()
    code = child.wait()
    if is_closed.is_set():
        thread.join()
    return code


def _end_with_input(child: subprocess.Popen[bytes], is_closed: threading.Event) -> None:
    """Wait for the end of the standard input, then end the child process and its own."""
    while os.read(0, 4096):  # `sys.stdin` would hold a lock where the command ends first
        pass
    is_closed.set()
    try:
        processes = psutil.Process(child.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        processes = []
    child.terminate()
    for process in processes:
        process.terminate()
    for process in psutil.wait_procs(processes, timeout=_SECONDS)[1]:
        process.kill()
    try:
        child.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    raise SystemExit(_watch(sys.argv[1:]))
