"""Pruning: the table stays, only what was chosen goes, and nothing goes without --yes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from test_check import contents
from test_copying import table, typed

from rnnbench.maintenance.check import check
from rnnbench.storage.tracker import Tracker


def interrupt(planted: Any, **tags: str) -> str:
    tracker = Tracker()
    writer = tracker.start(planted.plan.experiment_id, "stopped", {"kind": "trial", **tags}, planted.plan.parent)
    writer.text("half", "config.yaml")
    writer.end("interrupted")
    return writer.run_id


def make(planted: Any) -> dict[str, Path]:
    """One thing of each sort, by option."""
    run_id = interrupt(planted)
    orphan = planted.folder / "artifacts" / planted.plan.data / ("a" * 32)
    orphan.mkdir(parents=True)
    cached = planted.folder / "cache" / "x"
    cached.mkdir(parents=True)
    (cached / "weights.pt").write_bytes(b"x" * 1000)
    return {"--interrupted": planted.files(run_id).parent, "--orphans": orphan, "--cache": cached}


def weights(planted: Any) -> list[str]:
    runs = Tracker().find(planted.plan.experiment_id, kind="confirm")
    return [run.info.run_name for run in runs if (planted.files(run.info.run_id) / "weights.pt").exists()]


@pytest.mark.parametrize("option", ["--interrupted", "--orphans", "--cache"])
def test_only_the_chosen_sort_goes(option: str, planted: Any) -> None:
    made, before = make(planted), table()
    typed("prune", option, "--yes")
    assert {name for name, path in made.items() if not path.exists()} == {option}
    assert len(weights(planted)) == 4
    assert table() == before


def test_weights_of_the_best_seed_of_each_encoder_stay(planted: Any) -> None:
    before = table()
    scores = {
        run.info.run_name: next(value for key, value in run.data.metrics.items() if key.startswith("validation/"))
        for run in Tracker().find(planted.plan.experiment_id, kind="confirm")
    }
    best = {
        max((name for name in scores if name.startswith(model)), key=scores.__getitem__) for model in ("rnn", "gru")
    }
    typed("prune", "--weights", "--yes")
    assert set(weights(planted)) == best
    assert (planted.files(planted.trained) / "weights.pt").exists()
    assert table() == before
    assert check(planted.folder).problems == ()


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--yes", "--dry-run"), ("--orphans", "--quick")])
def test_nothing_goes_without_a_confirmation(words: tuple[str, ...], planted: Any) -> None:
    make(planted)
    before = contents(planted.folder)
    assert "dry run: nothing was deleted" in typed("prune", *words)
    assert contents(planted.folder) == before


def test_by_default_quick_sweeps_and_orphans_stay(planted: Any) -> None:
    made = make(planted)
    Tracker().writer(planted.plan.parent).tags({"quick": "True"})
    typed("prune", "--yes")
    assert {name for name, path in made.items() if path.exists()} == {"--orphans"}
    assert table()


def test_a_quick_sweep_goes_with_its_runs_and_its_journal(planted: Any) -> None:
    Tracker().writer(planted.plan.parent).tags({"quick": "True"})
    typed("prune", "--quick", "--yes")
    assert [run.info.run_id for run in Tracker().find(planted.plan.experiment_id)] == [planted.trained]
    assert not planted.journal.exists()
    assert check(planted.folder).problems == ()


def test_young_runs_stay(planted: Any) -> None:
    run_id = interrupt(planted)
    assert "nothing to delete" in typed("prune", "--interrupted", "--weights", "--older-than", "1", "--yes")
    assert Tracker().run(run_id)


def test_a_confirmation_that_opened_the_test_split_stays(planted: Any) -> None:
    run_id = interrupt(planted, test_opened="True")
    typed("prune", "--interrupted", "--yes")
    assert Tracker().run(run_id)


def test_a_store_in_use_is_not_pruned(planted: Any) -> None:
    interrupt(planted)
    Tracker().start(planted.plan.experiment_id, "at work", {"kind": "train"})
    assert "is in use by process" in typed("prune", "--interrupted", "--yes", code=2)
    Tracker().leases.close()


def test_the_bytes_that_are_told_are_freed(planted: Any) -> None:
    def used() -> int:
        return sum(os.path.getsize(path) for path in (planted.folder / "artifacts").rglob("*.pt"))

    before = used()
    output = typed("prune", "--weights", "--yes")
    assert "deleted; " in output
    assert used() < before
