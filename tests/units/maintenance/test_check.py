"""What a check finds in damaged stores, and that it changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rnnbench.cli.commands import app
from rnnbench.maintenance.check import check
from rnnbench.storage.backup import back_up
from rnnbench.storage.tracker import Tracker


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, except for lock files, which hold nothing."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def change(planted: Any, statement: str, *values: object) -> None:
    """Changes the database without MLflow."""
    with closing(sqlite3.connect(planted.folder / "mlflow.db")) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def cut(path: Path, kept: float = 0.5) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])


def age(path: Path) -> None:
    """Makes a file an hour old."""
    os.utime(path, (path.stat().st_mtime - 3600,) * 2)


def write_old(path: Path) -> None:
    path.write_bytes(b"half")
    age(path)


def lose_lease(planted: Any) -> None:
    change(planted, "UPDATE runs SET status = 'RUNNING' WHERE run_uuid = ?", planted.trained)


def lose_plan(planted: Any, content: bytes) -> None:
    (planted.files(planted.plan.parent) / "plan.json").write_bytes(content)


def lose_run_of_a_trial(planted: Any) -> None:
    run_id = Tracker().find(planted.plan.experiment_id, kind="trial")[0].info.run_id
    for table in ("tags", "params", "metrics", "latest_metrics", "runs"):
        change(planted, f"DELETE FROM {table} WHERE run_uuid = ?", run_id)


def double_a_trial(planted: Any) -> None:
    tracker = Tracker()
    run = tracker.find(planted.plan.experiment_id, kind="trial")[0]
    tags = {key: run.data.tags[key] for key in ("kind", "model", "task", "trial", "draw", "config")}
    tracker.start(planted.plan.experiment_id, "twice", tags, planted.plan.parent).end("completed")


def insert_line(planted: Any, line: bytes) -> None:
    lines = planted.journal.read_bytes().splitlines(keepends=True)
    planted.journal.write_bytes(b"".join([*lines[:5], line, *lines[5:]]))


def tear(planted: Any) -> None:
    planted.journal.write_bytes(planted.journal.read_bytes() + b'{"op_code":8,"wor')


DAMAGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "no database": (lambda store: (store.folder / "mlflow.db").unlink(), "mlflow.db is missing or empty"),
    "an empty database": (lambda store: (store.folder / "mlflow.db").write_bytes(b""), "mlflow.db is missing or empty"),
    "no table": (lambda store: (store.folder / "mlflow.db").write_bytes(empty_database()), "is missing or empty"),
    "garbage": (lambda store: (store.folder / "mlflow.db").write_bytes(b"x" * 5000), "file is not a database"),
    "half a database": (lambda store: cut(store.folder / "mlflow.db"), "mlflow.db cannot be read"),
    "an older schema": (
        lambda store: change(store, "UPDATE alembic_version SET version_num = 'bd07f7e963c5'"),
        "schema of an older MLflow",
    ),
    "a newer schema": (
        lambda store: change(store, "UPDATE alembic_version SET version_num = 'ffffffffffff'"),
        "schema of a newer MLflow",
    ),
    "a lost run": (lose_lease, "is stored as running, but its process has ended"),
    "no weights": (lambda store: (store.files(store.trained) / "weights.pt").unlink(), "weights.pt is missing"),
    "half the weights": (lambda store: cut(store.files(store.trained) / "weights.pt"), "weights.pt is truncated"),
    "no bytes of weights": (lambda store: cut(store.files(store.trained) / "weights.pt", 0), "weights.pt is truncated"),
    "half of prepared.json": (lambda store: cut(store.files(store.trained) / "prepared.json"), "prepared.json is"),
    "a list as prepared.json": (
        lambda store: (store.files(store.trained) / "prepared.json").write_text("[]"),
        "prepared.json is truncated or damaged",
    ),
    "no example scores": (
        lambda store: (store.files(store.confirmation) / "test_examples.npz").unlink(),
        "test_examples.npz is missing",
    ),
    "half the example scores": (
        lambda store: cut(store.files(store.confirmation) / "test_examples.npz"),
        "test_examples.npz is truncated",
    ),
    "half a plan": (lambda store: lose_plan(store, b'{"rnn": {"ta'), "plan.json is damaged"),
    "another plan": (lambda store: lose_plan(store, b'{"rnn": 3}'), "plan.json is damaged"),
    "a broken configuration": (
        lambda store: change(store, "UPDATE tags SET value = '{\"a' WHERE key = 'config'"),
        "its tag 'config' is damaged",
    ),
    "no journal": (lambda store: store.journal.unlink(), "is missing"),
    "garbage in the journal": (lambda store: insert_line(store, b"\x00\xff garbage\n"), "is damaged in line 6"),
    "a number in the journal": (lambda store: insert_line(store, b"3\n"), "is damaged in line 6"),
    "a torn last line": (tear, "the last line of the journal"),
    "a trial without a run": (lose_run_of_a_trial, "has no run"),
    "a doubled trial": (double_a_trial, "is stored twice, so the table counts it twice"),
    "an orphan": (lambda store: (store.folder / "artifacts/x" / ("a" * 32)).mkdir(parents=True), "belongs to no run"),
    "a journal without a sweep": (lambda store: (store.folder / "optuna" / "x.journal").touch(), "belongs to no run"),
    "an unfinished file": (lambda store: write_old(store.folder / "mlflow.unfinished"), "was left behind"),
    "a temporary file": (lambda store: write_old(store.folder / "optuna" / ".t.md.ab12cd34"), "was left behind"),
    "a lock of an earlier version": (lambda store: write_old(Path(f"{store.journal}.lock")), "was left behind"),
}  # fmt: skip


def empty_database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("DROP TABLE t")
        return connection.serialize()


def test_a_whole_store_has_contents_and_no_problem(planted: Any) -> None:
    checked = check(planted.folder)
    assert checked.problems == ()
    assert checked.contents.sweeps == 1
    # two encoders: two trials and two confirmations each; two baselines; one training
    assert checked.contents.runs["trial", "completed"] == 4
    assert checked.contents.runs["confirm", "completed"] == 4
    assert checked.contents.runs["baseline", "completed"] == 2
    assert checked.contents.runs["train", "completed"] == 1
    assert checked.contents.sizes["mlflow.db"] == (planted.folder / "mlflow.db").stat().st_size


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_found_and_nothing_is_changed(damage: str, planted: Any) -> None:
    make, expected = DAMAGES[damage]
    make(planted)
    before = contents(planted.folder)
    checked = check(planted.folder)
    found = [problem for problem in checked.problems if expected in problem.what]
    assert found, [problem.what for problem in checked.problems]
    for problem in checked.problems:
        assert problem.remedy
        assert "\n" not in problem.what + problem.remedy + problem.action
    assert contents(planted.folder) == before


def test_the_command_says_by_its_exit_code_whether_something_is_broken(planted: Any) -> None:
    whole = CliRunner().invoke(app, ["store", "check"])
    assert (whole.exit_code, whole.stdout.splitlines()[-1]) == (0, "nothing is broken")
    (planted.files(planted.trained) / "weights.pt").unlink()
    broken = CliRunner().invoke(app, ["store", "check", str(planted.folder)])
    assert broken.exit_code == 1
    assert "weights.pt is missing" in broken.stdout
    plain = json.loads(CliRunner().invoke(app, ["store", "check", "--json"]).stdout)
    assert len(plain["problems"]) == 1
    assert {"what", "remedy", "repair"} == plain["problems"][0].keys()


def test_a_folder_that_does_not_exist_is_refused_and_not_created(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["store", "check", str(tmp_path / "nothing")])
    assert refused.exit_code == 2
    assert "there is no store in" in refused.stderr
    assert not (tmp_path / "nothing").exists()


def test_a_young_unfinished_file_may_be_being_written(planted: Any) -> None:
    (planted.folder / "mlflow.unfinished").write_bytes(b"half")
    assert check(planted.folder).problems == ()


def test_backups_are_counted(planted: Any) -> None:
    back_up()
    assert check(planted.folder).contents.backups == 1
