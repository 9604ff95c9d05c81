"""Metrics beside the selecting one: in whose unit, whose means, and what stands where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rnnbench.comparison.compare import compare
from rnnbench.metrics import Metric, own_metrics_tag
from rnnbench.reports.page.html import html_page
from rnnbench.reports.page.markdown import markdown_text
from rnnbench.reports.page.model import Material, Words
from rnnbench.reports.page.other_metrics import other_metrics
from rnnbench.reports.page.writing import page_of
from rnnbench.reports.tables.model import Table
from rnnbench.storage.record import RunRecord

FLUENCY = Metric("fluency", "fluency", higher_is_better=True, low=0, high=100, decimals=1)
KEPT = Metric("kept", "names kept", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")


def run(kind: Any, model: str, seed: int | None, loss: float | None, **others: float) -> RunRecord:
    metrics = {} if loss is None else {"validation/log_loss": loss, "test/log_loss": loss}
    return RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "log_loss", False, seed=seed, run_id=f"{model}-{seed}",
        metrics=metrics | {f"test/{key}": score for key, score in others.items()},
        tags={"choice": "a", **own_metrics_tag((FLUENCY, KEPT))},
    )  # fmt: skip


RUNS = [
    run("confirm", "gru", 1, 0.5, fluency=20.0, kept=0.9, secret=3.0),
    run("confirm", "gru", 2, 0.6, fluency=30.04, kept=0.8, secret=5.0),
    run("confirm", "lstm", 1, 0.8, fluency=10.0, kept=0.25),
    run("baseline", "copy", None, 0.9, fluency=1.5),
]


def section(records: list[RunRecord]) -> Any:
    return other_metrics(Material("sentiment", compare(records), tuple(records)))


def table(records: list[RunRecord]) -> Table:
    (found,) = [part for part in section(records).parts if isinstance(part, Table)]
    return found


def words(records: list[RunRecord]) -> str:
    return " ".join(part.text for part in section(records).parts if isinstance(part, Words))


def test_every_row_has_the_means_over_its_seeds_and_a_dash_where_there_is_none() -> None:
    shown = table(RUNS)
    assert [column.header for column in shown.columns] == ["encoder", "fluency", "names kept (%)", "secret"]
    assert [line.cells for line in shown.lines] == [
        ("gru", "25.0", "85.0", "4"), ("lstm", "10.0", "25.0", "–"), ("copy", "1.5", "–", "–"),
    ]  # fmt: skip
    assert [line.mark for line in shown.lines] == ["", "", "baseline"]


def test_the_direction_of_each_is_said_where_it_is_known() -> None:
    told = words([*RUNS, run("confirm", "rnn", 1, 0.9, fluency=1.0, kept=0.1, calibration_error=0.2)])
    assert "Higher is better: fluency and names kept." in told
    assert "Lower is better: calibration error." in told
    assert "--metric KEY, with calibration_error, fluency or kept as KEY." in told


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_a_dash(score: float) -> None:
    shown = table([*RUNS, run("confirm", "rnn", 1, 0.9, fluency=score, kept=0.5)])
    assert [line.cells for line in shown.lines if line.cells[0] == "rnn"] == [("rnn", "–", "50.0", "–")]


def test_a_metric_that_one_of_the_seeds_lacks_is_a_dash() -> None:
    shown = table([*RUNS, run("confirm", "lstm", 2, 0.7, fluency=5.0)])
    assert [line.cells[:3] for line in shown.lines if line.cells[0] == "lstm"] == [("lstm", "7.5", "–")]


def test_a_baseline_without_the_selecting_metric_is_shown_with_those_that_it_has() -> None:
    shown = table([*RUNS, run("baseline", "dictionary", None, None, fluency=12.0)])
    assert [line.cells for line in shown.lines if line.mark] == [
        ("copy", "1.5", "–", "–"), ("dictionary", "12.0", "–", "–"),
    ]  # fmt: skip


def test_a_seed_that_failed_does_not_hide_the_means_of_the_others() -> None:
    failed = replace(run("confirm", "gru", 3, None, fluency=99.0), outcome="failed")
    assert table([*RUNS, failed]).lines[0].cells == ("gru", "25.0", "85.0", "4")


def test_without_other_metrics_there_is_no_section() -> None:
    assert section([run("confirm", "gru", 1, 0.5), run("baseline", "copy", None, 0.9)]) is None


def test_a_metric_in_another_unit_of_the_selecting_one_is_not_another() -> None:
    records = [
        RunRecord(
            "confirm", "text_generation", "x", "f" * 64, "gru", "bits_per_character", False, seed=1, run_id="a",
            metrics={"test/bits_per_character": 2.0, "test/nats_per_character": 1.386, "test/perplexity": 4.0},
        )
    ]  # fmt: skip
    assert [column.key for column in table(records).columns] == ["model", "perplexity"]


def test_signatures_are_said_once() -> None:
    def signed(record: RunRecord) -> RunRecord:
        return replace(record, details={"signatures": {"bleu": "nrefs:1|tok:13a"}})

    assert words([signed(record) for record in RUNS]).count("bleu nrefs:1|tok:13a") == 1
    assert "Signatures" not in words(RUNS)


def test_the_page_has_the_table_in_both_forms_after_the_scores() -> None:
    page = page_of(Material("sentiment", compare(RUNS), tuple(RUNS)))
    keys = [item.key for item in page.sections]
    assert keys.index("others") == keys.index("table") + 1
    for text in (html_page(page), markdown_text(page)[0]):
        assert "names kept (%)" in text
        assert "25.0" in text
