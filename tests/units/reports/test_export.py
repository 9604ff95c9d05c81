"""Exports: every format and figure in one folder, whole files or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnnbench.comparison.compare import compare
from rnnbench.core.errors import RnnbenchError
from rnnbench.reports.export import export
from rnnbench.reports.tables.formats import render
from rnnbench.storage.record import RunRecord

NAN = float("nan")


def run(kind: Any, model: str, seed: int | None, score: float, **changes: Any) -> RunRecord:
    record = RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True, seed=seed, run_id=f"{kind}-{model}-{seed}",
        metrics={"validation/accuracy": score, "test/accuracy": score}, tags={"choice": "a"},
        curves={"validation/accuracy": [(100, score - 0.1), (200, score), (300, NAN)]},
    )  # fmt: skip
    return replace(record, **changes)


def records() -> list[RunRecord]:
    return [
        *(run("confirm", "lstm", seed, 0.781 + seed / 3000) for seed in range(4)),
        *(run("confirm", "$gru$", seed, 0.765 + seed / 1700) for seed in range(4)),
        run("confirm", "rnn", 0, NAN, outcome="diverged"),
        run("baseline", "tfidf", None, 0.77),
    ]


def test_an_export_writes_every_form_and_leaves_nothing_else(tmp_path: Path) -> None:
    table, output = compare(records()), tmp_path / "deep" / "folder"
    written = export(table, records(), output)
    assert sorted(path.name for path in written) == sorted(path.name for path in output.iterdir())
    assert {path.name for path in written} == {
        "comparison.csv", "comparison.html", "comparison.json", "comparison.md", "comparison.tex",
        "expected_validation.png", "learning_curves.png", "score_against_cost.png", "scores.png",
    }  # fmt: skip
    before = {path: path.read_bytes() for path in written}
    assert {path: path.read_bytes() for path in export(table, records(), output)} == before
    assert before[output / "comparison.md"].decode() == render(table, "md")


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RnnbenchError, match=r"cannot write .*file"):
        export(compare(records()), records(), tmp_path / "file" / "folder")


def test_a_full_disk_is_told_in_words_and_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = compare(records())
    export(table, records(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rnnbench.core.files.os.replace", full)
    with pytest.raises(RnnbenchError, match="No space left on device"):
        export(table, records(), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
