"""A sweep on a user's own reviews: the table, its exports, and going on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from journey import ALONE, Finished, Place

pytestmark = pytest.mark.slow

Sweep = tuple[Place, tuple[str, ...], Finished]
FORMATS = {"csv": "csv", "md": "md", "latex": "tex", "html": "html", "json": "json"}


def exports(place: Place) -> Path:
    """The folder of the sweep's exports; it ends with the start of the data's fingerprint."""
    sweep = place.runs(kind="sweep")[0]
    return place.store / "exports" / f"sentiment-reviews.csv-{sweep.data.tags['fingerprint'][:8]}"


def table(said: str) -> str:
    """The table of an answer, without the paths below it."""
    return said[: said.index("has the best mean")].strip()


def test_a_sweep_ends_with_one_table_of_encoders_and_baselines(finished: Sweep) -> None:
    _, _, said = finished
    for row in ("rnn", "gru", "naive_bayes", "tfidf_logistic_regression", "majority_class"):
        assert any(line.startswith(row) for line in said.out.splitlines())
    assert "has the best mean" in said.out


def test_before_anything_is_trained_it_says_what_it_understood(finished: Sweep) -> None:
    _, _, said = finished
    understood = said.told[: said.told.index("trial 001")]
    assert "400 texts in 2 classes" in understood
    assert "training 320, validation 40, test 40" in " ".join(understood.split())


def test_it_ends_with_the_folder_of_its_exports_and_what_to_type_next(finished: Sweep) -> None:
    place, _, said = finished
    folder, commands = said.out.splitlines()[-2:]
    assert folder == f"9 files in store/exports/{exports(place).name}/"
    assert len([path for path in exports(place).iterdir() if path.is_file() and path.stat().st_size]) == 9
    assert commands == "HTML report: rnnbench report sentiment    every run in MLflow: rnnbench ui"


def test_every_number_can_be_traced_to_its_run(finished: Sweep) -> None:
    place, _, _ = finished
    exported = json.loads((exports(place) / "comparison.json").read_text(encoding="utf-8"))
    there = {run.info.run_id: run for run in place.runs()}
    for row in exported["rows"]:
        assert row["run_ids"]
        assert {*row["run_ids"], *row["trial_run_ids"]} <= there.keys()
        scores = {round(there[run].data.metrics["test/accuracy"], 9) for run in row["run_ids"]}
        assert scores == {round(score, 9) for _, score in row["seed_scores"]} or row["kind"] == "baseline"


def test_the_search_never_sees_the_test_split(finished: Sweep) -> None:
    place, _, _ = finished
    trials, confirmations, baselines = (place.runs(kind=kind) for kind in ("trial", "confirm", "baseline"))
    assert trials
    for run in trials:
        assert not [key for key in run.data.metrics if key.startswith(("test/", "curves/test"))]
        assert run.data.tags["test_opened"] == "False"
    for run in [*confirmations, *baselines]:
        assert "test/accuracy" in run.data.metrics
        assert run.data.tags["test_opened"] == "True"
    others = [run for run in place.runs() if run.data.tags.get("test_opened") != "True"]
    assert not [run for run in others for key in run.data.metrics if key.startswith("test/")]


def test_every_run_that_saw_the_test_split_keeps_the_score_of_each_example(finished: Sweep) -> None:
    place, _, _ = finished
    # A rerun of a trial scores the validation split alone, as the trial did.
    scored = {run.info.run_id for run in place.runs() if run.data.tags.get("test_opened") == "True"}
    kept = [*(place.store / "artifacts").rglob("test_examples.npz")]
    assert {path.parent.parent.name for path in kept} == scored
    assert all(path.stat().st_size < 2000 for path in kept)


def test_a_typed_setting_is_not_searched(finished: Sweep) -> None:
    place, _, _ = finished
    trials = [json.loads(run.data.tags["config"]) for run in place.runs(kind="trial")]
    assert {config["encoder"]["hidden_size"] for config in trials} == {8}
    assert len({config["training"]["learning_rate"] for config in trials}) == len(trials)


def test_nothing_stays_behind_running(finished: Sweep) -> None:
    place, _, _ = finished
    assert {run.info.status for run in place.runs()} == {"FINISHED"}


def test_judged_by_another_metric_the_files_stand_beside_the_usual_ones(finished: Sweep) -> None:
    place, _, _ = finished
    printed = place.type_in("export", "sentiment", "--metric", "log_loss", "--reach", "0.6").stdout
    folder = exports(place).with_name(f"{exports(place).name}-log_loss")
    assert printed == f"9 files in store/exports/{folder.name}/\n"
    table = folder / "comparison.json"
    written = json.loads(table.read_text(encoding="utf-8"))
    assert (written["metric"], written["reach"]) == ("log_loss", 0.6)
    assert place.type_in("export", "sentiment").stdout == f"9 files in store/exports/{exports(place).name}/\n"


def test_the_same_command_again_makes_no_run_and_the_same_table(finished: Sweep) -> None:
    place, command, _ = finished
    before = {run.info.run_id for run in place.runs()}
    shown = place.type_in("compare", "sentiment").stdout
    again = place.typed(*command)
    assert {run.info.run_id for run in place.runs()} == before
    assert table(again.out) == table(shown)


def test_the_store_alone_gives_every_format_byte_by_byte(finished: Sweep, tmp_path: Path) -> None:
    place, _, _ = finished
    first, second = tmp_path / "first", tmp_path / "second"
    place.type_in("export", "sentiment", "--output", str(first))
    for folder in (exports(place), place.store / "optuna"):
        shutil.move(folder, tmp_path / folder.name)
    try:
        place.run("export", "sentiment", "--output", str(second))
    finally:
        for folder in (exports(place), place.store / "optuna"):
            shutil.move(tmp_path / folder.name, folder)
    names = {path.name for path in first.iterdir()}
    figures = {"scores.png", "learning_curves.png", "expected_validation.png", "score_against_cost.png"}
    assert names == {f"comparison.{suffix}" for suffix in FORMATS.values()} | figures
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_compare_prints_what_export_writes(finished: Sweep, tmp_path: Path) -> None:
    place, _, _ = finished
    place.type_in("export", "sentiment", "--output", str(tmp_path))
    for format, suffix in FORMATS.items():
        printed = place.type_in("compare", "sentiment", "--format", format).stdout
        assert printed == (tmp_path / f"comparison.{suffix}").read_text(encoding="utf-8")
    place.type_in("compare", "sentiment", "--format", "csv", "--output", str(tmp_path / "one.csv"))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "comparison.csv").read_bytes()


def test_a_stated_score_is_answered_with_the_seconds_that_each_encoder_trained(finished: Sweep) -> None:
    place, _, _ = finished
    reached = " ".join(place.type_in("compare", "sentiment", "--reach", "0.01").stdout.split())
    sentence = reached.partition("validation reached 1.0 % accuracy (mean over the seeds that reached it): ")[
        2
    ].partition(". ")[0]
    assert {words.split()[0] for words in f"{sentence} ".split(", ")} == {"rnn", "gru"}
    assert "never" not in sentence
    whole = json.loads(place.type_in("compare", "sentiment", "--reach", "1", "--format", "json").stdout)
    encoders = [row for row in whole["rows"] if row["kind"] == "encoder"]
    assert {(row["seconds_to_reach"], row["seeds_reached"]) for row in encoders} == {(None, 0)}
    assert all(row["training_flops_per_item"] > 0 for row in encoders)
    assert all(row["parameters"] > row["embedding_parameters"] > 0 for row in encoders)


def test_a_table_is_judged_by_another_metric_that_was_logged(finished: Sweep) -> None:
    place, _, _ = finished
    told = place.type_in("compare", "sentiment", "--metric", "log_loss", "--format", "json")
    whole = json.loads(told.stdout)
    assert (whole["metric"], whole["higher_is_better"]) == ("log_loss", False)
    assert whole["footnotes"][0].endswith("chosen by accuracy on validation.")
    tests = [row["test"] for row in whole["rows"] if row["kind"] == "encoder"]
    assert tests == sorted(tests)
    unknown = place.type_in("compare", "sentiment", "--metric", "logloss")
    assert unknown.exit_code == 2
    assert "Did you mean 'log_loss'?" in unknown.output


def test_going_on_adds_what_is_missing_and_nothing_else(finished: Sweep) -> None:
    place, command, _ = finished
    trials, seeds = len(place.outcomes("trial", "rnn")), len(place.outcomes("confirm", "rnn"))
    confirmed = {run.info.run_id for run in place.runs(kind="confirm")}
    more = place.typed("confirm", "sentiment", "--seeds", str(seeds + 1), *ALONE, "--json")
    assert {row["model"] for row in json.loads(more.out)["rows"] if row["kind"] == "encoder"} >= {"rnn", "gru"}
    for model in ("rnn", "gru"):
        assert len(place.outcomes("trial", model)) == trials
        assert len(place.outcomes("confirm", model)) == seeds + 1
    assert confirmed < {run.info.run_id for run in place.runs(kind="confirm")}

    # more trials, and an encoder that was not there before: it meets the others on equal terms
    place.typed(*command, *ALONE, "--model", "lstm", "--trials", str(trials + 1), "--seeds", str(seeds + 1))
    chosen = {}
    for model in ("rnn", "gru", "lstm"):
        assert len(place.outcomes("trial", model)) == trials + 1
        done = [run for run in place.runs(kind="trial", model=model) if run.data.tags["outcome"] == "completed"]
        best = min(done, key=lambda run: (-run.data.metrics["validation/accuracy"], int(run.data.tags["trial"])))
        chosen[model] = best.data.tags["choice"]
        found = place.runs(kind="confirm", model=model, choice=chosen[model])
        assert sorted(run.data.tags["seed"] for run in found) == [str(seed) for seed in range(1, seeds + 2)]

    exported = json.loads(place.type_in("compare", "sentiment", "--format", "json").stdout)
    by_model = {row["model"]: row for row in exported["rows"]}
    there = {run.info.run_id: run for run in place.runs()}
    for model in ("rnn", "gru", "lstm"):
        assert len(by_model[model]["trial_run_ids"]) == trials + 1
        assert len(by_model[model]["seed_scores"]) == seeds + 1
        assert {there[run].data.tags["choice"] for run in by_model[model]["run_ids"]} == {chosen[model]}
