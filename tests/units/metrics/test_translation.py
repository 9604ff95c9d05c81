"""Scores of translations are those worked out by hand, by the tokenizer of the language."""

from __future__ import annotations

import math

import pytest

from rnnbench.metrics.lookup import built_in
from rnnbench.metrics.translation import (
    exact_matches,
    placeholders_kept,
    sentence_chrf,
    signatures,
    translation_examples,
    translation_metrics,
)


def _bleu(output: str, reference: str, language: str = "") -> float:
    return translation_metrics([output], [reference], [""], language=language)["bleu"]


def test_bleu_is_the_geometric_mean_of_precisions() -> None:
    # matches of 1 to 4 words: 5 of 6, 3 of 5, 2 of 4, 1 of 3
    expected = 100 * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4)
    assert _bleu("the cat sat on the mat", "the cat sat on a mat") == pytest.approx(expected)


def test_bleu_punishes_short_outputs() -> None:
    assert _bleu("the cat sat on", "the cat sat on a mat") == pytest.approx(100 * math.exp(1 - 6 / 4))


def test_bleu_separates_punctuation_from_words() -> None:
    # tokens: "the", "cat", "sat", "down", "."; only the last one differs
    expected = 100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4)
    assert _bleu("the cat sat down!", "the cat sat down.", "de") == pytest.approx(expected)


@pytest.mark.parametrize("language", ["ja", "ko", "ko-KR", "Japanese", "zh", "zh-Hans", "zh_TW"])
def test_bleu_of_languages_without_blanks_counts_characters(language: str) -> None:
    # one of five characters differs, the last one
    expected = 100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4)
    assert _bleu("東西南北中", "東西南北上", language) == pytest.approx(expected)


@pytest.mark.parametrize(("language", "tokenizer"), [
    ("de", "13a"), ("", "13a"), ("target", "13a"), ("kok", "13a"), ("ko", "char"), ("ja", "char"), ("zh-Hans", "zh"),
])  # fmt: skip
def test_the_signature_names_the_tokenizer(language: str, tokenizer: str) -> None:
    assert f"tok:{tokenizer}|" in signatures(language)["bleu"]
    assert "nrefs:1" in signatures(language)["bleu"]
    assert "nc:6|nw:0" in signatures(language)["chrf"]


def test_chrf_of_the_corpus_adds_up_counts_and_that_of_sentences_is_a_mean() -> None:
    outputs, references = ["ab", "xyz"], ["ac", "xyz"]
    # first sentence: 1 of 2 characters, 0 of 1 pair; no triple
    assert sentence_chrf(outputs, references) == pytest.approx([25, 100])
    scores = translation_metrics(outputs, references, ["", ""])
    assert scores["sentence_chrf"] == pytest.approx(62.5)
    assert scores["chrf"] == pytest.approx(100 * (4 / 5 + 2 / 3 + 1 / 1) / 3)


def test_chrf_weighs_recall_twice_as_much() -> None:
    # one character: precision 1, recall 1/2
    assert sentence_chrf(["a"], ["ab"]) == pytest.approx([100 * 5 * 1 * 0.5 / (4 * 1 + 0.5)])


def test_exact_matches_ignore_blanks_at_the_ends_alone() -> None:
    assert exact_matches(["a b ", "a  b", "A b"], ["a b", "a b", "a b"]).tolist() == [1, 0, 0]


@pytest.mark.parametrize(("output", "source", "share"), [
    ("Hallo {name}", "Hello {name}", 1),
    ("Hallo name", "Hello {name}", 0),
    ("{a} und {a}", "{a} and {b}", 1 / 2),
    ("{a}", "{a} and {a}", 1 / 2),
    ("{a} {c}", "{a}", 1),
    ("{Name}", "{name}", 0),
    ("0 Geräte", "{0} devices", 0),
    ("{x} b", "set {a b} or {}", None),
    ("b", "no placeholder", None),
])  # fmt: skip
def test_placeholders_are_counted_as_often_as_in_the_source(output: str, source: str, share: float | None) -> None:
    assert placeholders_kept([output], [source]) == share
    scores = translation_metrics([output], ["a"], [source])
    assert scores.get("placeholders_kept") == share


def test_examples_have_the_mean_of_the_metric() -> None:
    outputs, references = ["ab", "xyz", "uvw"], ["ac", "xyz", "wvu"]
    scores = translation_metrics(outputs, references, outputs)
    for key, examples in translation_examples(outputs, references).items():
        assert examples.mean == pytest.approx(scores[key])


def test_an_empty_output_scores_nothing() -> None:
    scores = translation_metrics(["", ""], ["a b", "c"], ["{a}", ""])
    assert scores == {"bleu": 0, "chrf": 0, "sentence_chrf": 0, "exact_match": 0, "placeholders_kept": 0}


@pytest.mark.parametrize(("outputs", "references"), [([], []), (["a"], ["a", "b"]), (["a", "b"], ["a"])])
def test_unequal_numbers_of_texts_are_refused(outputs: list[str], references: list[str]) -> None:
    for compute in (sentence_chrf, exact_matches, placeholders_kept):
        with pytest.raises(ValueError, match="equally many"):
            compute(outputs, references)
    with pytest.raises(ValueError, match="equally many"):
        translation_metrics(outputs, references, references)


def test_every_metric_is_found_by_its_key() -> None:
    keys = {"bleu", "bleu_beam", "chrf", "chrf_beam", "sentence_chrf", "exact_match", "placeholders_kept"}
    assert keys <= set(built_in())
    assert all(built_in()[key].ideal == built_in()[key].high for key in keys)
    assert built_in()["bleu"].text(13.24) == "13.2"
    assert built_in()["exact_match"].text_with_unit(0.125) == "12.5 %"
