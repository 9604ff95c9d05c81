"""A task is a file or a folder: nothing else lists tasks, and what is shared beside them is named in one place."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.core import registry
from rnnbench.experiment.classes import task_class
from rnnbench.tasks.inference import CanForecast, CanGenerate, CanPredict, CanReply, CanTranslate

PACKAGE = registry.PACKAGE
OWN = ("tasks",)
MAY_NAME = {
    "testing": "a check or a benchmark is made for one task",
    "data": "names that a column of labels may have",
}
REGISTRIES = ("tasks", "encoders", "testing/benchmarks")


def named_tasks(path: Path) -> Iterator[str]:
    """The tasks that a file imports, or names in a string of its own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and node.value in registry.names("tasks"):
            yield str(node.value)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rnnbench.tasks"):
            imported = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (name for name in imported[2:] if name in registry.names("tasks"))


def test_a_named_task_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "lists.py"
    path.write_text("from rnnbench.tasks import forecasting\nRUNNERS = {'sentiment': run}\n", encoding="utf-8")
    assert sorted(named_tasks(path)) == ["forecasting", "sentiment"]


def test_nothing_outside_of_a_task_names_it() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in (*OWN, *MAY_NAME) and (names := sorted({*named_tasks(path)})):
            found[place.as_posix()] = names
    assert not found


def test_what_tasks_share_names_none_of_them() -> None:
    shared = [path for path in (PACKAGE / "tasks").glob("*.py") if path.stem not in registry.names("tasks")]
    assert not [(path.name, name) for path in shared for name in named_tasks(path)]
    for path in (PACKAGE / "tasks" / "methods").glob("*.py"):
        assert not [*named_tasks(path)]


@pytest.mark.parametrize("folder", REGISTRIES)
def test_every_shared_file_is_there(folder: str) -> None:
    for name in importlib.import_module(f"rnnbench.{folder.replace('/', '.')}").SHARED:
        assert list(PACKAGE.glob(f"**/{folder}/{name}.py")), name
        assert name not in registry.names(folder)


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_every_task_says_what_a_stored_run_can_do(task: str) -> None:
    inference = task_class(task).inference
    assert inference is not None
    assert issubclass(inference, CanGenerate | CanPredict | CanForecast | CanTranslate | CanReply)
    assert inference.command in ("generate", "predict", "forecast", "translate", "chat")
