"""A metric's bounds, ideal, direction and printed form, and what it refuses."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.metrics import Metric, metric_called, metric_of, own_metrics_tag
from rnnbench.metrics.classes import ACCURACY
from rnnbench.metrics.forecasts import MASE
from rnnbench.metrics.lookup import OWN_METRICS, built_in
from rnnbench.metrics.text import BITS_PER_CHARACTER, COLD_NATS_PER_CHARACTER, NATS_PER_CHARACTER, PERPLEXITY
from rnnbench.storage.record import RunRecord

ROUGE = Metric("rouge", "ROUGE", higher_is_better=True, low=0, high=100, decimals=2)
LIKELIHOOD = Metric("likelihood", "log likelihood", higher_is_better=True)


def record(metric: str, *, higher: bool = True, own: tuple[Metric, ...] = ()) -> RunRecord:
    return RunRecord("confirm", "t", "d", "f", "gru", metric, higher, tags=own_metrics_tag(own))


def test_the_ideal_is_the_bound_on_the_better_side() -> None:
    assert (ACCURACY.ideal, MASE.ideal, PERPLEXITY.ideal, ROUGE.ideal) == (1, 0, 1, 100)
    assert LIKELIHOOD.ideal is None
    assert Metric("energy", "energy", high=0).ideal is None, "lower is better, and nothing is the lowest"
    assert Metric("energy", "energy", ideal=-1.5).ideal == -1.5


def test_scores_are_printed_as_written_by_hand() -> None:
    assert ACCURACY.text(0.78349) == "78.3"
    assert ACCURACY.text_with_unit(0.78349) == "78.3 %"
    assert BITS_PER_CHARACTER.text(1.98765) == "1.988"
    assert MASE.text_with_unit(0.7) == "0.700"
    assert Metric.unknown("something_else", higher_is_better=False).text(0.00123456) == "0.001235"
    assert ROUGE.text(27.346) == "27.35"
    assert LIKELIHOOD.text(-131.708) == "-131.7"
    assert MASE.text(-0.0001) == "0.000", "rounding leaves no minus on a zero"


def test_what_is_not_known_is_printed_as_a_dash_without_a_unit() -> None:
    assert ACCURACY.text(None) == ACCURACY.text_with_unit(None) == "\N{EN DASH}"


def test_an_interval_is_printed_in_brackets_after_a_space() -> None:
    assert ROUGE.interval_text(SimpleNamespace(low=23.4881, high=31.1119)) == " [23.49, 31.11]"
    assert ROUGE.interval_text(None) == ""


def test_one_metric_is_a_multiple_of_another_in_both_directions() -> None:
    # 1 bit is ln 2 nats
    assert NATS_PER_CHARACTER.factor_from(BITS_PER_CHARACTER) == math.log(2)
    assert BITS_PER_CHARACTER.factor_from(NATS_PER_CHARACTER) == 1 / math.log(2)
    assert NATS_PER_CHARACTER.factor_from(COLD_NATS_PER_CHARACTER) is None
    percent = Metric("accuracy_percent", "accuracy", higher_is_better=True, multiple_of=("accuracy", 100))
    permille = Metric("accuracy_permille", "accuracy", higher_is_better=True, multiple_of=("accuracy", 1000))
    assert permille.factor_from(percent) == 10


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"key": "test/rouge"}, "must not contain a slash"),
        ({"low": 1, "high": 1}, r"low \(1\) must be below high \(1\)"),
        ({"low": 0, "high": 100, "ideal": 101}, r"ideal \(101\) must be between low \(0\) and high \(100\)"),
        ({"scale": 0}, "scale"),
        ({"scale": math.inf}, "scale"),
        ({"decimals": -1}, "decimals"),
        ({"multiple_of": ("accuracy", -1)}, "multiple_of"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(facts, said) -> None:
    with pytest.raises(RnnbenchError, match=said):
        Metric(**{"key": "rouge", "label": "ROUGE", **facts})


@pytest.mark.parametrize("metric", [ROUGE, LIKELIHOOD, *built_in().values()], ids=lambda metric: metric.key)
def test_facts_survive_json(metric: Metric) -> None:
    assert Metric.from_plain(json.loads(json.dumps(metric.to_plain(), allow_nan=False))) == metric


def test_facts_of_a_later_version_are_left_out() -> None:
    assert Metric.from_plain({**ROUGE.to_plain(), "colour": "blue"}) == ROUGE


def test_every_file_of_the_folder_is_listed_with_its_metrics() -> None:
    assert set(built_in()) == {
        "accuracy", "macro_f1", "log_loss", "calibration_error",
        "mase", "mae", "rmse", "smape", "mse_standardised", "mae_standardised",
        "bits_per_character", "nats_per_character", "perplexity", "cold_nats_per_character",
        "bleu", "bleu_beam", "chrf", "chrf_beam", "sentence_chrf", "exact_match", "placeholders_kept",
        "context_gain", "hits_at_1", "hits_at_2", "hits_at_5", "distinct_1", "distinct_2", "most_frequent_reply",
    }  # fmt: skip
    assert {key for key, metric in built_in().items() if not metric.higher_is_better} == {
        "log_loss", "calibration_error", "mase", "mae", "rmse", "smape", "mse_standardised", "mae_standardised",
        "bits_per_character", "nats_per_character", "perplexity", "cold_nats_per_character", "most_frequent_reply",
    }  # fmt: skip


def test_a_run_knows_its_metric_without_the_file_of_its_task() -> None:
    assert metric_of(record("accuracy")) == ACCURACY
    assert metric_of(record("rouge", own=(ROUGE,))) == ROUGE
    # nothing is known but the direction: no bounds, and so no ideal and no skill
    unknown = metric_of(record("rouge"))
    assert (unknown.label, unknown.bounds, unknown.ideal) == ("rouge", (-math.inf, math.inf), None)
    assert unknown.higher_is_better
    assert not metric_of(record("word_errors", higher=False)).higher_is_better


def test_what_a_task_defines_goes_before_what_is_built_in_under_the_same_name() -> None:
    percent = Metric("accuracy", "accuracy", higher_is_better=True, low=0, high=100)
    assert metric_of(record("accuracy", own=(percent,))) == percent
    assert metric_of(record("accuracy", higher=False)).bounds == (-math.inf, math.inf), "another one of that name"


def test_only_the_facts_of_metrics_that_are_not_built_in_are_kept() -> None:
    assert own_metrics_tag((ACCURACY, MASE)) == {}
    assert [one["key"] for one in json.loads(own_metrics_tag((ACCURACY, ROUGE))[OWN_METRICS])] == ["rouge"]
    both = record("accuracy", own=(ACCURACY, ROUGE))
    assert metric_called("rouge", both) == ROUGE
    assert metric_called("log_likelihood", both) is None


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (52_412_345.6, "52,410,000"),
        (12_345.6, "12,350"),
        (-99_999.0, "-100,000"),
        (9_999.4, "9999"),
        (3e20, "3.000e+20"),
    ],
)
def test_a_large_score_is_written_without_an_exponent(score, text):
    assert Metric("mae", "mae").text(score) == text
