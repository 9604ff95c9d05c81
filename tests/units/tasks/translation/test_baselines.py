"""Baselines of translation: which scores each has, and that they are those of its outputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnbench.data.kinds import Facts, Pairs, TextPairs
from rnnbench.data.splits import Splits
from rnnbench.metrics.translation import translation_metrics
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.translation.baselines import run

TEXTS, PROBABILITIES = (
    ["copy_source", "nearest_translation", "ibm_1", "ibm_1_bigram"],
    ["subword_ngram", "subword_ngram_ibm_1"],
)
LEXICON = {"red": "rot", "dog": "Hund", "cat": "Katze", "big": "groß", "{name}": "{name}", "old": "alt"}
FACTS = Facts("made", "text_pairs", "made pairs", "here", "none", "by position")


def made_pairs(count: int, seed: int) -> Pairs:
    generator = np.random.default_rng(seed)
    texts = [generator.choice([*LEXICON], generator.integers(2, 5)) for _ in range(count)]
    return Pairs(
        tuple(" ".join(text) + "." for text in texts),
        tuple(" ".join(LEXICON[word] for word in text) + "." for text in texts),
    )


SPLITS = Splits(made_pairs(150, 0), made_pairs(20, 1), made_pairs(25, 2)).opened()
DATA = TextPairs(FACTS, SPLITS, "en", "de", "f")


def _run(data: TextPairs = DATA, *, refit: bool = False) -> dict[str, BaselineResult]:
    return {result.model: result for result in run(data, refit=refit)}


@pytest.fixture(scope="module")
def results() -> dict[str, BaselineResult]:
    return _run()


def test_each_baseline_has_the_metrics_of_its_kind(results: dict[str, BaselineResult]) -> None:
    assert [*results] == [*TEXTS, *PROBABILITIES]
    of_texts = {"bleu", "chrf", "sentence_chrf", "exact_match", "placeholders_kept"}
    of_probabilities = {"bits_per_character", "nats_per_character", "perplexity"}
    for model, result in results.items():
        keys = of_texts if model in TEXTS else of_probabilities
        assert set(result.metrics) == {f"{split}/{key}" for split in ("validation", "test") for key in keys}
        assert all(np.isfinite(value) for value in result.metrics.values())
        for key, examples in result.examples.items():
            assert examples.mean == pytest.approx(result.metrics[f"test/{key}"], rel=1e-5)
            assert len(examples.scores) == len(SPLITS.test)
        assert ("tok:13a" in str(result.details)) == (model in TEXTS), "the signature of sacrebleu is kept"


def test_a_made_language_is_translated_word_by_word(results: dict[str, BaselineResult]) -> None:
    assert results["ibm_1"].metrics["test/exact_match"] == 1
    assert results["ibm_1"].metrics["test/bleu"] == pytest.approx(100)
    assert results["ibm_1_bigram"].metrics["test/placeholders_kept"] == 1
    assert results["nearest_translation"].metrics["test/bleu"] < 100


def test_the_copied_source_is_scored_as_the_output(results: dict[str, BaselineResult]) -> None:
    expected = translation_metrics(SPLITS.test.sources, SPLITS.test.targets, SPLITS.test.sources, language="de")
    found = results["copy_source"].metrics
    assert {key.removeprefix("test/"): value for key, value in found.items() if key.startswith("test/")} == expected


def test_the_nearest_source_of_training_gives_its_translation() -> None:
    splits = replace(SPLITS, _test=SPLITS.train)
    found = _run(replace(DATA, splits=splits))["nearest_translation"].metrics
    # another order of the same words is as near, in words, but not in pairs of words
    assert found["test/exact_match"] > 0.95


def test_refitting_lets_the_test_split_see_validation_alone(results: dict[str, BaselineResult]) -> None:
    new = Pairs(("green zebra.",) * 3, ("grünes Zebra.",) * 3)
    data = replace(DATA, splits=Splits(SPLITS.train, new, new).opened())
    first, second = _run(data), _run(data, refit=True)
    for model in ("nearest_translation", "ibm_1_bigram"):
        assert first[model].metrics["test/exact_match"] == 0
        assert second[model].metrics["test/exact_match"] == 1
        assert second[model].metrics["validation/exact_match"] == 0
        assert "refitted" in second[model].note
    assert second["copy_source"] == replace(first["copy_source"])


def test_the_language_of_the_targets_decides_the_tokenizer() -> None:
    def result(language: str) -> BaselineResult:
        return next(run(replace(DATA, target_name=language), refit=False))

    assert "tok:zh" in result("zh-Hans").details["signatures"]["bleu"]
    assert "tok:char" in result("ko").details["signatures"]["bleu"]
