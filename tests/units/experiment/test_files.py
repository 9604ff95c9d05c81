"""Experiment files: each is read once per call, its location is reported, and a missing one is an error."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_runs import use_data
from typer.testing import CliRunner, Result

from rnnbench.cli.commands import app
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.experiment import files
from rnnbench.experiment.files import load, name_of, studies

NAMES = sorted(path.stem for path in (registry.PACKAGE.parent / "experiments").glob("*.yaml"))
_reads: Counter[str] = Counter()


def _count_opened(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | os.PathLike):
        path = os.fspath(arguments[0])
        if isinstance(path, str) and path.endswith(files.SUFFIXES):
            _reads[os.path.basename(path)] += 1


sys.addaudithook(_count_opened)


@contextmanager
def counted_reads() -> Iterator[Counter[str]]:
    """How often each experiment file is opened in the block, by whatever function."""
    _reads.clear()
    yield _reads


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def typed(in_folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types a command on small data; nothing is trained, prepared or sized."""

    def refuse(*_: object, **__: object) -> None:
        raise RnnbenchError("not trained here")

    use_data(monkeypatch)
    monkeypatch.setattr("rnnbench.sweeps.plan.prepare", lambda config: None)
    monkeypatch.setattr("rnnbench.runs.record_run.train_and_record", refuse)
    monkeypatch.setattr("rnnbench.cli.train_and_sweep._run_plan", lambda *_: None)
    monkeypatch.setattr("rnnbench.cli.train_and_sweep._print_matched_sizes", lambda *_: None)
    monkeypatch.setattr("rnnbench.runs.baselines.record_without_sweep", lambda *_, **__: [])
    monkeypatch.setattr("rnnbench.runs.match_parameters.matched", lambda config: config)
    monkeypatch.setattr("rnnbench.sweeps.plan._check_ceiling", lambda configs: None)
    monkeypatch.setattr("rnnbench.sweeps.plan.match_all", lambda configs: {one.model: one for one in configs})
    return lambda *words: CliRunner().invoke(app, [*words])


@pytest.mark.parametrize("name", NAMES)
def test_a_call_reads_each_file_once(name: str, typed: Callable[..., Result]) -> None:
    experiment = load(name)
    expected = {f"{name}.yaml": 1, f"{experiment.task}.yaml": 1}
    model = experiment.models[0]
    for words in (("show", name, "-m", model), ("train", name, "-m", model), ("baselines", name), ("sweep", name)):
        with counted_reads() as reads:
            done = typed(*words)
        assert done.exit_code == 0 or "not trained here" in done.output, (words, done.output, done.exception)
        assert dict(reads) == expected, words


def test_another_call_in_one_process_reads_changed_files(in_folder: Path) -> None:
    path = in_folder / "mine.yaml"
    path.write_text("study_of: sentiment\nmodels: [gru]")
    assert load("mine.yaml").models == ["gru"]
    path.write_text("study_of: sentiment\nmodels: [rnn]")
    assert load("mine.yaml").models == ["rnn"]


# where a file is


def test_the_working_folder_precedes_the_package_and_locations_are_reported(in_folder: Path) -> None:
    assert load("regularization").locations == "sentiment.yaml (package), regularization.yaml (package)"
    (in_folder / "experiments").mkdir()
    (in_folder / "experiments" / "sentiment.yaml").write_text("models: [gru]")
    found = load("regularization")
    assert found.locations == "experiments/sentiment.yaml, regularization.yaml (package)"
    assert load("sentiment").models == ["gru"]
    shown = CliRunner().invoke(app, ["show", "sentiment"])
    assert "settings from  experiments/sentiment.yaml" in shown.stderr
    listed = " ".join(CliRunner().invoke(app, ["tasks"]).output.split())
    assert "experiments/sentiment.yaml" in listed
    assert "regularization.yaml (package)" in listed


