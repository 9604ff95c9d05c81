"""A study of one's own: a file in experiments/, run by its name."""

from __future__ import annotations

import json

import pytest
from journey import ALONE, Place, write_reviews

STUDY = """\
study_of: sentiment
question: Does a second layer help?
models: [gru, deep]
search: {settings: [none], seeds: 2}
encoder: {hidden_size: 8}
budget: {updates: 20, validations: 2}
variants:
  deep: {model: gru, encoder: {num_layers: 2}}
"""


@pytest.mark.slow
def test_a_study_trains_its_variants_once_and_is_found_by_its_name(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "experiments").mkdir()
    (place.folder / "experiments" / "depth.yaml").write_text(STUDY)
    assert "Does a second layer help?" in place.type_in("tasks").output
    done = place.typed("sweep", "depth", "--data", "reviews.csv", *ALONE)
    assert "Searched: nothing." in " ".join(done.out.split())
    assert place.outcomes("trial", "deep") == ["completed"], "nothing is searched, so one trial is enough"
    assert place.outcomes("confirm", "deep") == place.outcomes("confirm", "gru") == ["completed"] * 2
    assert [*(place.store / "exports").glob("depth-reviews.csv-*/comparison.md")]
    rows = json.loads(place.type_in("compare", "depth", "--format", "json").stdout)["rows"]
    parameters = {row["model"]: row["parameters"] for row in rows}
    assert parameters["deep"] > parameters["gru"]
    refused = place.type_in("compare", "sentiment")
    assert "no sweep of sentiment to compare yet" in " ".join(refused.output.split()), (
        "a study is not the task's own sweep"
    )
    again = place.typed("sweep", "depth", "--data", "reviews.csv", *ALONE)
    assert again.out.split("Searched")[0] == done.out.split("Searched")[0]
    assert len(place.runs(kind="confirm")) == 4, "nothing is trained twice"
    best = place.typed("predict", "--text", "a lovely warm film", "--json")
    assert json.loads(best.out), "the newest sweep is the study's, and `best` is of it"
    label = place.typed("predict", "deep-seed1", "--text", "a lovely warm film", "--json")
    assert json.loads(label.out)
