"""A task of a user's own: the file and the YAML of docs/add-a-task.md, and every command on it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from journey import write_book

import rnnbench
from rnnbench.core import registry

pytestmark = pytest.mark.slow

PACKAGE = Path(rnnbench.__file__).parent
PAGE = PACKAGE.parent / "docs" / "add-a-task.md"
ADDED = ["experiments/capitals.yaml", "rnnbench/tasks/capitals.py"]
SWEEP = (
    "sweep", "capitals", "--data", "book.txt", "--model", "rnn", "--model", "gru", "--trials", "2", "--seeds", "2",
    "--workers", "1", "--set", "budget.updates=20", "--set", "budget.validations=2", "--set", "encoder.hidden_size=8",
)  # fmt: skip
COMMANDS = {
    "tasks": ("tasks", "--json"),
    "data": ("data", "book.txt", "--task", "capitals", "--json"),
    "show": ("show", "capitals", "--model", "gru", "--json"),
    "baselines": ("baselines", "capitals", "--data", "book.txt", "--json"),
    "sweep": SWEEP,
    "compare": ("compare", "capitals", "--format", "json"),
    "export": ("export", "capitals", "--output", "exported"),
    "report": ("report", "capitals", "--output", "reported"),
    "predict": ("predict", "--text", "the film. was it THE story", "--json"),
    "table of answers": ("predict", "--text", "the film."),
    "generate": ("generate", "--prompt", "a"),
    "selftest": ("selftest", "leaks", "--json"),
}
DRIVER = """
import json, sys, warnings
from typer.testing import CliRunner

def main():
    from rnnbench.cli.commands import app
    warnings.simplefilter("ignore")
    ended = {}
    for name, words in json.loads(sys.argv[1]).items():
        done = CliRunner().invoke(app, words)
        ended[name] = [done.exit_code, done.stdout, done.stderr + (repr(done.exception) if done.exception else "")]
    print(json.dumps(ended))

if __name__ == "__main__":
    main()
"""


def written_files() -> dict[str, str]:
    """By path, every file that the page shows."""
    page = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(r"^`(\S+)`:\n\n```\w+\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE))


def contents(folder: Path) -> dict[str, bytes]:
    """By path, every file of the program."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, str, str]]]:
    """A folder with a copy of the program and the two files, and how every command ended in it."""
    folder = tmp_path_factory.mktemp("own_task")
    program, work = folder / "program", folder / "work"
    work.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, program / "rnnbench", ignore=ignored)
    beside = PACKAGE.parent / "experiments"
    if beside.is_dir():
        shutil.copytree(beside, program / "experiments")
    before = contents(program)
    for path, content in written_files().items():
        (program / path).parent.mkdir(exist_ok=True)
        (program / path).write_text(content, encoding="utf-8")
    write_book(work / "book.txt")
    (work / "driver.py").write_text(DRIVER, encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "RNNBENCH_DATA"},
        "PYTHONPATH": str(program),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RNNBENCH_STORE": str(work / "store"),
        "RNNBENCH_CACHE": str(work / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "driver.py", json.dumps(COMMANDS)],
        cwd=work, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = contents(program)
    assert sorted(after.keys() - before.keys()) == ADDED
    assert {path: after.get(path) for path in before} == before
    return work, {name: tuple(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "generate"])
def test_every_command_works_on_a_task_of_ones_own(command: str, ended: tuple[Path, dict]) -> None:
    code, out, told = ended[1][command]
    assert code == 0, f"{out}\n{told}"


def test_the_page_shows_one_file_and_one_yaml() -> None:
    assert sorted(written_files()) == ADDED


def test_it_is_listed_described_and_resolved(ended: tuple[Path, dict]) -> None:
    _, found = ended
    assert json.loads(found["tasks"][1])["capitals"].startswith("Capitals: restore the capital letters")
    assert json.loads(found["data"][1])["kind"] == "text"
    shown = json.loads(found["show"][1])
    assert shown["config"]["encoder"]["bidirectional"] is True
    assert {*shown["searched"]} == {"training.learning_rate", "encoder.hidden_size", "task.embedding_size"}


def test_baselines_are_better_the_more_they_know(ended: tuple[Path, dict]) -> None:
    rows = {row["model"]: row["metrics"] for row in json.loads(ended[1]["baselines"][1])["baselines"]}
    text = (ended[0] / "book.txt").read_text(encoding="utf-8")
    test = text[-len(text) // 10 :]
    small = sum(not sign.isupper() for sign in test) / len(test)
    assert rows["share_of_capitals"]["test/accuracy"] == pytest.approx(small, abs=0.002)
    # a sentence begins after a full stop and a line end, and nowhere else
    assert rows["three_characters"]["test/accuracy"] > 0.99


def test_the_table_the_exports_and_the_report_have_it(ended: tuple[Path, dict]) -> None:
    work, found = ended
    rows = {row["model"]: row for row in json.loads(found["compare"][1])["rows"]}
    assert {model: row["kind"] for model, row in rows.items()} == {
        "rnn": "encoder", "gru": "encoder", "share_of_capitals": "baseline", "three_characters": "baseline",
    }  # fmt: skip
    assert len(rows["gru"]["seed_scores"]) == 2
    assert "three_characters" in (work / "exported" / "comparison.csv").read_text(encoding="utf-8")
    page = "\n".join(path.read_text(encoding="utf-8") for path in (work / "reported").rglob("*.html"))
    for heading in ("Samples", "capital"):
        assert heading in page


def test_its_best_run_answers_and_other_commands_refuse_it(ended: tuple[Path, dict]) -> None:
    (answer,) = json.loads(ended[1]["predict"][1])["predictions"]
    assert answer["answer"].lower() == answer["text"].lower()
    assert "probabilities" not in answer
    code, _, told = ended[1]["generate"]
    assert code == 2
    assert "there is no trained run of text_generation. Type: rnnbench sweep text_generation" in told


def test_the_selftest_looks_at_it(ended: tuple[Path, dict]) -> None:
    told = ended[1]["selftest"][1]
    tasks = len(registry.names("tasks")) + 1  # with the own one
    assert f"refused in {tasks} tasks" in told
    assert f"{tasks} tasks: the test split has no effect, and a planted leak is detected" in told
