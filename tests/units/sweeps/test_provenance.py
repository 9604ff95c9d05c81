"""Provenance of a sweep: its question, and the command that repeats it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnnbench.cli.commands import app
from rnnbench.experiment.files import load
from rnnbench.sweeps import SweepOptions
from rnnbench.sweeps.provenance import command_of


def test_the_stored_question_is_that_of_the_study_or_the_first_line_of_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "experiments").mkdir()
    files = {"sentiment": "# Is it kind?\nmodels: [rnn]\n", "mine": "study_of: sentiment\nquestion: Why?\n"}
    files |= {"forecasting": "models: [rnn]\n# not the first line\n"}
    for name, content in files.items():
        (tmp_path / "experiments" / f"{name}.yaml").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("sentiment").question == "Is it kind?"
    assert load("mine").question == "Why?"
    assert load("forecasting").question == ""


@pytest.mark.parametrize(
    "typed",
    [
        ["--quick", "--model", "rnn", "--model", "gru"],
        ["--data", "/data/my reviews.csv", "--text-column", "a b", "--label-column", "stars"],
        ["--target", "load,temp", "--covariates", "x,y", "--frequency", "1h"],
        ["--refit", "--reselect", "2", "--match-parameters", "300k"],
        ["--search", "basics,encoder.*", "--set", "budget.updates=20", "--set", "data.name='x'"],
    ],
)
def test_the_command_written_down_asks_for_what_was_typed(typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[SweepOptions] = []
    monkeypatch.setattr("rnnbench.cli.train_and_sweep.run_sweep", lambda task, wanted, as_json: asked.append(wanted))
    runner = CliRunner()
    others = ["--trials", "7", "--seeds", "3", "--workers", "1", "--data-dir", "/elsewhere"]
    assert runner.invoke(app, ["sweep", "sentiment", *typed, *others]).exit_code == 0
    program, *words = shlex.split(command_of("sentiment", asked[0]))
    assert program == "rnnbench"
    assert "--trials" not in words
    assert "/elsewhere" not in words
    assert runner.invoke(app, words).exit_code == 0
    first, second = asked
    assert (first.models, first.sets, first.quick) == (second.models, second.sets, second.quick)
    assert {k: v for k, v in (first.options or {}).items() if k != "data.folder"} == second.options


def test_a_setting_given_in_python_is_typed_as_it_would_be_read() -> None:
    options = SweepOptions(options={"search.settings": (["basics"], "settings"), "encoder.dropout": (0.2, "settings")})
    expected = """rnnbench sweep sentiment --set 'search.settings=["basics"]' --set encoder.dropout=0.2"""
    assert command_of("sentiment", options) == expected
