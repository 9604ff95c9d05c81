"""The n-gram model agrees with its equation, and compressors with the standard library."""

from __future__ import annotations

import bz2
import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.methods.compression import bz2_bits, xz_bits
from rnnbench.tasks.methods.ngram import WittenBell
from rnnbench.tasks.text_generation import baselines


def _slow_probability(train: list[int], context: list[int], symbol: int, *, order: int, vocabulary_size: int) -> float:
    """Witten-Bell by its equation, with dictionaries."""
    probability = 1 / vocabulary_size
    for length in range(1, order + 1):
        if length - 1 > len(context):
            break
        wanted = tuple(context[len(context) - length + 1 :])
        followers: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for at in range(length - 1, len(train)):
            followers[tuple(train[at - length + 1 : at])][train[at]] += 1
        counts = followers[wanted]
        if counts:
            types = len(counts)
            probability = (counts[symbol] + types * probability) / (counts.total() + types)
    return probability


def test_bigram_probabilities_are_those_worked_out_by_hand() -> None:
    # a b a a: p(a) = (3 + 2/2) / 6 = 2/3; p(b | a) = (1 + 2/3) / 4 = 5/12; p(b | b) = (0 + 1/3) / 2 = 1/6
    model = WittenBell(np.array([0, 1, 0, 0]), vocabulary_size=2, order=2)
    assert np.exp(model.log_probabilities(np.array([0, 1, 1]))) == pytest.approx([2 / 3, 5 / 12, 1 / 6])


@pytest.mark.parametrize("vocabulary_size", [3, 10_000])
def test_every_order_is_the_equation(vocabulary_size: int) -> None:
    generator = np.random.default_rng(0)
    symbols = generator.choice(vocabulary_size, size=3, replace=False)
    train, text = generator.choice(symbols, 60), generator.choice(symbols, 25)
    text[[5, 20]] = vocabulary_size - 1  # perhaps never seen
    model = WittenBell(train, vocabulary_size=vocabulary_size, order=5)
    for order, found in enumerate(model.log_probabilities_by_order(text), start=1):
        expected = [
            _slow_probability(
                train.tolist(), text[:at].tolist(), int(text[at]), order=order, vocabulary_size=vocabulary_size
            )
            for at in range(len(text))
        ]
        assert np.exp(found) == pytest.approx(expected)


def test_probabilities_sum_to_one_after_every_context() -> None:
    generator = np.random.default_rng(1)
    model = WittenBell(generator.integers(0, 5, 200), vocabulary_size=6, order=4)
    for context in (np.empty(0, int), *generator.integers(0, 6, (20, 7))):
        total = sum(math.exp(model.log_probabilities(np.append(context, symbol))[-1]) for symbol in range(6))
        assert total == pytest.approx(1.0)


def test_the_future_of_a_text_does_not_change_its_past() -> None:
    generator = np.random.default_rng(2)
    model = WittenBell(generator.integers(0, 4, 300), vocabulary_size=4)
    text = generator.integers(0, 4, 50)
    assert model.log_probabilities(text)[:20].tolist() == model.log_probabilities(text[:20]).tolist()


def test_an_order_above_the_length_of_the_training_text_is_allowed() -> None:
    model = WittenBell(np.array([0, 1]), vocabulary_size=2, order=8)
    assert model.order == 2
    assert np.isfinite(model.log_probabilities(np.array([1, 1, 0, 1]))).all()


def test_an_empty_text_has_no_probabilities() -> None:
    assert WittenBell(np.array([0, 1]), vocabulary_size=2).log_probabilities(np.empty(0, int)).size == 0


@pytest.mark.parametrize("ids", [np.array([0, 2]), np.array([-1]), np.array([[0, 1]])])
def test_ids_outside_the_vocabulary_are_refused(ids: np.ndarray) -> None:
    with pytest.raises(ValueError, match="ids must"):
        WittenBell(ids, vocabulary_size=2)
    with pytest.raises(ValueError, match="ids must"):
        WittenBell(np.array([0, 1]), vocabulary_size=2).log_probabilities(ids)


