"""Baselines of text classification are fitted on training only, for any script."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.sentiment import baselines

GOOD = ["a fine film", "fine and moving", "moving , a joy", "such joy", "I liked it"]
BAD = ["a dull film", "dull and long", "long , a bore", "such bore", "I hated it"]


def _run(good: list[str], bad: list[str], *, class_count: int = 2, test: list[str] | None = None):
    texts = good + bad
    labels = np.array([1] * len(good) + [0] * len(bad))
    test = texts if test is None else test
    found = baselines.run(texts, labels, texts, labels, test, np.zeros(len(test), dtype=int), class_count=class_count)
    return {result.model: result for result in found}


def test_every_sentiment_baseline_has_every_metric_of_both_splits() -> None:
    results: dict[str, BaselineResult] = _run(GOOD, BAD)
    assert [*results] == ["majority_class", "naive_bayes", "tfidf_logistic_regression", "character_ngrams"]
    expected = {
        f"{split}/{name}"
        for split in ("validation", "test")
        for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")
    }
    for result in results.values():
        assert result.metrics.keys() == expected
        assert all(math.isfinite(value) for value in result.metrics.values())


def test_the_majority_class_is_worked_out_by_hand() -> None:
    majority = _run(GOOD[:3], BAD[:1], test=["anything"])["majority_class"]
    assert majority.metrics["validation/accuracy"] == pytest.approx(0.75)
    assert majority.metrics["validation/macro_f1"] == pytest.approx((2 * 3 / 7 + 0) / 2)
    assert majority.metrics["test/log_loss"] == pytest.approx(-math.log(0.25))
    assert majority.metrics["validation/calibration_error"] == pytest.approx(0)


@pytest.mark.parametrize(("classes", "name"), [(("-1", "1"), "1"), (("나쁨", "좋음"), "좋음"), ((), "1")])
def test_the_note_on_the_majority_class_has_its_name(classes: tuple[str, ...], name: str) -> None:
    labels = np.array([1, 1, 1, 0])
    texts = [*GOOD[:3], BAD[0]]
    found = baselines.run(texts, labels, texts, labels, texts, labels, class_count=2, classes=classes)
    assert next(iter(found)).note == f"class {name}, 75.0% of the training texts"


def test_naive_bayes_is_worked_out_by_hand() -> None:
    # classes "x" and "y", one text of one word each: p(x | class 0) = (1 + 1) / (1 + 2) = 2/3, p(x | class 1) = 1/3
    naive_bayes = _run(["y"], ["x"], test=["x"])["naive_bayes"]
    assert naive_bayes.metrics["test/log_loss"] == pytest.approx(-math.log(2 / 3))


@pytest.mark.parametrize("model", ["naive_bayes", "tfidf_logistic_regression"])
def test_words_of_korean_are_words(model: str) -> None:
    good, bad = ["정말 재미있다", "재미있다 또 본다", "꼭 봐"], ["정말 지루하다", "지루하다 안 본다", "못 봐"]
    assert _run(good, bad)[model].metrics["validation/accuracy"] == 1.0


@pytest.mark.parametrize("model", ["naive_bayes", "tfidf_logistic_regression"])
def test_a_word_of_one_letter_counts(model: str) -> None:
    assert _run(["꼭 봐", "꼭 사"], ["못 봐", "못 사"])[model].metrics["validation/accuracy"] == 1.0


def test_a_class_that_is_not_in_training_has_probability_zero() -> None:
    results = _run(GOOD, BAD, class_count=3)
    assert all(math.isfinite(value) for result in results.values() for value in result.metrics.values())


def test_a_refitted_classifier_equals_one_fitted_on_both_splits() -> None:
    texts, labels = GOOD + BAD, np.array([1] * len(GOOD) + [0] * len(BAD))
    known, seen, new = slice(0, 10, 2), slice(1, 10, 2), ["a fine bore", "dull joy"]
    validation, test = (texts[seen], labels[seen]), (new, np.array([0, 1]))

    def of(train: tuple[list[str], np.ndarray], *, refit: bool) -> dict[str, BaselineResult]:
        return {one.model: one for one in baselines.run(*train, *validation, *test, class_count=2, refit=refit)}

    usual, refitted = (of((texts[known], labels[known]), refit=refit) for refit in (False, True))
    both = of((texts[known] + texts[seen], np.concatenate([labels[known], labels[seen]])), refit=False)
    for model in ("majority_class", "naive_bayes"):
        assert refitted[model].metrics["test/log_loss"] == pytest.approx(both[model].metrics["test/log_loss"])
    for model, result in refitted.items():
        assert result.metrics["validation/log_loss"] == usual[model].metrics["validation/log_loss"]
        assert result.metrics["test/log_loss"] != usual[model].metrics["test/log_loss"], model
        assert result.note.endswith("refitted on training and validation for the test split")


def test_the_test_texts_change_nothing_on_validation() -> None:
    first, second = _run(GOOD, BAD, test=["one thing"]), _run(GOOD, BAD, test=["a bore", "quite another"])
    for model in first:
        assert first[model].note == second[model].note
        for metric in ("accuracy", "log_loss"):
            key = f"validation/{metric}"
            assert first[model].metrics[key] == second[model].metrics[key]


KOREAN = (
    ["정말 재미있다", "재미있었어요", "재밌다", "재미있네"],
    ["정말 지루하다", "지루했어요", "지루함", "지루하네"],
)
JAPANESE = (
    ["とても面白い", "面白かった", "面白い映画", "すごく面白い"],
    ["とても退屈", "退屈だった", "退屈な映画", "すごく退屈"],
)
THAI = (["สนุกมาก", "หนังสนุก", "สนุกดี", "ชอบสนุก"], ["น่าเบื่อมาก", "หนังน่าเบื่อ", "น่าเบื่อ", "ไม่ชอบน่าเบื่อ"])
MIXED = (["good 영화", "very 좋다 good", "good!", "goood"], ["bad 영화", "very 나쁘다 bad", "bad!", "baaad"])
EMOJI = (["😀", "😀😀", "😀🎉", "🎉"], ["👎", "👎👎", "👎💤", "💤"])
SIGNS = (["!!", "!", "!?!", "! !"], ["..", ".", ".-.", ". ."])


@pytest.mark.parametrize("texts", [KOREAN, JAPANESE, THAI, MIXED, EMOJI, SIGNS])
def test_character_ngrams_tell_classes_apart_in_every_script(texts) -> None:
    assert _run(*texts)["character_ngrams"].metrics["test/accuracy"] == 0.5, "test labels are all 0"
    assert _run(*texts)["character_ngrams"].metrics["validation/accuracy"] == 1.0


@pytest.mark.parametrize("texts", [KOREAN, JAPANESE, THAI, MIXED, EMOJI, (GOOD, BAD)])
def test_character_ngrams_equal_a_pipeline_of_scikit_learn(texts) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.pipeline import make_pipeline

    ours, (good, bad) = _run(*texts)["character_ngrams"], texts
    chosen = float(ours.note.partition("C = ")[2].partition(",")[0])
    tfidf = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    pipeline = make_pipeline(tfidf, LogisticRegression(C=chosen, max_iter=1000))
    labels = [1] * len(good) + [0] * len(bad)
    theirs = pipeline.fit(good + bad, labels).predict_proba(good + bad)
    assert ours.metrics["validation/log_loss"] == pytest.approx(log_loss(labels, theirs))
    assert ours.parameters == len(tfidf.vocabulary_) + 1


@pytest.mark.parametrize("texts", [EMOJI, SIGNS])
def test_baselines_of_words_are_left_out_with_the_reason_where_there_are_no_words(texts) -> None:
    results = _run(*texts)
    skipped = {model for model, result in results.items() if result.skipped}
    assert skipped == {"naive_bayes", "tfidf_logistic_regression"}
    assert results["naive_bayes"].skipped == "the training texts have no words (letters or digits)"


@pytest.mark.parametrize(
    ("good", "bad"), [(["1", "1 1"], ["2", "2 2"]), (["I", "못"], ["a", "꼭"]), (["😀 good"], ["👎"])]
)
def test_a_single_digit_letter_or_word_is_enough_for_every_baseline(good, bad) -> None:
    results = _run(good, bad)
    assert not any(result.skipped for result in results.values())
    assert results["tfidf_logistic_regression"].metrics["validation/accuracy"] == 1.0


def test_a_word_in_other_splits_alone_does_not_bring_baselines_of_words_back() -> None:
    assert _run(*EMOJI, test=["good", "😀"])["naive_bayes"].skipped


def test_regressions_are_left_out_where_training_has_one_class() -> None:
    texts, labels = ["a film", "b film"], np.array([1, 1])
    results = {
        result.model: result
        for result in baselines.run(texts, labels, texts, labels, texts, np.array([0, 1]), class_count=2)
    }
    assert {model for model, result in results.items() if result.skipped} == {
        "tfidf_logistic_regression",
        "character_ngrams",
    }
    assert results["naive_bayes"].metrics["test/accuracy"] == 0.5


def test_long_texts_are_read_in_part_by_character_ngrams_and_the_note_says_so(monkeypatch) -> None:
    monkeypatch.setattr("rnnbench.tasks.sentiment.ngrams.MOST_CHARACTERS", 40)
    # the classes differ in the first words of one text each and in the last words of the other
    results = _run(["good " + 90 * "x", 90 * "x" + " good"], ["evil " + 90 * "x", 90 * "x" + " evil"])
    assert results["character_ngrams"].note.startswith("1 to 3 characters of the first 10 of each text; C = ")
    assert results["character_ngrams"].metrics["validation/accuracy"] == 0.75
    assert results["tfidf_logistic_regression"].metrics["validation/accuracy"] == 1.0
