"""A whole table by metrics that are no share: from 0 to 100, and without bounds in both directions."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from rnnbench.comparison.across.selection import experiment
from rnnbench.comparison.compare import compare
from rnnbench.comparison.expected_validation import ExpectedCurve, curve_of
from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.other_metric import judged_by
from rnnbench.comparison.random_trials import random_draws
from rnnbench.core.errors import ComparisonError
from rnnbench.metrics import Metric, own_metrics_tag
from rnnbench.metrics.classes import ACCURACY
from rnnbench.metrics.forecasts import MASE
from rnnbench.metrics.text import PERPLEXITY
from rnnbench.reports.figures.cost import cost_figure
from rnnbench.reports.figures.learning_curves import curves_figure
from rnnbench.reports.figures.scores import score_figure
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import render
from rnnbench.reports.tables.terminal import terminal_table
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord

ROUGE = Metric("rouge", "ROUGE", higher_is_better=True, low=0, high=100, decimals=1)
LIKELIHOOD = Metric("likelihood", "log likelihood", higher_is_better=True, decimals=1)
ENERGY = Metric("energy", "free energy", decimals=1, unit="kJ")
REACH = 12.7062
"""t(0.975, 1): the interval of two scores that lie 2 apart is their mean +- this."""


def run(kind: Any, metric: Metric, model: str, seed: int | None, score: float, **changes: Any) -> RunRecord:
    record = RunRecord(
        kind, "translation", "multi30k", "f" * 64, model, metric.key, metric.higher_is_better, seed=seed,
        run_id=f"{kind}-{model}-{seed}", metrics={f"validation/{metric.key}": score, f"test/{metric.key}": score},
        tags={"choice": "a", **own_metrics_tag((metric,))}, costs={"parameters": 1000.0, "wall_seconds": 10.0},
    )  # fmt: skip
    return replace(record, **changes)


def runs(metric: Metric, scores: dict[str, tuple[float, ...]], baseline: float) -> list[RunRecord]:
    confirms = [run("confirm", metric, model, n, one) for model, own in scores.items() for n, one in enumerate(own)]
    return [*confirms, run("baseline", metric, "simple", None, baseline)]


def row(table: Comparison, model: str) -> Row:
    return next(row for row in table.rows if row.model == model)


# two seeds each, 2 apart: the interval is the mean +- 12.7062
IN_PERCENT = runs(ROUGE, {"gru": (26.3, 28.3), "rnn": (94.0, 96.0)}, 20.0)
NEGATIVE = runs(LIKELIHOOD, {"gru": (-120.0, -118.0), "rnn": (-126.0, -124.0)}, -130.0)
LOWER = runs(ENERGY, {"gru": (-5.0, -3.0), "rnn": (7.0, 9.0)}, 10.0)


@pytest.mark.parametrize(
    ("records", "model", "mean", "low", "high"),
    [
        (IN_PERCENT, "gru", 27.3, 27.3 - REACH, 27.3 + REACH),
        (IN_PERCENT, "rnn", 95.0, 95.0 - REACH, 100.0),
        (NEGATIVE, "gru", -119.0, -119.0 - REACH, -119.0 + REACH),
        (LOWER, "gru", -4.0, -4.0 - REACH, -4.0 + REACH),
        (LOWER, "rnn", 8.0, 8.0 - REACH, 8.0 + REACH),
    ],
)
def test_an_interval_over_seeds_ends_at_the_bounds_of_its_metric_alone(records, model, mean, low, high) -> None:
    found = row(compare(records), model)
    assert found.test == pytest.approx(mean)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-3)


def test_the_better_direction_orders_negative_scores() -> None:
    assert [one.model for one in compare(NEGATIVE).rows] == ["gru", "rnn", "simple"]
    assert [one.model for one in compare(LOWER).rows] == ["gru", "rnn", "simple"]
    assert [one.model for one in compare(IN_PERCENT).rows] == ["rnn", "gru", "simple"]


def test_skill_is_the_share_of_the_distance_to_the_ideal() -> None:
    # 72.7 of the baseline's 80 are left
    assert row(compare(IN_PERCENT), "gru").skill == pytest.approx(1 - 72.7 / 80)
    for records in (NEGATIVE, LOWER):
        table = compare(records)
        assert row(table, "gru").skill is None, "without an ideal there is no distance to it"
        assert row(table, "gru").beats_baseline is True


def test_an_interval_over_test_examples_ends_at_the_bounds_of_its_metric_alone() -> None:
    # mean 25, squared distances 400 + 25 + 0 + 25 + 400: variance 850 / 25 x 5 / 4, t(0.975, 4) = 2.776445
    reach = 2.776445 * (850 / 25 * 5 / 4) ** 0.5
    for metric, shift in ((ROUGE, 0.0), (LIKELIHOOD, -1000.0), (ENERGY, -1000.0)):
        examples = {metric.key: ExampleScores.of(np.array([5.0, 20.0, 25.0, 30.0, 45.0]) + shift)}
        simple = run("baseline", metric, "simple", None, 25.0 + shift, examples=examples)
        gru = [run("confirm", metric, "gru", n, 25.0 + shift, examples=examples) for n in range(2)]
        found = row(compare([*gru, simple]), "simple")
        assert found.examples == 5
        assert found.interval is not None
        assert (found.interval.low, found.interval.high) == pytest.approx((25 + shift - reach, 25 + shift + reach))


def test_a_score_outside_of_the_stated_bounds_still_lies_in_its_interval() -> None:
    # the store of another version: what it calls accuracy goes to 100
    found = row(compare(runs(ACCURACY, {"gru": (26.3, 28.3)}, 20.0)), "gru")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((27.3 - REACH, 27.3), abs=1e-3)


@pytest.mark.parametrize(
    ("records", "printed", "sentence"),
    [
        (IN_PERCENT, "27.3 [14.6, 40.0]", "95.0 ROUGE, 82.3 to 100.0 over 2 seeds"),
        (NEGATIVE, "-119.0 [-131.7, -106.3]", "-119.0 log likelihood, -131.7 to -106.3 over 2 seeds"),
        (LOWER, "-4.0 [-16.7, 8.7]", "-4.0 kJ free energy, -16.7 to 8.7 over 2 seeds"),
    ],
)
def test_every_format_prints_the_whole_interval(records, printed, sentence) -> None:
    table = compare(records)
    assert sentence in verdict(table)
    terminal = Console(file=io.StringIO(), width=200, record=True)
    terminal.print(terminal_table(comparison_table(table), 200))
    assert printed in terminal.export_text()
    for form in ("md", "html"):
        assert printed in render(table, form), form
    latex = render(table, "latex").replace("$", "").replace("{", "").replace("}", "").replace("\\", "")
    assert printed in latex.replace("textbf", "").replace("--", "-")


def test_csv_and_json_hold_every_number_and_the_key_of_the_metric() -> None:
    table = compare(IN_PERCENT)
    lines = {line["model"]: line for line in csv.DictReader(io.StringIO(render(table, "csv")))}
    assert lines["gru"]["metric"] == "rouge"
    assert float(lines["rnn"]["test_high"]) == 100.0
    assert float(lines["gru"]["test_high"]) == pytest.approx(27.3 + REACH, abs=1e-3)
    plain = json.loads(render(table, "json"))
    assert [*plain][:6] == ["title", "task", "data", "fingerprint", "metric", "higher_is_better"]
    assert (plain["metric"], plain["higher_is_better"]) == ("rouge", True)
    assert json.loads(render(compare(LOWER), "json"))["higher_is_better"] is False


def drawn_lines(figure: Any) -> list[tuple[float, float]]:
    return [tuple(line.get_xdata()) for line in figure.axes[0].lines if len(line.get_xdata()) == 2]


def test_figures_draw_the_whole_interval_and_name_metric_and_direction() -> None:
    for records, label, low in (
        (IN_PERCENT, "test ROUGE (higher is better)", 27.3 - REACH),
        (LOWER, "test free energy (lower is better, kJ)", -4 - REACH),
    ):
        table, kept = compare(records), []
        score_figure(table, lambda figure, kept=kept: kept.append(figure) or b"")
        cost_figure(table, lambda figure, kept=kept: kept.append(figure) or b"")
        scores, costs = kept
        assert scores.axes[0].get_xlabel() == label
        assert costs.axes[0].get_ylabel() == label
        ends = row(table, "gru").interval
        assert pytest.approx((ends.low, ends.high)) in drawn_lines(scores)
        assert ends.low == pytest.approx(low, abs=1e-3)


def test_learning_curves_name_the_metric_of_the_task() -> None:
    records = [replace(one, curves={f"validation/{one.metric}": [(1, -3.0), (2, one.validation)]}) for one in LOWER]
    kept: list[Any] = []
    curves_figure(records, lambda figure: kept.append(figure) or b"")
    assert kept[0].axes[0].get_ylabel() == "validation free energy (lower is better, kJ)"


def curve(metric: Metric, *scores: float, failed: int = 0) -> ExpectedCurve:
    trials = [
        run("trial", metric, "gru", n, score, tags={"draw": "random", "trial": str(n), **own_metrics_tag((metric,))})
        for n, score in enumerate(scores)
    ]
    lost = [
        replace(
            trials[0], run_id=f"lost-{n}", metrics={}, outcome="diverged", tags={**trials[0].tags, "trial": f"9{n}"}
        )
        for n in range(failed)
    ]
    return curve_of(random_draws([*trials, *lost])["gru"])


def test_expected_validation_keeps_to_the_bounds_of_its_metric_alone() -> None:
    for metric, shift in ((ROUGE, 20.0), (LIKELIHOOD, -200.0), (ENERGY, -200.0), (ENERGY, 20.0)):
        found = curve(metric, *(shift + score for score in (1.0, 2.0, 3.0, 4.0))).unbiased
        best = 4.0 if metric.higher_is_better else 1.0
        # the mean of one draw, and the best of all four
        assert (found.mean[0], found.mean[-1]) == pytest.approx((shift + 2.5, shift + best))
        reach = np.subtract(found.high, found.mean)
        assert reach == pytest.approx(np.subtract(found.mean, found.low)), "the band is as wide on both sides"
        assert min(reach) > 0
    near_the_top = curve(ROUGE, 99.0, 99.9, 90.0, 80.0).unbiased
    assert max(near_the_top.high) == 100.0


def test_a_trial_that_diverged_counts_as_the_worst_score_whatever_the_scale() -> None:
    assert curve(ROUGE, 27.0, 22.0, 30.0, failed=2).draws.worst == 22.0
    assert curve(LIKELIHOOD, -120.0, -140.0, -118.0, failed=1).draws.worst == -140.0
    assert curve(ENERGY, -5.0, -3.0, -9.0, failed=1).draws.worst == -3.0


def test_skill_over_experiments_honours_the_ideal_too() -> None:
    # perplexity cannot be below 1: of the baseline's 4 above it, 2 are gone
    table = compare(runs(PERPLEXITY, {"gru": (3.0, 3.0), "rnn": (5.0, 5.0)}, 5.0))
    found = experiment("text", table, ["gru", "rnn"])
    assert [entry.skill for entry in found.entries] == pytest.approx([0.5, 0.0])
    assert [row(table, model).skill for model in ("gru", "rnn")] == pytest.approx([0.5, 0.0])
    in_percent = experiment("translation", compare(IN_PERCENT), ["gru", "rnn"])
    assert [entry.skill for entry in in_percent.entries] == pytest.approx([1 - 72.7 / 80, 1 - 5 / 80])


def test_an_experiment_without_an_ideal_has_no_skill_to_sum_up() -> None:
    with pytest.raises(ComparisonError, match="skill"):
        experiment("likelihood", compare(NEGATIVE), ["gru", "rnn"])


def test_a_score_to_reach_is_held_to_the_bounds_of_the_metric() -> None:
    curves = {"validation/rouge": [(10, 20.0), (20, 27.0)], "seconds": [(10, 1.0), (20, 2.0)]}
    records = [run("confirm", ROUGE, "gru", n, 27.0, curves=curves) for n in range(2)]
    table = compare(records, reach=26.0)
    assert row(table, "gru").seconds_to_reach == 2.0
    assert any("reached 26.0 ROUGE" in note for note in table.footnotes)
    with pytest.raises(ComparisonError, match=r"--reach 101: ROUGE is between 0 and 100$"):
        compare(records, reach=101)
    with pytest.raises(ComparisonError, match=r"--reach -1: MASE is at least 0$"):
        compare(runs(MASE, {"gru": (1.0, 1.0)}, 2.0), reach=-1)
    with pytest.raises(ComparisonError, match=r"--reach 75: accuracy is between 0 and 1; for 75 % type --reach 0\.75$"):
        compare(runs(ACCURACY, {"gru": (0.8, 0.8)}, 0.5), reach=75)
    assert compare(NEGATIVE, reach=-119.0).reach is None, "no curve tells"


def test_a_run_can_be_judged_by_another_metric_of_its_task() -> None:
    meteor = Metric("meteor", "METEOR", higher_is_better=True, low=0, high=100)
    tags = {"choice": "a", **own_metrics_tag((ROUGE, meteor))}
    records = [replace(one, tags=tags, metrics={**one.metrics, "test/meteor": 55.0}) for one in IN_PERCENT]
    assert compare(judged_by(records, "meteor")).metric == meteor
    known_by_name = [replace(one, metrics={**one.metrics, "test/meteor": 55.0}) for one in IN_PERCENT]
    with pytest.raises(ComparisonError, match="whether higher or lower is better is not known"):
        judged_by(known_by_name, "meteor")


def test_metrics_with_one_name_on_two_scales_are_not_comparable() -> None:
    percent = Metric("rouge", "ROUGE", higher_is_better=True, low=0, high=1)
    mixed = [*IN_PERCENT, run("confirm", percent, "lstm", 0, 0.3), run("confirm", percent, "lstm", 1, 0.3)]
    with pytest.raises(
        ComparisonError, match=r"rouge \(higher is better, between 0 and 1\) in .*; rouge .* 0 and 100\)"
    ):
        compare(mixed)