def test_training_needs_a_symbol_and_an_order() -> None:
    with pytest.raises(ValueError, match="at least one"):
        WittenBell(np.empty(0, int), vocabulary_size=2)
    with pytest.raises(ValueError, match="order"):
        WittenBell(np.array([0]), vocabulary_size=2, order=0)


def test_xz_needs_few_bits_for_a_text_that_it_contains() -> None:
    generator = np.random.default_rng(3)
    text = "".join(generator.choice([*"abcdefgh "], 20_000))
    held, new = xz_bits(text, text[::-1], after=text)
    assert held < 0.01 * new


def test_bz2_counts_the_bytes_of_the_standard_library() -> None:
    text = "가나다 " * 1000
    assert bz2_bits(text) == 8 * len(bz2.compress(text.encode()))


TRAIN, VALIDATION, TEST = "the cat sat on the mat. " * 60, "the cat sat on a hat. " * 10, "a rat sat on the cat. " * 10


def _run(test: str = TEST, **further: bool) -> dict[str, BaselineResult]:
    alphabet = sorted(set(TRAIN + VALIDATION + test))
    ids = [np.array([alphabet.index(character) for character in text]) for text in (TRAIN, VALIDATION, test)]
    texts = {"train_text": TRAIN, "validation_text": VALIDATION, "test_text": test}
    found = baselines.run(*ids, vocabulary_size=20, **texts, **further)
    return {result.model: result for result in found}


def test_every_text_baseline_has_every_metric_of_both_splits() -> None:
    results = _run()
    assert [*results] == ["witten_bell_ngram", "xz", "bz2"]
    for result in results.values():
        for split in ("validation", "test"):
            bits = result.metrics[f"{split}/bits_per_character"]
            assert result.metrics[f"{split}/nats_per_character"] == pytest.approx(bits * math.log(2))
            assert result.metrics[f"{split}/perplexity"] == pytest.approx(2**bits)
            assert 0 < bits < math.inf
    assert results["witten_bell_ngram"].parameters > 0


def test_the_test_text_changes_nothing_on_validation() -> None:
    first, second = (
        {name: replace(result, wall_seconds=0) for name, result in _run(text).items()} for text in (TEST, TEST[::-1])
    )
    for name in first:
        assert first[name].note == second[name].note
        key = "validation/bits_per_character"
        assert first[name].metrics[key] == second[name].metrics[key]


def test_a_refitted_ngram_equals_one_fitted_on_both_splits() -> None:
    usual, refitted = _run(), _run(refit=True)
    alphabet = sorted(set(TRAIN + VALIDATION + TEST))
    both, test = (np.array([alphabet.index(character) for character in text]) for text in (TRAIN + VALIDATION, TEST))
    order = int(refitted["witten_bell_ngram"].note.split()[1])
    by_hand = -WittenBell(both, vocabulary_size=20, order=order).log_probabilities(test).sum() / len(test)
    assert refitted["witten_bell_ngram"].metrics["test/nats_per_character"] == pytest.approx(by_hand)
    assert refitted["xz"].metrics["test/bits_per_character"] == xz_bits(TEST, after=TRAIN + VALIDATION)[0] / len(TEST)
    key = "validation/bits_per_character"
    assert all(result.metrics[key] == usual[model].metrics[key] for model, result in refitted.items())
    assert refitted["bz2"].metrics == usual["bz2"].metrics


def test_an_ngram_over_tokens_is_counted_per_character() -> None:
    ids = np.zeros(12, dtype=int)
    found = baselines.run(
        ids, ids, ids, vocabulary_size=2, train_text="ab" * 12, validation_text="ab" * 12, test_text="ab" * 24
    )
    ngram = next(found)
    # the same tokens stand for twice as many characters in the test text
    assert ngram.metrics["validation/nats_per_character"] == pytest.approx(2 * ngram.metrics["test/nats_per_character"])
