"""Baselines of dialogue: which scores each has, and that context counts where it decides the reply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnbench.data.kinds import Facts, Pairs, TextPairs
from rnnbench.data.splits import Splits
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.dialogue.baselines import run

PROBABILITIES = ["subword_ngram", "subword_ngram_ibm_1"]
RANKERS = ["tfidf_overlap", "nearest_context", "tfidf_overlap_nearest_context"]
FACTS = Facts("made", "dialogue", "made dialogue", "here", "none", "by position")
THINGS = ["dog", "cat", "house", "car", "tree", "book", "lamp", "door", "ship", "bird", "road", "song", "wall", "game"]
COLOURS = ["red", "blue", "green", "black"]


def made_pairs(count: int, seed: int) -> Pairs:
    """The reply repeats the thing that was asked for, with a colour."""
    generator = np.random.default_rng(seed)
    things, colours = generator.choice(THINGS, count), generator.choice(COLOURS, count)
    sources = (f"where is the {thing} ?" for thing in things)
    return Pairs(
        tuple(sources), tuple(f"my {thing} is {colour}" for thing, colour in zip(things, colours, strict=True))
    )


SPLITS = Splits(made_pairs(300, 0), made_pairs(40, 1), made_pairs(50, 2)).opened()
DATA = TextPairs(FACTS, SPLITS, "turn", "reply", "f")


def _run(data: TextPairs = DATA, *, refit: bool = False) -> dict[str, BaselineResult]:
    return {result.model: result for result in run(data, refit=refit)}


@pytest.fixture(scope="module")
def results() -> dict[str, BaselineResult]:
    return _run()


def test_each_baseline_has_the_metrics_of_its_kind(results: dict[str, BaselineResult]) -> None:
    assert [*results] == [*PROBABILITIES, *RANKERS]
    hits = {"hits_at_1", "hits_at_2", "hits_at_5"}
    bits = {"bits_per_character", "nats_per_character", "perplexity", "context_gain"}
    variety = {"distinct_1", "distinct_2", "most_frequent_reply"}
    for model, result in results.items():
        keys = hits | (bits if model in PROBABILITIES else variety if model == "nearest_context" else set())
        assert set(result.metrics) == {f"{split}/{key}" for split in ("validation", "test") for key in keys}
        assert hits <= set(result.examples)
        for key, examples in result.examples.items():
            assert examples.mean == pytest.approx(result.metrics[f"test/{key}"], rel=1e-5, abs=1e-7)
            assert len(examples.scores) == len(SPLITS.test)


def test_the_reply_alone_is_at_chance_and_without_gain(results: dict[str, BaselineResult]) -> None:
    found = results["subword_ngram"].metrics
    assert found["test/context_gain"] == pytest.approx(0)
    assert [found[f"test/hits_at_{count}"] for count in (1, 2, 5)] == pytest.approx([0.1, 0.2, 0.5])


def test_context_that_decides_the_reply_is_worth_bits_and_ranks(results: dict[str, BaselineResult]) -> None:
    mixture = results["subword_ngram_ibm_1"].metrics
    assert mixture["test/context_gain"] > 0.001
    for model in ("subword_ngram_ibm_1", *RANKERS):
        # the colour cannot be known, so that several candidates can be level
        assert results[model].metrics["test/hits_at_5"] > 0.9


def test_the_overlap_ranks_by_shared_words(results: dict[str, BaselineResult]) -> None:
    data = replace(DATA, splits=Splits(SPLITS.train, SPLITS.validation, Pairs(("zzz",) * 12, SPLITS.test.targets[:12])))
    found = _run(replace(data, splits=data.splits.opened()))["tfidf_overlap"].metrics
    assert found["test/hits_at_1"] == pytest.approx(1 / len({*SPLITS.test.targets[:12]}), abs=0.1)


def test_replies_of_the_nearest_contexts_are_training_replies() -> None:
    train = Pairs(("good morning", "good night"), ("hello there", "sleep well"))
    held_out = Pairs(("a good night", "the night", "morning !"), ("yes", "no", "maybe so"))
    found = _run(replace(DATA, splits=Splits(train, held_out, held_out).opened()))["nearest_context"].metrics
    # sleep well, sleep well, hello there
    assert found["test/most_frequent_reply"] == pytest.approx(2 / 3)
    assert found["test/distinct_1"] == pytest.approx(4 / 6)
    assert found["test/distinct_2"] == pytest.approx(2 / 3)


def test_the_weight_is_selected_on_validation_and_the_test_split_changes_nothing_there() -> None:
    other = replace(DATA, splits=Splits(SPLITS.train, SPLITS.validation, made_pairs(30, 7)).opened())
    first, second = _run(), _run(other)
    for model, result in first.items():
        assert second[model].note == result.note
        for key, value in result.metrics.items():
            if key.startswith("validation/"):
                assert second[model].metrics[key] == value


def test_refitting_reads_validation_for_the_test_split() -> None:
    new = Pairs(("what about zebras ?", "and lions ?"), ("zebras are striped", "lions are yellow"))
    data = replace(DATA, splits=Splits(SPLITS.train, new, new).opened())
    first, second = _run(data)["nearest_context"], _run(data, refit=True)["nearest_context"]
    assert second.metrics["test/hits_at_1"] == 1
    assert second.metrics["validation/hits_at_1"] == first.metrics["validation/hits_at_1"]
    assert "refitted" in second.note


def test_replies_of_one_text_have_no_ranks() -> None:
    same = Pairs(("a", "b", "c"), ("yes", "yes", "Yes"))
    results = _run(replace(DATA, splits=Splits(SPLITS.train, same, same).opened()))
    assert "test/hits_at_1" not in results["subword_ngram"].metrics
    assert all(results[model].skipped and not results[model].metrics for model in RANKERS)
