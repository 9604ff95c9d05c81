"""`translate` and `chat` as processes: lines that come slowly, a closed pipe, and a terminal with Ctrl-C and Ctrl-D."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import fake_models
import pytest

import rnnbench

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("heard_signals")]

PROGRAM = """
import fake_models
from rnnbench.cli import chat, translate
from rnnbench.cli.commands import main

translate.load_model = lambda *words: fake_models.Shouting()
chat.load_model = lambda *words: fake_models.Echo()
main()
"""
FOLDERS = (Path(fake_models.__file__).parent, Path(rnnbench.__file__).parents[1])
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, FOLDERS)), "TERM": "dumb", "PYTHONUTF8": "1"}
DEADLINE_SECONDS = 120


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *words]


def read_until(file: int, wanted: str, received: bytes = b"") -> str:
    """What comes from a file until it contains the wanted text, or ends; the test fails when neither happens."""
    until = time.monotonic() + DEADLINE_SECONDS
    while wanted not in received.decode("utf-8", "replace"):
        assert time.monotonic() < until, received
        if select.select([file], [], [], 1)[0]:
            try:
                piece = os.read(file, 4096)
            except OSError:  # how Linux says that the other end of a terminal is closed
                piece = b""
            if not piece:
                break
            received += piece
    return received.decode("utf-8", "replace")


@contextmanager
def begun(*words: str, terminal: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The program begun, with pipes or in a terminal of its own; a test that fails leaves nothing behind."""

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    stream = subprocess.PIPE if terminal is None else terminal
    process = subprocess.Popen(
        command(*words), stdin=stream, stdout=stream, stderr=stream, env=ENVIRONMENT, start_new_session=True,
        preexec_fn=None if terminal is None else take_terminal,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def in_terminal(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program in a terminal, and the file that types into it and shows what it prints."""
    screen, terminal = pty.openpty()
    try:
        with begun(*words, terminal=terminal) as process:
            os.close(terminal)
            yield process, screen
    finally:
        os.close(screen)


@pytest.mark.parametrize(("words", "answer"), [(("translate",), "{}"), (("chat",), "re: {}")])
def test_each_line_is_answered_while_the_pipe_stays_open(words: tuple[str, ...], answer: str) -> None:
    with begun(*words) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in ("A", "좋다", "[BOLD]"):
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            assert read_until(process.stdout.fileno(), "\n") == f"{answer.format(line)}\n"
        process.stdin.close()
        assert process.wait(DEADLINE_SECONDS) == 0


@pytest.mark.parametrize("words", [("translate",), ("chat",)])
def test_a_reader_that_has_enough_is_no_error(words: tuple[str, ...]) -> None:
    with begun(*words) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"a\n")
        process.stdin.flush()
        read_until(process.stdout.fileno(), "\n")
        process.stdout.close()
        process.stdin.write(b"b\n" * 100)
        process.stdin.close()
        assert process.wait(DEADLINE_SECONDS) == 0
        assert b"Traceback" not in process.stderr.read()


def type_until_it_ends(process: subprocess.Popen[bytes], screen: int, keys: bytes) -> None:
    """Type the same keys every two seconds while the program runs."""
    with suppress(OSError):
        while process.poll() is None:
            os.write(screen, keys)
            time.sleep(2)


@pytest.mark.parametrize("end", [b"\x04", b"\x03", b"/quit\n", b"half a line\x03"])
def test_a_conversation_in_a_terminal_ends_cleanly(end: bytes) -> None:
    with in_terminal("chat") as (process, screen):
        greeting = read_until(screen, "you> ")
        assert "the last 3 turns" in " ".join(greeting.split())
        os.write(screen, "좋다 [b]\n".encode())
        assert "gru> re: 좋다 [b]" in read_until(screen, "re: 좋다 [b]\r\nyou> ")
        # again where the first comes before the line editor waits for it, which loses a signal
        typing = threading.Thread(target=type_until_it_ends, args=(process, screen, end), daemon=True)
        typing.start()
        rest = read_until(screen, "never printed")
        assert process.wait(DEADLINE_SECONDS) == 0
        assert "Traceback" not in rest
        assert rest.endswith("\n"), "the shell's prompt begins on a line of its own"


def test_a_terminal_without_a_text_is_told_what_to_type() -> None:
    with in_terminal("translate") as (process, screen):
        assert "no text to translate" in read_until(screen, "never printed")
        assert process.wait(DEADLINE_SECONDS) == 2
