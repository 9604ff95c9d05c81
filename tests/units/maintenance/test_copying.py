"""Copied, moved and merged stores give the same table, byte for byte; refusals change nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from test_check import contents
from typer.testing import CliRunner

from rnnbench.cli.commands import app
from rnnbench.maintenance import copying
from rnnbench.maintenance.check import check
from rnnbench.storage.leases import open_leases
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.journal import trials_of


def table() -> str:
    """The comparison of the current store."""
    done = CliRunner().invoke(app, ["compare", "sentiment", "--format", "json"])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def typed(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["store", *words])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["with space", "한국어"])
@pytest.mark.parametrize("verb", ["copy", "move"])
def test_the_table_is_the_same_byte_for_byte(verb: str, name: str, planted: Any, monkeypatch) -> None:
    before, target = table(), planted.folder.parent / name
    output = typed(verb, str(target))
    assert "to use it there: export RNNBENCH_STORE=" in output
    assert planted.folder.exists() == (verb == "copy")
    if verb == "copy":
        shutil.rmtree(planted.folder)
    monkeypatch.setenv("RNNBENCH_STORE", str(target))
    assert table() == before
    assert check(target).problems == ()
    assert [path for path in target.parent.iterdir() if ".unfinished" in path.name] == []


def test_a_move_to_another_disk_is_a_verified_copy(planted: Any, monkeypatch) -> None:
    before, target = table(), planted.folder.parent / "elsewhere"
    rename, source = copying._put_in_place, planted.folder

    def put(folder: Path, place: Path) -> None:
        if folder == source:
            raise OSError(18, "Invalid cross-device link")
        rename(folder, place)

    monkeypatch.setattr(copying, "_put_in_place", put)
    typed("move", str(target))
    assert not source.exists()
    monkeypatch.setenv("RNNBENCH_STORE", str(target))
    assert table() == before


@pytest.mark.parametrize("verb", ["copy", "move"])
@pytest.mark.parametrize("obstacle", ["not empty", "a file", "inside", "no space", "in use", "percent", "no store"])
def test_what_cannot_be_copied_is_refused_and_nothing_changes(
    obstacle: str, verb: str, planted: Any, monkeypatch
) -> None:
    target = planted.folder.parent / "target"
    if obstacle == "not empty":
        (target / "x").mkdir(parents=True)
    elif obstacle == "a file":
        target.touch()
    elif obstacle == "inside":
        target = planted.folder / "target"
    elif obstacle == "no space":
        if verb == "move":
            pytest.skip("a move on the same disk needs no space")
        monkeypatch.setattr("shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    elif obstacle == "in use":
        Tracker().start(planted.plan.experiment_id, "at work", {"kind": "train"})
    elif obstacle == "percent":
        target = target.with_name("100%")
    elif obstacle == "no store":
        monkeypatch.setenv("RNNBENCH_STORE", str(planted.folder.parent / "nothing"))
    before = contents(planted.folder.parent)
    assert typed(verb, str(target), code=2).startswith("rnnbench: ")
    assert contents(planted.folder.parent) == before
    open_leases().close()


@pytest.mark.parametrize("verb", ["copy", "move"])
def test_a_dry_run_changes_nothing(verb: str, planted: Any) -> None:
    before = contents(planted.folder.parent)
    assert "would " in typed(verb, str(planted.folder.parent / "target"), "--dry-run")
    assert contents(planted.folder.parent) == before


def test_a_copy_that_differs_is_not_put_in_place(planted: Any, monkeypatch) -> None:
    def copy_badly(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:-1] + b"?")

    monkeypatch.setattr(shutil, "copy2", copy_badly)
    before = contents(planted.folder.parent)
    assert "differs from it" in typed("copy", str(planted.folder.parent / "target"), code=2)
    assert contents(planted.folder.parent) == before


# merging


def rows(folder: Path) -> dict[str, list[Any]]:
    """The rows of runs, without what depends on the store's place."""
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        tables = {
            name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("tags", "params", "metrics")
        }
        runs = "SELECT run_uuid, name, status, start_time, end_time, lifecycle_stage FROM runs"
        tables["runs"] = connection.execute(runs).fetchall()
    return {name: sorted(found, key=repr) for name, found in tables.items()}


@pytest.fixture
def laptop(planted: Any, store: Path) -> Path:
    """An empty store, where RNNBENCH_STORE points; the planted one is another's."""
    return store


@pytest.fixture
def planted(planted: Any, tmp_path: Path) -> Any:
    """The planted store beside the fixture `store`, which has the same name."""
    moved = tmp_path / "cluster" / "store"
    moved.parent.mkdir()
    planted.folder.rename(moved)
    return planted.__class__(moved, planted.plan, planted.trained)


@pytest.fixture(autouse=True)
def _points_to_the_planted_store(request, planted: Any, monkeypatch) -> None:
    if "laptop" not in request.fixturenames:
        monkeypatch.setenv("RNNBENCH_STORE", str(planted.folder))


def test_a_merged_store_has_the_runs_the_table_and_the_search_of_the_other(
    planted: Any, laptop: Path, monkeypatch
) -> None:
    other = contents(planted.folder)
    assert "runs added, 0 replaced" in typed("merge", str(planted.folder))
    assert contents(planted.folder) == other, "the other store is only read"
    assert rows(laptop) == rows(planted.folder)
    merged = table()
    assert len(trials_of(laptop / "optuna" / planted.journal.name)) == 4
    monkeypatch.setenv("RNNBENCH_STORE", str(planted.folder))
    assert table() == merged
    monkeypatch.setenv("RNNBENCH_STORE", str(laptop))
    shutil.rmtree(planted.folder)
    assert check(laptop).problems == ()
    assert table() == merged


