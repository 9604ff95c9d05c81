"""Commands on damaged stores: a result, or one line that says what to type; never a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from test_check import DAMAGES
from typer.testing import CliRunner

from rnnbench.cli.commands import app

COMMANDS = [
    ("compare", "sentiment"),
    ("report", "sentiment"),
    ("export", "sentiment"),
    ("across",),
    ("importance", "sentiment"),
    ("expected", "sentiment"),
    ("predict", "--text", "good"),
    ("predict", "TRAINED", "--text", "good"),
    ("sweep", "sentiment", "--model", "rnn", "--model", "gru", "--trials", "2", "--seeds", "2", "--workers", "1"),
    ("confirm", "sentiment"),
    ("train", "sentiment", "--model", "gru"),
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_x(damage: str, command, planted: Any, tmp_path, monkeypatch) -> None:
    DAMAGES[damage][0](planted)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    import time

    t = time.time()
    words = [planted.trained if w == "TRAINED" else w for w in command]
    done = CliRunner().invoke(app, words)
    print(
        f"{damage:28} {' '.join(command)[:22]:22} {done.exit_code} {time.time() - t:.1f} {(done.stderr or '')[-300:]!r} {list((tmp_path / 'tmp').iterdir())}",
        file=open("/work/wt/store_tmp/damaged.txt", "a"),
    )
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
