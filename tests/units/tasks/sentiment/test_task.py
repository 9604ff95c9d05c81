"""Trainings on files of many scripts and lengths, from the reading of the file to the record of the run."""

import numpy as np
import pytest

from rnnbench.experiment.resolve import resolve
from rnnbench.runs.load import load
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import train
from rnnbench.storage.tracker import Tracker

SMALL = [
    "encoder.hidden_size=4", "task.embedding_size=4", "training.batch_size=8", "budget.updates=3",
    "budget.validations=1",
]  # fmt: skip
WORDS = {
    "Korean": (["좋다", "재미있다", "훌륭하다"], ["나쁘다", "지루하다", "별로다"]),
    "Japanese": (["面白い", "とても良い", "最高"], ["つまらない", "退屈", "最悪"]),
    "Thai": (["สนุกมาก", "ดีมาก", "ชอบ"], ["น่าเบื่อ", "แย่", "ไม่ชอบ"]),
    "English": (["good", "fine", "warm"], ["bad", "dull", "cold"]),
    "emoji": (["😀", "🎉", "❤️"], ["👎", "💤", "😡"]),
    "signs": (["!", "!!", "?!"], [".", "..", "..."]),
    "letters": (["a", "b", "c"], ["x", "y", "z"]),
}


def config(folder, words, *, times=1, sets=()):
    generator = np.random.default_rng(0)
    lines = ["text,label"]
    for row in range(60):
        chosen = generator.choice(words[row % 2], 2 + row % 3)
        # a number, since a text that occurs twice is read once
        lines.append(f"{' '.join([*chosen] * times)} {'.' * row},{('good', 'bad')[row % 2]}")
    path = folder / "reviews.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = {"data.path": (str(path), "--data"), "data.name": (path.name, "--data")}
    return resolve("sentiment", "gru", options=options, sets=[*SMALL, *sets])


@pytest.mark.parametrize("kind", WORDS)
def test_texts_of_every_kind_are_trained_on(kind, tmp_path):
    trained = train(config(tmp_path, WORDS[kind]))
    assert trained.record.outcome == "completed"
    expected = "subwords" if kind in ("Korean", "Japanese", "Thai") else "words"
    assert trained.task.prepared.tokenizer.kind == expected
    assert trained.record.tags["remarks"].startswith(f"tokens: {expected}")


def test_texts_whose_words_are_all_unknown_are_trained_on(tmp_path):
    trained = train(config(tmp_path, WORDS["English"], sets=["task.minimum_count=99999"]))
    assert trained.record.outcome == "completed"
    assert "unknown: 100 % of the training tokens" in trained.record.tags["remarks"]


def test_long_texts_are_cut_recorded_and_classified_at_the_same_length(tmp_path, store):
    tracker, configured = Tracker(), config(tmp_path, WORDS["English"], times=300)
    experiment = tracker.experiment("sentiment", "reviews.csv")
    record = train_and_record(configured, tracker=tracker, experiment_id=experiment, name="gru-seed0")
    assert record.tags["cut_inputs"] == (
        "54 of 54 texts of training and validation are longer than task.max_tokens = 256 and are cut; word baselines "
        "read them whole"
    )
    assert record.tags["cut_share"] == "1.0000"
    classifier = load("gru-seed0")
    first = "good " * 256
    assert classifier.predict(first) == classifier.predict(first + "bad " * 50)
    assert classifier.predict(first) != classifier.predict("bad " + first)
    assert classifier.warning([first, first + "bad"]) == (
        "only the first 256 tokens of these longer texts are read: text 2"
    )
    assert classifier.warning([first]) == ""


def test_in_a_refit_texts_are_counted_before_validation_joins_training(tmp_path):
    configured = config(tmp_path, WORDS["English"], times=300, sets=["search.refit=true"])
    record = train(configured, kind="confirm", refit=3).record
    assert record.tags["cut_inputs"].startswith("54 of 54 texts")
