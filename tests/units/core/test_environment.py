"""What is stored of the way in which the program was started."""

from __future__ import annotations

import sys

import pytest

from rnnbench.core import environment


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        (["/usr/bin/rnnbench", "sweep", "sentiment", "--data", "/home/me/secret.csv"], "rnnbench sweep"),
        (["/x/rnnbench/__main__.py", "train", "sentiment", "--set", "data.name=token"], "rnnbench train"),
        (["rnnbench", "--token=abc"], ""),
        (["rnnbench"], ""),
        (["my_script.py", "password"], ""),
        ([""], ""),
        ([], ""),
    ],
)
def test_only_the_name_of_the_command_is_stored(words: list[str], stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setattr(environment, "git_commit", lambda: "unknown")
    assert environment.describe()["command"] == stored
