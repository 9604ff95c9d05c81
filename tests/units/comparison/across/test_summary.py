"""What a summary over experiments says, what it leaves out, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.across.base import Across
from rnnbench.comparison.across.notes import verdict
from rnnbench.comparison.across.summary import summarize
from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison
from rnnbench.core.errors import ComparisonError, UnknownNameError
from rnnbench.reports.export import export_across
from rnnbench.reports.figures.across import critical_difference_figure
from rnnbench.reports.tables.formats import FORMATS, render
from rnnbench.storage.record import RunRecord

Scores = dict[str, list[float | None]]


def table(
    data: str, scores: Scores, *, baseline: float | None = 0.5, metric: str = "accuracy", **changes: Any
) -> Comparison:
    """A comparison with these test scores seed by seed; None is a seed that diverged."""

    def run(kind: Any, model: str, seed: int | None, test: float | None) -> RunRecord:
        record = RunRecord(
            kind, "sentiment", data, f"fingerprint of {data}", model, metric, metric == "accuracy", seed=seed,
            outcome="completed" if test is not None else "diverged", run_id=f"{data}-{model}-{seed}",
            metrics={} if test is None else {f"test/{metric}": test}, tags={"choice": "a"},
        )  # fmt: skip
        return replace(record, **changes)

    runs = [run("confirm", model, seed, one) for model, own in scores.items() for seed, one in enumerate(own)]
    return compare(runs + ([run("baseline", "simple", None, baseline)] if baseline is not None else []))


def several(count: int, **changes: Any) -> dict[str, Comparison]:
    """So many data sets on which c beats b on every seed, and b beats a."""
    scores: Scores = {"a": [0.5, 0.52, 0.51], "b": [0.6, 0.62, 0.61], "c": [0.7, 0.72, 0.71]}
    return {f"sentiment on {n}": table(f"{n}", scores, **changes) for n in range(count)}


def standing(found: Across, encoder: str) -> Any:
    return next(one for one in found.standings if one.encoder == encoder)


def test_skill_makes_scores_of_different_metrics_one_kind() -> None:
    found = summarize(
        {
            "x": table("x", {"a": [0.75, 0.75], "b": [0.5, 0.5]}),
            "y": table("y", {"a": [3.0, 3.0], "b": [1.0, 1.0]}, metric="mase", baseline=2.0),
        }
    )
    # accuracy 0.75 removes half of the baseline's error, MASE 3 adds half of it, MASE 1 removes half
    assert [[entry.skill for entry in one.entries] for one in found.experiments] == [[0.5, 0.0], [-0.5, 0.5]]
    assert [[entry.rank for entry in one.entries] for one in found.experiments] == [[1, 2], [2, 1]]
    assert (standing(found, "a").iqm, standing(found, "b").iqm) == (0.0, 0.25)
    assert (standing(found, "a").win_rate, standing(found, "a").average_rank) == (0.5, 1.5)
    assert standing(found, "a").experiments_beating_baseline == 1
    assert found.encoders == ("b", "a")


def test_one_encoder_first_everywhere_is_said_to_be_so_over_these_data_sets() -> None:
    found = summarize(several(3))
    said = verdict(found)
    assert said.startswith("Over these 3 data sets c is first by every measure: average rank (1.00),")
    assert "By win rate on common seeds c beats a (100 %) and b (100 %)." in said
    assert "3 data sets are too few (at least 6). The results hold for these data sets only." in said
    assert found.test is None


def test_measures_that_disagree_are_told_one_by_one() -> None:
    """a is first twice by a little, b once by a lot."""
    found = summarize(
        {
            "x": table("x", {"a": [0.52, 0.52], "b": [0.51, 0.51]}),
            "y": table("y", {"a": [0.52, 0.52], "b": [0.51, 0.51]}),
            "z": table("z", {"a": [0.50, 0.50], "b": [0.9, 0.9]}),
            "w": table("w", {"a": [0.50, 0.50], "b": [0.9, 0.9]}),
            "v": table("v", {"a": [0.52, 0.52], "b": [0.51, 0.51]}),
        }
    )
    assert verdict(found).startswith(
        "Over these 5 data sets no encoder is first by every measure: a by average rank (1.40), "
        "b by interquartile mean of skill (+0.280) and a by win rate (60 %)."
    )
    # of ten scores two are left out at either end: 0.02 x 4 and 0.8 x 2 are left
    assert standing(found, "b").iqm == pytest.approx((4 * 0.02 + 2 * 0.8) / 6)


def test_two_seeds_of_two_data_sets_show_nothing() -> None:
    scores: Scores = {"a": [0.6, 0.6], "b": [0.5, 0.5]}
    said = verdict(summarize({"x": table("x", scores), "y": table("y", scores)}))
    assert "By win rate on common seeds a is not distinguishable from b (100 %)." in said


def test_from_six_data_sets_on_ranks_are_tested_over_data_sets() -> None:
    assert summarize(several(5)).test is None
    found = summarize(several(6))
    assert found.test is not None
    assert found.test.chi_square == pytest.approx(stats.friedmanchisquare([1] * 6, [2] * 6, [3] * 6).statistic)
    assert found.test.p == pytest.approx(6**-5)
    # 2.344 sqrt(3 x 4 / 36) = 1.353: neighbours cannot be told apart, the ends can
    assert found.test.critical_difference == pytest.approx(1.353, abs=0.001)
    assert found.test.cliques == (("c", "b"), ("b", "a"))
    assert verdict(found).endswith(
        "Friedman test over 6 data sets: p < 0.001, so average ranks differ; by the critical difference (1.35) "
        "b is not distinguishable from c and a is worse."
    )


def test_ranks_without_a_pattern_make_no_claim() -> None:
    draws = np.random.default_rng(0)
    tables = {f"{n}": table(f"{n}", {m: [*draws.uniform(0.5, 0.6, 3)] for m in "abc"}) for n in range(6)}
    found = summarize(tables)
    assert found.test is not None
    assert found.test.p > 0.05
    assert verdict(found).endswith("so the results hold for these data sets only.")


def test_two_encoders_are_not_put_to_a_test_of_three() -> None:
    found = summarize(several(6), models=["a", "c"])
    assert found.test is None
    assert "at least three encoders" in found.refusal


def test_an_encoder_that_is_missing_somewhere_is_not_ranked_and_said_to_be_missing() -> None:
    tables = several(2)
    tables["sentiment on less"] = table("less", {"a": [0.5, 0.6], "b": [0.6, 0.7]})
    found = summarize(tables)
    assert found.encoders == ("b", "a")
    assert "Not ranked: c, which is missing on sentiment on less." in found.footnotes


def test_naming_encoders_leaves_out_the_experiments_without_them() -> None:
    tables = several(2)
    tables["sentiment on less"] = table("less", {"a": [0.5, 0.6], "b": [0.6, 0.7]})
    found = summarize(tables, models=["a", "c"])
    assert [one.label for one in found.experiments] == ["sentiment on 0", "sentiment on 1"]
    assert "Left out: sentiment on less, which has no c." in found.footnotes
    with pytest.raises(UnknownNameError, match="unknown model 'd'"):
        summarize(tables, models=["d"])


def test_encoders_that_share_no_experiment_are_told_by_experiment() -> None:
    tables = {"x": table("x", {"a": [0.5], "b": [0.5]}), "y": table("y", {"b": [0.5], "c": [0.5]})}
    with pytest.raises(
        ComparisonError, match=r"(?s)fewer than two encoders.*x: a, b\n  y: b, c\n.*--model A --model B"
    ):
        summarize(tables)


def test_one_experiment_is_nothing_to_sum_up() -> None:
    with pytest.raises(ComparisonError, match="at least two experiments"):
        summarize(several(1))
    with pytest.raises(ComparisonError, match=r"at least two experiments.*none"):
        summarize({})


def test_the_same_data_are_not_counted_twice_unless_forced() -> None:
    scores: Scores = {"a": [0.5, 0.6], "b": [0.6, 0.7]}
    tables = {"sentiment on x": table("x", scores), "study on x": table("x", scores), "y": table("y", scores)}
    with pytest.raises(ComparisonError, match="sentiment on x and study on x are the same data, counted twice"):
        summarize(tables)
    found = summarize(tables, force=True)
    assert found.footnotes[0].startswith("FORCED, not a fair summary.")
    assert "no encoder is called best" in verdict(found)


def test_versions_of_the_protocol_do_not_meet_and_forcing_makes_no_test() -> None:
    tables = several(6) | {"old": table("old", {m: [0.5, 0.6] for m in "abc"}, protocol="0")}
    with pytest.raises(ComparisonError, match="versions of the protocol: 0 in old; 1 in"):
        summarize(tables)
    assert summarize(tables, force=True).test is None


def test_without_a_baseline_there_is_no_skill_and_it_says_what_to_type() -> None:
    tables = several(2) | {"bare": table("bare", {m: [0.5, 0.6] for m in "abc"}, baseline=None)}
    with pytest.raises(ComparisonError, match=r"bare: no baseline .* Repeat the command of its sweep"):
        summarize(tables)


def test_only_seeds_that_every_ranked_encoder_completed_count() -> None:
    tables = several(2) | {"odd": table("odd", {"a": [0.5, 0.5, 0.5], "b": [0.6, None, 0.6], "c": [0.7, 0.7, 0.7]})}
    found = summarize(tables)
    odd = next(one for one in found.experiments if one.label == "odd")
    assert odd.seeds == (0, 2)
    assert {len(entry.seed_skills) for entry in odd.entries} == {2}
    assert any("odd: b did not complete every seed" in note for note in found.footnotes)
    assert any("from 2 to 3 seeds" in note for note in found.footnotes)
    lost = table("lost", {"a": [0.5, None], "b": [None, 0.6], "c": [0.7, 0.7]})
    with pytest.raises(ComparisonError, match="lost: no seed was completed by all of a, b and c"):
        summarize(tables | {"lost": lost})


def test_a_single_seed_has_scores_and_no_intervals() -> None:
    scores: Scores = {"a": [0.5], "b": [0.6]}
    found = summarize({"x": table("x", scores), "y": table("y", scores)})
    assert standing(found, "b").iqm_interval is None
    assert any("at least two seeds" in note for note in found.footnotes)
    assert json.loads(render(found, "json"))["standings"][0]["iqm_interval"] is None


def test_the_order_of_experiments_changes_nothing() -> None:
    tables = several(4)
    assert summarize(dict(reversed(tables.items()))) == summarize(tables)


def test_every_number_leads_to_its_runs() -> None:
    found = summarize(several(2))
    whole = json.loads(render(found, "json"))
    assert whole["verdict"] == verdict(found)
    assert whole["standings"][0]["run_ids"] == [f"{n}-c-{seed}" for n in range(2) for seed in range(3)]
    for one in whole["experiments"]:
        assert one["baseline_run_ids"] == [f"{one['data']}-simple-None"]
        for entry in one["entries"]:
            assert entry["run_ids"] == [f"{one['data']}-{entry['encoder']}-{seed}" for seed in range(3)]
    lines = [*csv.DictReader(io.StringIO(render(found, "csv")))]
    assert [(line["scope"], line["encoder"]) for line in lines[:4]] == [
        ("all", "c"), ("all", "b"), ("all", "a"), ("sentiment on 0", "c"),
    ]  # fmt: skip
    assert all(line["runs"] for line in lines)
    assert float(lines[3]["skill"]) == pytest.approx((0.71 - 0.5) / 0.5)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_names_encoders_data_sets_and_runs(format: str) -> None:
    text = render(summarize(several(6)), format)
    assert all(word in text for word in ("sentiment on 5", "5-c-2", "5-simple-None"))


def test_names_cannot_break_a_format() -> None:
    odd = "a|b_<i>&$%"
    tables = {f"{n}\n-->": replace(table(f"{n}", {odd: [0.5, 0.6], "b": [0.6, 0.7]}), data=f"{n}") for n in range(2)}
    found = summarize(tables)
    page = render(found, "html")
    assert "<i>" not in page
    markdown = render(found, "md")
    assert markdown.count("-->") == 1
    row = next(line for line in markdown.splitlines() if line.startswith(r"| a\|b"))
    assert "<i>" not in row
    tex = "\n".join(line for line in render(found, "latex").splitlines() if not line.startswith("%"))
    assert r"\_" in tex
    assert "$" not in tex.replace(r"\$", "")


def test_exports_are_the_same_bytes_and_a_diagram_only_where_there_is_a_test(tmp_path) -> None:
    first = {path.name: path.read_bytes() for path in export_across(summarize(several(6)), tmp_path)}
    second = {path.name: path.read_bytes() for path in export_across(summarize(several(6)), tmp_path)}
    assert first == second
    assert first["critical_difference.png"].startswith(b"\x89PNG")
    few = summarize(several(3))
    assert "critical_difference.png" not in {path.name for path in export_across(few, tmp_path)}
    assert not (tmp_path / "critical_difference.png").exists()
    with pytest.raises(ValueError, match="too few"):
        critical_difference_figure(few)