def test_an_installed_package_has_its_files_inside(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = in_folder / "site" / "rnnbench" / "experiments"
    inside.mkdir(parents=True)
    (in_folder / "site" / "experiments").mkdir()  # of another package
    monkeypatch.setattr(registry, "PACKAGE", inside.parent)
    assert files.package_folder() == inside


def test_a_study_can_be_named_by_its_path(in_folder: Path) -> None:
    (in_folder / "deep").mkdir()
    (in_folder / "deep" / "mine.yml").write_text("study_of: sentiment\nquestion: Why?\nmodels: [gru]")
    found = load("deep/mine.yml")
    assert (found.name, found.task, found.typed) == ("mine", "sentiment", "deep/mine.yml")
    assert found.locations == "sentiment.yaml (package), deep/mine.yml"
    assert found.question == "Why?"
    assert load(str(in_folder / "deep" / "mine.yml")).locations == found.locations
    assert name_of("deep/mine.yml") == name_of("mine") == "mine"


def test_a_tasks_file_can_be_named_by_its_path(in_folder: Path) -> None:
    (in_folder / "sentiment.yaml").write_text("models: [gru]")
    found = load("./sentiment.yaml")
    assert (found.name, found.task, found.models, len(found.files)) == ("sentiment", "sentiment", ["gru"], 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("models: [gru]", r"mine\.yaml must name its task, such as study_of: dialogue"),
        ("study_of: sentimnt", r"study_of in mine\.yaml: 'sentimnt'. Did you mean 'sentiment'\?"),
        ("- gru", r"mine\.yaml must hold sections"),
        ("a: [1", r"mine\.yaml is not valid YAML"),
    ],
)
def test_a_file_that_is_not_a_study_is_an_error(content: str, message: str, in_folder: Path) -> None:
    (in_folder / "mine.yaml").write_text(content)
    with pytest.raises(RnnbenchError, match=message):
        load("mine.yaml")


def test_a_missing_file_is_an_error(in_folder: Path) -> None:
    with pytest.raises(RnnbenchError, match=r"there is no experiment file 'nowhere/mine\.yaml'"):
        load("nowhere/mine.yaml")
    (in_folder / "folder.yaml").mkdir()
    with pytest.raises(RnnbenchError, match="is not a file"):
        load(str(in_folder / "folder.yaml"))
    with pytest.raises(UnknownNameError, match="Did you mean 'regularization'"):
        load("regularisation")
    (in_folder / "mine.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RnnbenchError, match="is not UTF-8"):
        load("mine.yaml")


def test_a_study_with_the_name_of_a_task_is_an_error(in_folder: Path) -> None:
    (in_folder / "sentiment.yaml").write_text("study_of: forecasting")
    with pytest.raises(RnnbenchError, match="is a study with the name of a task"):
        load("./sentiment.yaml")


def test_studies_are_listed_once_and_the_working_folder_takes_precedence(in_folder: Path) -> None:
    (in_folder / "experiments").mkdir()
    (in_folder / "experiments" / "regularization.yaml").write_text("study_of: sentiment\nquestion: Mine?")
    listed = [file.name for file in studies()]
    assert listed == sorted(set(NAMES) - set(registry.names("tasks")))
    assert next(file for file in studies() if file.name == "regularization").question == "Mine?"


# rnnbench init


def test_init_copies_missing_files_and_keeps_existing_ones(in_folder: Path) -> None:
    own = in_folder / "experiments" / "sentiment.yaml"
    own.parent.mkdir()
    own.write_text("models: [gru]")
    done = CliRunner().invoke(app, ["init"])
    assert done.exit_code == 0
    assert own.read_text() == "models: [gru]"
    assert f"{len(NAMES) - 1} experiment files written" in done.output
    assert "existing files, not changed: sentiment.yaml" in done.output
    source = registry.PACKAGE.parent / "experiments"
    for name in set(NAMES) - {"sentiment"}:
        assert (own.parent / f"{name}.yaml").read_bytes() == (source / f"{name}.yaml").read_bytes()
    again = CliRunner().invoke(app, ["init"])
    assert "0 experiment files written" in again.output


def test_init_in_another_folder_prints_where_its_files_are_used(in_folder: Path) -> None:
    done = CliRunner().invoke(app, ["init", "project"])
    assert "read by commands started in project" in done.output
    assert len([*(in_folder / "project" / "experiments").glob("*.yaml")]) == len(NAMES)
    (in_folder / "file").write_text("")
    refused = CliRunner().invoke(app, ["init", "file"])
    assert refused.exit_code == 2
    assert "cannot write experiment files to file/experiments" in refused.stderr
