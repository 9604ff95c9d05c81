"""Journals that were torn, damaged, or locked by a process that has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest

from rnnbench.sweeps.journal import TORN, JournalError, cut_torn_line, damaged_line, open_journal, trials_of


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with one study and two finished trials."""
    path = tmp_path / "a.journal"
    study = optuna.create_study(study_name="gru", storage=open_journal(path))
    for value in (0.25, 0.5):
        study.tell(study.ask(), value)
    return path


def values(path: Path) -> list[float | None]:
    return [stored.trial.value for stored in trials_of(path)]


def add_trial(path: Path, value: float) -> None:
    study = optuna.load_study(study_name="gru", storage=open_journal(path))
    study.tell(study.ask(), value)


TORN_LINES = [b"{", b'{"op_code":6,"worker_id":"a","trial_id":0,"st', b"\x00" * 512, b"\xff\xfe", b'{"op_code":4}']
DAMAGED_LINES = [b"garbage", b"", b"\x00" * 64, b"3", b"null", b"[]", b"{}", b'{"op_code":"a"}',
                 b'{"op_co{"op_code":4}', b"[" * 100_000]  # fmt: skip


@pytest.mark.parametrize("torn", TORN_LINES)
def test_a_torn_last_line_is_kept_aside_and_blocks_nothing(torn: bytes, journal: Path) -> None:
    whole = journal.read_bytes()
    journal.write_bytes(whole + torn)
    assert values(journal) == [0.25, 0.5]
    assert journal.read_bytes() == whole + torn, "reading changes nothing"
    add_trial(journal, 0.75)
    assert values(journal) == [0.25, 0.5, 0.75]
    assert damaged_line(journal.read_bytes()) is None
    assert Path(f"{journal}{TORN}").read_bytes() == torn + b"\n"


def test_a_line_torn_while_another_process_has_the_journal_open_blocks_nothing(journal: Path) -> None:
    study = optuna.load_study(study_name="gru", storage=open_journal(journal))
    with open(journal, "ab") as file:
        file.write(b'{"op_code":4,"wor')
    study.tell(study.ask(), 0.75)
    assert values(journal) == [0.25, 0.5, 0.75]


@pytest.mark.parametrize("line", DAMAGED_LINES, ids=range(len(DAMAGED_LINES)))
@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_damaged_line_is_refused_with_its_number_and_what_to_type(line: bytes, place: int, journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    number = place if place >= 0 else len(lines)
    lines.insert(number, line + b"\n")
    journal.write_bytes(b"".join(lines))
    with pytest.raises(
        JournalError, match=f"damaged: line {number + 1} is .*rnnbench store repair.*--fresh"
    ) as refused:
        open_journal(journal)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "line", [b'{"op_code":4}', b'{"op_code":99,"worker_id":"a"}', b'{"op_code":6,"worker_id":"a"}']
)
def test_a_line_that_is_json_but_no_change_of_a_study_is_refused(line: bytes, journal: Path) -> None:
    journal.write_bytes(journal.read_bytes() + line + b"\n")
    with pytest.raises(JournalError, match="cannot be replayed"):
        open_journal(journal)


@pytest.mark.parametrize(
    ("content", "kept"), [(b"", b""), (b"a", b""), (b"\n", b"\n"), (b"a\nb", b"a\n"), (b"a\n", b"a\n")]
)
def test_only_what_follows_the_last_line_end_is_cut(content: bytes, kept: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert cut_torn_line(path) == content[len(kept) :]
    assert path.read_bytes() == kept
    assert Path(f"{path}{TORN}").exists() == (content != kept)


HOLD = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1] + ".append.lock")
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def test_a_killed_process_and_old_lock_files_hold_nobody_up(journal: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(journal)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        os.kill(holder.pid, signal.SIGKILL)
    for name in (".lock", ".append.lock"):  # the first as Optuna leaves it, for 30 seconds
        Path(f"{journal}{name}").touch()
    began = time.monotonic()
    add_trial(journal, 0.75)
    assert time.monotonic() - began < 10
    assert values(journal) == [0.25, 0.5, 0.75]
