"""The table of `rnnbench baselines`: every baseline has a line, whatever its metrics."""

from __future__ import annotations

import pytest

from rnnbench.cli.train_and_sweep import _print_baseline_table
from rnnbench.metrics.text import BITS_PER_CHARACTER
from rnnbench.tasks.baseline import BaselineResult


def _result(model: str, **scores: float) -> BaselineResult:
    metrics = {f"{split}/{key}": value for key, value in scores.items() for split in ("validation", "test")}
    return BaselineResult(model, metrics, wall_seconds=1.0, parameters=0)


NGRAM, MIXTURE = _result("ngram", bits_per_character=1.5), _result("mixture", bits_per_character=1.25, chrf=3.0)
COPY = _result("copy", bleu=10.5, chrf=25.0)
SKIPPED = BaselineResult.skip("slow", "takes too long")


def _lines(results: list[BaselineResult], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    _print_baseline_table(results, BITS_PER_CHARACTER)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_baseline_without_the_selecting_metric_has_dashes_and_a_line_of_its_own_scores(
    capsys: pytest.CaptureFixture[str],
) -> None:
    header, *lines = _lines([COPY, NGRAM, SKIPPED, MIXTURE], capsys)
    assert "bits_per_character" in header
    assert [line[:3] for line in lines[:3]] == [
        ["mixture", "1.2500", "1.2500"], ["ngram", "1.5000", "1.5000"], ["copy", "–", "–"],
    ]  # fmt: skip
    assert lines[3:] == [
        [], ["baseline", "test", "bleu", "test", "chrf"], ["mixture", "–", "3.0000"], ["copy", "10.5000", "25.0000"],
        ["slow", "left", "out:", "takes", "too", "long"],
    ]  # fmt: skip


def test_where_all_have_the_selecting_metric_there_is_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line[0] for line in _lines([NGRAM, MIXTURE], capsys)] == ["baseline", "mixture", "ngram"]


def test_only_baselines_without_the_selecting_metric_are_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _lines([COPY], capsys)
    assert [line[0] for line in lines if line] == ["baseline", "copy", "baseline", "copy"]
