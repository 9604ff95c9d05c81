"""Trainings that blow up are counted and told; they do not take the table with them."""

from __future__ import annotations

import json

import pytest
from journey import ALONE, Place, write_reviews

pytestmark = pytest.mark.slow

EXPERIMENT = """\
models: [rnn, gru]
training: {schedule: constant, warmup: 0.0, patience: 0}
encoder: {hidden_size: 8}
task: {minimum_count: 1}
budget: {updates: 60, epochs: 1000, validations: 2}
search: {trials: 2, seeds: 2, pruning: false, settings: [training.batch_size]}
for_model:
  gru:
    training: {learning_rate: 10.0, weight_decay: 10.0}
"""


def test_an_encoder_that_always_diverges_leaves_the_others_their_table(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "experiments").mkdir()
    (place.folder / "experiments" / "sentiment.yaml").write_text(EXPERIMENT, encoding="utf-8")
    said = place.typed("sweep", "sentiment", "--data", "reviews.csv", *ALONE)
    assert place.outcomes("trial", "gru") == ["diverged", "diverged"]
    assert place.outcomes("trial", "rnn") == ["completed", "completed"]
    assert "gru has no row: none of its 2 trials completed" in " ".join(said.out.split())
    exported = json.loads(place.type_in("compare", "sentiment", "--format", "json").stdout)
    assert [row["model"] for row in exported["rows"] if row["kind"] == "encoder"] == ["rnn"]

    none = place.typed("sweep", "sentiment", "--data", "reviews.csv", "--model", "gru", "--fresh", *ALONE, code=2)
    assert "no trial of any encoder completed (gru 2 diverged)" in " ".join(none.told.split())
    assert "Traceback" not in none.told + capfd.readouterr().err, "a worker process met an error"
