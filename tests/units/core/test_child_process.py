"""A server ends with the program, also where that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SERVER = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""
PROGRAM = """
import os, signal, sys
from rnnbench.core.child_process import run_until_interrupted
signal.signal(signal.SIGTERM, signal.default_int_handler)
code = run_until_interrupted([sys.executable, "-S", "-c", sys.argv[1], sys.argv[2]], os.environ)
sys.exit(7 if code is None else code)
"""


def text_of(path: Path) -> str:
    """The content of a file as soon as it has one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.is_file() and (text := path.read_text()):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path} is not written")


def heard_signals() -> None:
    """Signals that the tests may have been started to ignore, as in the background, are heard."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 7), (signal.SIGTERM, 7), (signal.SIGHUP, -signal.SIGHUP), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_the_server_and_its_children_end_with_the_program(number: int, code: int, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, SERVER, str(tmp_path / "pid")],
        preexec_fn=heard_signals,
    )
    try:
        child = psutil.Process(int(text_of(tmp_path / "pid")))
        others = [child, *child.parents()[:2]]  # the server, and what watches it
        program.send_signal(number)
        assert program.wait(60) == code
        assert not psutil.wait_procs(others, timeout=60)[1]
    finally:
        program.kill()
        program.wait()


def test_the_exit_code_of_a_server_that_ends_by_itself_is_known() -> None:
    words = [sys.executable, "-c", PROGRAM, "raise SystemExit(3)", ""]
    assert subprocess.run(words, timeout=120, check=False).returncode == 3
