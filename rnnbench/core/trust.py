"""Which Python files of the user are imported: those that the user has named, and those confirmed with `--trust-code`.

A store, a folder with experiment files or a run's configuration may come from anyone and may name a Python file, and
importing a file runs it. So a file is imported only where its content is trusted: the checksum of what the user named
(`--model my_cell.py`) is kept in a file of the user's own, outside of every store, and passed on to child processes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded

ENVIRONMENT = "RNNBENCH_TRUSTED_CODE"
"""Checksums for child processes, for where the user's file of checksums cannot be written."""

_DIGITS = 64
_confirms_all: ContextVar[bool] = ContextVar("confirms_all", default=False)


class UntrustedCodeError(RnnbenchError):
    """A Python file that a store or an experiment file names, and the user has not."""


def checksum_file() -> Path:
    """The file of trusted checksums, in the user's own folder of configuration."""
    return expanded(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "rnnbench" / "trusted_code"


def trust(path: Path) -> None:
    """Trust the present content of a file that the user has named; a file that does not exist is left to its reader."""
    with suppress(OSError):
        trust_content(path.read_bytes())


def write_trusted(path: Path, code: str) -> None:
    """Write a Python file of the program's own, which this process and its child processes trust."""
    path.write_text(code, encoding="utf-8")
    _trust_in_this_call(hashlib.sha256(path.read_bytes()).hexdigest())


def trust_content(content: bytes) -> None:
    """Trust a file's content, now, in child processes and in later calls of the program."""
    checksum = hashlib.sha256(content).hexdigest()
    if checksum in _trusted():
        return
    _trust_in_this_call(checksum)
    with suppress(OSError):  # without a folder of one's own, the file is named again in the next call
        checksum_file().parent.mkdir(parents=True, exist_ok=True)
        with open(checksum_file(), "a", encoding="ascii") as file:
            file.write(f"{checksum}\n")


def check_trusted(path: Path, content: bytes) -> None:
    """Raises: UntrustedCodeError for content that the user has neither named nor confirmed."""
    if _confirms_all.get():
        trust_content(content)
    elif hashlib.sha256(content).hexdigest() not in _trusted():
        raise UntrustedCodeError(
            f"{path} is not imported, since importing runs its code: a store or an experiment file names it, and you "
            "have not. Where you trust it, name it in --model, or add --trust-code (in Python: trust_code=True)"
        )


@contextmanager
def confirming(is_confirmed: bool) -> Iterator[None]:
    """Inside, every file that is imported is trusted, where that `is_confirmed` by the user."""
    token = _confirms_all.set(is_confirmed or _confirms_all.get())
    try:
        yield
    finally:
        _confirms_all.reset(token)


def _trust_in_this_call(checksum: str) -> None:
    os.environ[ENVIRONMENT] = f"{os.environ.get(ENVIRONMENT, '')} {checksum}".strip()


def _trusted() -> set[str]:
    kept = ""
    with suppress(OSError, UnicodeDecodeError):
        kept = checksum_file().read_text(encoding="ascii")
    words = f"{kept} {os.environ.get(ENVIRONMENT, '')}".split()
    return {word for word in words if len(word) == _DIGITS}
