"""The report of a finished sweep, from the store alone."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from journey import Finished, Place

from rnnbench.storage.tracker import Tracker

pytestmark = pytest.mark.slow

Sweep = tuple[Place, tuple[str, ...], Finished]
SECTIONS = [
    "question", "answer", "table", "others", "data", "protocol", "intervals", "curves", "expected", "importance",
    "trials", "costs", "classes", "samples", "runs", "versions", "repeat",
]  # fmt: skip


def test_the_report_tells_all_of_a_sweep_from_the_store_alone(finished: Sweep, tmp_path: Path) -> None:
    place, command, _ = finished
    table = place.folder / "reviews.csv"
    hidden = table.rename(table.with_suffix(".away"))
    try:
        told = place.type_in("report", "sentiment", "--output", str(tmp_path / "one"))
        again = place.type_in("report", "sentiment", "--output", str(tmp_path / "two"))
    finally:
        hidden.rename(table)
    assert told.exit_code == again.exit_code == 0, told.output
    assert [line.rsplit("/", 1)[1] for line in told.stdout.split()] == ["report.html", "report.md"]
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two

    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    HTMLParser().feed(page)
    assert re.findall(r'<section id="(\w+)"', page)[: len(SECTIONS)] == SECTIONS
    assert not re.search(r"<script|<link|<img|@import|\bsrc=|href=\"(?!#)", page)
    assert "Which encoder classifies reviews best?" in page
    assert re.search(r"misclassified [\d,]+ of [\d,]+ test texts", page)
    markdown = (tmp_path / "one" / "report.md").read_text(encoding="utf-8")
    behind = [run.info.run_id for kind in ("trial", "confirm", "baseline", "sweep") for run in place.runs(kind=kind)]
    for text in (page, markdown):
        assert all(run_id in text for run_id in behind)
    repeated = next(line for line in markdown.splitlines() if line.startswith("rnnbench sweep") and "--seeds 2" in line)
    assert all(f"--set {word}" in repeated for before, word in pairwise(command) if before == "--set")
    for words in ("--text-column review", "--label-column stars", "--model rnn --model gru", "--trials 2"):
        assert words in repeated


def test_the_report_is_kept_on_the_run_of_the_sweep(finished: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    place, _, _ = finished
    said = place.type_in("report", "sentiment").stdout
    written = [place.folder / line for line in said.split()]
    (sweep,) = place.runs(kind="sweep")
    monkeypatch.setenv("RNNBENCH_STORE", str(place.store))
    tracker = Tracker()
    kept = [tracker.artifact(sweep.info.run_id, f"report/{path.name}").read_bytes() for path in written]
    assert kept == [path.read_bytes() for path in written]
    assert tracker.artifact(sweep.info.run_id, "report/figures/scores.svg").is_file()
