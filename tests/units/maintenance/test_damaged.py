"""Commands on damaged stores: a result, or one line that says what to type; never a traceback, never a leftover."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from test_check import DAMAGES, contents
from typer.testing import CliRunner

from rnnbench.cli.commands import app

UNREADABLE = ("no database", "an empty database", "no table", "garbage", "half a database", "an older schema",
              "a newer schema")  # fmt: skip
SWEEP = ("sweep", "sentiment", "--model", "rnn", "--model", "gru", "--trials", "2", "--seeds", "2", "--workers", "1")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left_in(temporary: Path) -> list[Path]:
    """What a command has left there; torch keeps one folder per user for compiled kernels."""
    return [path for path in temporary.iterdir() if not path.name.startswith("torchinductor_")]


def type_in(planted: Any, words: tuple[str, ...]) -> str:
    """The exit code and messages of a command, which must not be a traceback."""
    done = CliRunner().invoke(app, [planted.trained if word == "TRAINED" else word for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in (0, 2)
    _, mark, message = f"\n{done.stderr}".partition("\nrnnbench: ")
    assert (done.exit_code == 2) == bool(mark), done.stderr
    return message


@pytest.mark.parametrize("damage", DAMAGES)
def test_reading_commands_say_what_is_damaged(damage: str, planted: Any, temporary: Path) -> None:
    DAMAGES[damage][0](planted)
    if "weights" in damage or "prepared.json" in damage:
        name = "weights.pt" if "weights" in damage else "prepared.json"
        assert name in type_in(planted, ("predict", "TRAINED", "--text", "good"))
    else:
        refused = type_in(planted, ("compare", "sentiment"))
        assert damage not in UNREADABLE or "mlflow.db" in refused
    assert left_in(temporary) == []


@pytest.mark.parametrize(
    ("damage", "command"),
    [
        *((damage, "confirm") for damage in UNREADABLE),
        *((UNREADABLE[0], command) for command in ("predict", "report", "export", "across", "importance", "expected")),
    ],
)
def test_no_command_goes_on_without_its_database(damage: str, command: str, planted: Any) -> None:
    DAMAGES[damage][0](planted)
    words = {"predict": ("predict", "--text", "good"), "across": ("across",)}.get(command, (command, "sentiment"))
    before = contents(planted.folder)
    assert "mlflow.db" in type_in(planted, words)
    assert contents(planted.folder) == before


@pytest.mark.parametrize("damage", ["no journal", "garbage in the journal", "a number in the journal", "half a plan"])
@pytest.mark.parametrize("words", [SWEEP, ("confirm", "sentiment")], ids=["sweep", "confirm"])
def test_sweeps_do_not_go_on_over_damage(damage: str, words: tuple[str, ...], planted: Any, monkeypatch) -> None:
    DAMAGES[damage][0](planted)
    before = planted.journal.read_bytes() if planted.journal.exists() else None
    message = type_in(planted, words)
    assert "rnnbench store repair" in message
    assert ("plan.json" if "plan" in damage else planted.journal.name) in message
    assert (planted.journal.read_bytes() if planted.journal.exists() else None) == before


@pytest.mark.parametrize("words", [("predict", "--text", "good"), ("export", "sentiment")], ids=" ".join)
def test_other_reading_commands_leave_no_temporary_files(words: tuple[str, ...], planted: Any, temporary: Path) -> None:
    type_in(planted, words)
    assert left_in(temporary) == []


@pytest.mark.parametrize("words", [("compare", "sentiment"), ("predict", "TRAINED", "--text", "good")], ids=" ".join)
def test_a_store_that_cannot_be_written_is_read(words: tuple[str, ...], planted: Any, monkeypatch) -> None:
    allowed = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK and allowed(path, mode))
    before = {path: path.stat().st_mtime_ns for path in planted.folder.rglob("*")}
    assert not type_in(planted, words)
    assert {path: path.stat().st_mtime_ns for path in planted.folder.rglob("*")} == before