def test_files_of_a_copied_store_are_taken_from_the_copy(planted: Any, laptop: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(planted.folder, tmp_path / "copied")
    notes = f"artifacts/sentiment-{planted.plan.data}/{planted.trained}/artifacts/config.yaml"
    (copied / notes).write_text("of the copy")
    typed("merge", str(copied))
    assert (laptop / notes).read_text() == "of the copy"


def test_the_second_merge_does_nothing(planted: Any, laptop: Path) -> None:
    typed("merge", str(planted.folder))
    before = contents(laptop)
    assert typed("merge", str(planted.folder)).startswith("0 runs added, 0 replaced")
    assert contents(laptop) == before


def test_a_dry_merge_changes_nothing(planted: Any, laptop: Path) -> None:
    before = contents(laptop)
    assert "would take" in typed("merge", str(planted.folder), "--dry-run")
    assert contents(laptop) == before


def test_own_runs_stay_beside_merged_ones_of_the_same_experiment(planted: Any, laptop: Path) -> None:
    tracker = Tracker()
    tracker.experiment("translation", "other")  # so that ids of experiments differ in the two stores
    own = tracker.start(tracker.experiment("sentiment", planted.plan.data), "own", {"kind": "train"})
    own.curve(1, {"loss": 0.5})
    own.curve(2, {"loss": 0.25})
    own.text("mine", "notes.txt")
    own.end("completed")
    typed("merge", str(planted.folder))
    experiment = tracker.experiment("sentiment", planted.plan.data)
    assert len(tracker.find(experiment)) == 1 + len(rows(planted.folder)["runs"])
    assert tracker.artifact(own.run_id, "notes.txt").read_text() == "mine"
    assert [point.value for point in tracker.client.get_metric_history(own.run_id, "curves/loss")] == [0.5, 0.25]
    assert tracker.artifact(planted.trained, "weights.pt").is_relative_to(laptop)


def add_trial(folder: Path, planted: Any, monkeypatch, score: float) -> str:
    """Goes on with the sweep in a store by one trial, as a worker does. Returns the run's id."""
    import planted_sweep

    from rnnbench.sweeps.study import Studies

    monkeypatch.setenv("RNNBENCH_STORE", str(folder))
    studies, tracker = Studies(planted.plan), Tracker()
    trial, config = studies.draw("gru", planted.plan.config("gru"))
    record = planted_sweep.scored(config, "trial", {"validation": score}, {"trial": "2", "draw": "random"})
    run_id = planted_sweep.write(tracker, planted.plan, record, "003-gru")
    studies.tell("gru", trial, "completed", score, run_id)
    return run_id


def test_what_a_copied_store_has_done_since_is_taken_over(planted: Any, laptop: Path, monkeypatch) -> None:
    typed("merge", str(planted.folder))
    run_id = add_trial(planted.folder, planted, monkeypatch, 0.8)
    monkeypatch.setenv("RNNBENCH_STORE", str(laptop))
    assert "1 runs added" in typed("merge", str(planted.folder))
    assert Tracker().run(run_id).data.metrics
    assert len(trials_of(laptop / "optuna" / planted.journal.name)) == 5
    assert check(laptop).problems == ()
    # and back: the other store has nothing that this one lacks
    monkeypatch.setenv("RNNBENCH_STORE", str(planted.folder))
    assert typed("merge", str(laptop)).startswith("0 runs added, 0 replaced")


def test_a_sweep_that_went_on_in_both_stores_is_refused_and_the_rest_is_merged(
    planted: Any, laptop, monkeypatch
) -> None:
    typed("merge", str(planted.folder))
    add_trial(planted.folder, planted, monkeypatch, 0.8)
    tracker = Tracker()
    tracker.start(planted.plan.experiment_id, "alone", {"kind": "train"}).end("completed")
    add_trial(laptop, planted, monkeypatch, 0.7)
    before = rows(laptop)
    output = typed("merge", str(planted.folder), code=1)
    assert "went on in both stores (1 runs only here, 1 only there) and is not merged" in output
    assert "1 runs added" in output
    assert len(rows(laptop)["runs"]) == len(before["runs"]) + 1
    assert len(trials_of(laptop / "optuna" / planted.journal.name)) == 5


def test_of_a_run_in_both_stores_the_version_that_ended_later_is_kept(planted: Any, laptop: Path) -> None:
    typed("merge", str(planted.folder))
    with closing(sqlite3.connect(planted.folder / "mlflow.db")) as connection, connection:
        later = "UPDATE runs SET end_time = end_time + 1000, name = 'later' WHERE run_uuid = ?"
        connection.execute(later, (planted.trained,))
    assert "0 runs added, 1 replaced" in typed("merge", str(planted.folder))
    assert Tracker().run(planted.trained).info.run_name == "later"
    assert typed("merge", str(planted.folder)).startswith("0 runs added, 0 replaced")


@pytest.mark.parametrize("fault", ["itself", "nothing", "garbage", "another schema"])
def test_a_store_that_cannot_be_merged_is_refused(fault: str, planted: Any, laptop: Path) -> None:
    other = {"itself": laptop, "nothing": laptop.parent / "nothing"}.get(fault, planted.folder)
    if fault == "garbage":
        (other / "mlflow.db").write_bytes(b"garbage")
    elif fault == "another schema":
        with closing(sqlite3.connect(other / "mlflow.db")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    before = contents(laptop)
    assert typed("merge", str(other), code=2).startswith("rnnbench: ")
    assert contents(laptop) == before
