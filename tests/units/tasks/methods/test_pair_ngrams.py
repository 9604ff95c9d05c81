"""Probabilities of targets: a mixture of two models, selected on validation, counted per character."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rnnbench.data.kinds import Pairs
from rnnbench.data.splits import Splits
from rnnbench.tasks.methods.pair_ngrams import ScoredModel, pair_ngrams
from rnnbench.tasks.methods.target_models import WEIGHTS, PairCoder, TargetModel

SIZE = 300


def made_pairs(count: int, seed: int) -> Pairs:
    """Three words that the source decides, in random order."""
    generator = np.random.default_rng(seed)
    words = {"red": "rot", "dog": "Hund", "cat": "Katze", "big": "groß", "{name}": "{name}", "old": "alt"}
    texts = [generator.choice([*words], 3) for _ in range(count)]
    return Pairs(tuple(map(" ".join, texts)), tuple(" ".join(words[word] for word in text) for text in texts))


SPLITS = Splits(made_pairs(150, 0), made_pairs(20, 1), made_pairs(25, 2)).opened()


def _scored(splits: Splits[Pairs] = SPLITS, *, refit: bool = False) -> dict[str, ScoredModel]:
    return {scored.result.model: scored for scored in pair_ngrams(splits, vocabulary_size=SIZE, refit=refit)}


def test_the_mixture_is_the_weighted_sum_of_two_probabilities() -> None:
    coder = PairCoder(SPLITS.train, SIZE)
    train, validation = coder.encode(SPLITS.train), coder.encode(SPLITS.validation)
    mixture = TargetModel.ngram_alone(coder, train, validation).mixed(coder, train, validation)
    assert mixture.ibm is not None
    ngram = [*mixture.ngram.log_probabilities_by_order(validation.stream)][mixture.order - 1]
    lexical = mixture.ibm.probabilities(validation.sources, validation.targets)
    by_token = np.log((1 - mixture.weight) * np.exp(ngram) + mixture.weight * lexical)
    ends = np.cumsum([len(target) for target in validation.targets])
    by_pair = [-part.sum() for part in np.split(by_token, ends[:-1])]
    assert mixture.nats(validation) == pytest.approx(by_pair)
    others = [
        replace(mixture, order=order, weight=weight).nats(validation).sum()
        for order in range(1, mixture.ngram.order + 1)
        for weight in WEIGHTS
    ]
    assert min(others) == pytest.approx(mixture.nats(validation).sum()), "order and weight are the best on validation"


def test_probabilities_of_the_mixture_sum_to_one() -> None:
    mixture = _scored()["subword_ngram_ibm_1"].for_validation
    coder = PairCoder(SPLITS.train, SIZE)
    pairs = coder.encode(Pairs(("red dog",), ("rot",)))
    before = pairs.targets[0][:-1]
    total = 0.0
    for token in range(coder.target_size):
        extended = replace(pairs, targets=[np.append(before, token)])
        whole = math.exp(-mixture.nats(extended)[0])
        total += whole
    # the sum over the next token is the probability of the tokens before it
    shorter = replace(pairs, targets=[before])
    assert total == pytest.approx(math.exp(-mixture.nats(shorter)[0]))


def test_the_source_helps_the_mixture_and_no_ngram() -> None:
    scored = _scored()
    ngram, mixture = scored["subword_ngram"], scored["subword_ngram_ibm_1"]
    key = "test/bits_per_character"
    assert mixture.result.metrics[key] < 0.9 * ngram.result.metrics[key]
    without = ngram.test.without_sources()
    assert ngram.for_test.nats(without) == pytest.approx(ngram.for_test.nats(ngram.test))
    assert mixture.for_test.nats(without).sum() > mixture.for_test.nats(mixture.test).sum()


@pytest.mark.parametrize("refit", [False, True])
def test_bits_are_of_all_tokens_and_the_end_per_character(refit: bool) -> None:
    for scored in _scored(refit=refit).values():
        characters = sum(map(len, SPLITS.test.targets))
        bits = scored.for_test.nats(scored.test).sum() / math.log(2)
        assert scored.result.metrics["test/bits_per_character"] == pytest.approx(bits / characters)
        examples = scored.result.examples["bits_per_character"]
        assert examples.mean == pytest.approx(bits / characters, rel=1e-6)
        assert examples.weights.tolist() == [len(text) for text in SPLITS.test.targets]
        assert all(target[-1] == scored.for_test.ngram.end_id for target in scored.test.targets)


def test_refitting_changes_the_test_split_alone() -> None:
    first, second = _scored(), _scored(refit=True)
    for model, scored in first.items():
        refitted = second[model]
        key = "validation/bits_per_character"
        assert refitted.result.metrics[key] == scored.result.metrics[key]
        assert (refitted.for_test.order, refitted.for_test.weight) == (scored.for_test.order, scored.for_test.weight)
        assert refitted.for_test.ngram.parameters(1) >= scored.for_test.ngram.parameters(1)
        assert refitted.result.metrics["test/bits_per_character"] != scored.result.metrics["test/bits_per_character"]
        assert "refitted" in refitted.result.note


def test_the_test_split_changes_nothing_on_validation() -> None:
    other = Splits(SPLITS.train, SPLITS.validation, made_pairs(25, 9)).opened()
    for model, scored in _scored(other).items():
        first = _scored()[model].result
        assert scored.result.note == first.note
        assert scored.result.metrics["validation/bits_per_character"] == first.metrics["validation/bits_per_character"]


def test_a_placeholder_costs_the_same_whatever_its_name() -> None:
    scored = _scored()["subword_ngram"]
    coder = PairCoder(SPLITS.train, SIZE)
    pairs = Pairs(("dog {name}", "dog {other_entity}"), ("Hund {name}", "Hund {other_entity}"))
    first, second = scored.for_test.nats(coder.encode(pairs))
    assert first == pytest.approx(second)
