"""The code that a store or an experiment file names, in what a user types on a folder of somebody else's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from small_runs import a_config, stored, use_data
from typer.testing import CliRunner, Result

import rnnbench
from rnnbench.cli.commands import app
from rnnbench.core import registry, trust
from rnnbench.core.trust import UntrustedCodeError, checksum_file
from rnnbench.storage.tracker import Tracker

CODE = '''
from pathlib import Path

from rnnbench.encoders.gru import GRU as Base

Path(__file__).with_name("ran").touch()


class Mine(Base):
    """A GRU that leaves a mark where its file is imported."""
'''


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_data(monkeypatch)


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.py"
    path.write_text(CODE, encoding="utf-8")
    return path


@pytest.fixture
def run_id(cell: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that somebody has made with the cell, on another account."""
    registry.trust_named([str(cell)])
    record, _ = stored(Tracker(), "sentiment", config=a_config("sentiment", str(cell)))
    checksum_file().unlink()
    monkeypatch.setenv(trust.ENVIRONMENT, "")
    for module in [name for name in sys.modules if name.startswith("rnnbench_user_mine")]:
        monkeypatch.delitem(sys.modules, module)
    assert has_run(cell)
    return record.run_id


def has_run(cell: Path) -> bool:
    mark = cell.with_name("ran")
    ran = mark.exists()
    mark.unlink(missing_ok=True)
    return ran


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def test_a_stored_run_does_not_run_its_code_before_it_is_confirmed(run_id: str, cell: Path) -> None:
    with pytest.raises(UntrustedCodeError, match=r"trust_code=True"):
        rnnbench.load(run_id)
    refused = typed("predict", run_id, "--text", "a warm film")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"rnnbench: {cell} is not imported")
    assert "--trust-code" in refused.stderr
    assert not has_run(cell)
    assert typed("predict", run_id, "--text", "a warm film", "--trust-code").exit_code == 0
    assert has_run(cell)


def test_in_python_it_is_confirmed_by_an_argument_and_then_known(run_id: str, cell: Path) -> None:
    assert rnnbench.load(run_id, trust_code=True).run_id == run_id
    assert has_run(cell)
    assert rnnbench.load(run_id).run_id == run_id


def test_code_that_is_not_the_stored_one_is_not_run_even_where_confirmed(run_id: str, cell: Path) -> None:
    cell.write_text(f"{CODE}# other\n", encoding="utf-8")
    refused = typed("predict", run_id, "--text", "a warm film", "--trust-code")
    assert refused.exit_code == 2
    assert "mine.py has changed since" in refused.stderr
    assert not has_run(cell)


def test_code_that_was_typed_before_is_used_without_a_question(run_id: str, cell: Path) -> None:
    assert typed("show", "sentiment", "--model", "mine.py").exit_code == 0
    assert typed("predict", run_id, "--text", "a warm film").exit_code == 0


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("sweep", "models: [mine.py]"),
        ("sweep", "models: [gru, ./mine.py]"),
        ("sweep", "models: [thin]\nvariants: {thin: {model: mine.py}}"),
        ("baselines", "models: [mine.py]"),
        ("data", "models: [mine.py]"),
    ],
)
def test_an_experiment_file_of_the_folder_runs_no_code(
    command: str, content: str, cell: Path, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "sentiment.yaml").write_text(content, encoding="utf-8")
    told = typed(command, "rotten_tomatoes" if command == "data" else "sentiment")
    assert told.exit_code == (0 if command == "data" else 2), told.output
    assert "mine.py is not imported" in " ".join(told.output.split())
    assert not has_run(cell)


def test_a_confirmed_experiment_file_may_name_code(cell: Path, store: Path, tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "sentiment.yaml").write_text("models: [mine.py]", encoding="utf-8")
    assert typed("baselines", "sentiment", "--trust-code").exit_code == 0
    assert has_run(cell)
