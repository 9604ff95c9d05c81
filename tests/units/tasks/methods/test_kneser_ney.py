"""The Kneser-Ney model agrees with its equation, and no context crosses the end of a text."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from rnnbench.tasks.methods.kneser_ney import KneserNey

A, B, END = 0, 1, 2


def _probabilities(model: KneserNey, ids: list[int]) -> list[list[float]]:
    return [np.exp(row).tolist() for row in model.log_probabilities_by_order(np.array(ids))]


def test_probabilities_worked_out_by_hand() -> None:
    model = KneserNey(np.array([A, END, A, END, B, END]), vocabulary_size=3, end_id=END, order=2)
    unigrams, bigrams = _probabilities(model, [A, END])
    # counts 2, 1, 3: d = 1 / (1 + 2) and 3 d / 6 remains for 1/3: p(a) = (2 - d) / 6 + 1/18
    assert unigrams == pytest.approx([1 / 3, 1 / 2])
    # symbols before a, b, end: 1, 1, 2: d = 1/2, so that p_1 = 1/4, 1/4, 1/2. Pairs: (end a) 2, (end b) 1, (a end) 2,
    # (b end) 1: d = 1/3, p(a | end) = (2 - d) / 3 + 2 d / 3 x 1/4, p(end | a) = (2 - d) / 2 + d / 2 x 1/2
    assert bigrams == pytest.approx([11 / 18, 11 / 12])


def _ngrams(ids: list[int], length: int, end: int) -> list[tuple[int, ...] | None]:
    """The n-gram that ends at each symbol; None where it would go beyond the end of the text before."""
    padded = [end, *ids]
    grams: list[tuple[int, ...] | None] = []
    for place in range(1, len(padded)):
        gram = tuple(padded[place - length + 1 : place + 1]) if place - length + 1 >= 0 else ()
        grams.append(gram if len(gram) == length and end not in gram[1:-1] else None)
    return grams


def _slow(train: list[int], ids: list[int], order: int, size: int, end: int) -> list[float]:
    """The probabilities of the highest order by the equation, with dictionaries."""
    counts = [Counter(gram for gram in _ngrams(train, length, end) if gram) for length in range(1, order + 2)]
    probabilities = [1 / size] * len(ids)
    for length in range(1, order + 1):
        level = counts[length - 1]
        if length < order:
            before = Counter(gram[1:] for gram in counts[length])
            level = Counter({gram: before[gram] or count for gram, count in level.items()})
        sizes = Counter(level.values())
        discount = max(sizes[1] / max(sizes[1] + 2 * sizes[2], 1), 0.1)
        for place, gram in enumerate(_ngrams(ids, length, end)):
            after = [count for other, count in level.items() if gram and other[:-1] == gram[:-1]]
            if after:
                own = max(level[gram] - discount, 0) if gram in level else 0
                probabilities[place] = (own + discount * len(after) * probabilities[place]) / sum(after)
    return probabilities


@pytest.mark.parametrize("size", [6, 4000])
def test_every_order_is_the_equation(size: int) -> None:
    generator = np.random.default_rng(0)
    end, symbols = size - 1, generator.choice(size - 1, 4, replace=False)

    def texts(count: int) -> list[int]:
        parts = [[*generator.choice(symbols, generator.integers(0, 6)).tolist(), end] for _ in range(count)]
        return [number for part in parts for number in part]

    train, ids = texts(40), [*texts(10), size - 2, int(symbols[0]), end]
    model = KneserNey(np.array(train), vocabulary_size=size, end_id=end, order=5)
    for order, found in enumerate(_probabilities(model, ids), start=1):
        assert found == pytest.approx(_slow(train, ids, order, size, end))


def test_probabilities_sum_to_one_after_every_context() -> None:
    generator = np.random.default_rng(1)
    train = np.append(generator.integers(0, 6, 200), 5)
    model = KneserNey(train, vocabulary_size=8, end_id=5, order=4)
    for context in ([], [0], [1, 2, 3], [5, 1], [7, 7], [6, 0, 1, 2, 3]):
        found = np.array([_probabilities(model, [*context, symbol]) for symbol in range(8)])
        assert found[:, :, -1].sum(axis=0) == pytest.approx(np.ones(4))
        assert (found > 0).all()


def test_a_text_does_not_depend_on_those_before_it() -> None:
    generator = np.random.default_rng(2)
    train = np.append(generator.integers(0, 5, 300), 4)
    model = KneserNey(train, vocabulary_size=5, end_id=4, order=5)
    alone = _probabilities(model, [0, 1, 2, 4])
    after = _probabilities(model, [3, 3, 1, 4, 0, 1, 2, 4])
    assert np.array(after)[:, 4:] == pytest.approx(np.array(alone))


@pytest.mark.parametrize("train", [[A, END], [END], [A, A, END, A, A, END]])
def test_little_training_leaves_every_symbol_a_probability(train: list[int]) -> None:
    model = KneserNey(np.array(train), vocabulary_size=4, end_id=END, order=6)
    for row in _probabilities(model, [A, B, 3, A, A, END, END, A, END]):
        assert 0 < min(row) <= max(row) < 1
    assert model.parameters(1) == len(set(train))


@pytest.mark.parametrize(("train", "order", "match"), [
    ([A], 2, "end symbol"), ([], 2, "end symbol"), ([3, END], 2, "ids must"), ([-1, END], 2, "ids must"),
    ([A, END], 0, "order"), ([[END]], 2, "one row"),
])  # fmt: skip
def test_training_that_cannot_be_counted_is_refused(train: list[int], order: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        KneserNey(np.array(train), vocabulary_size=3, end_id=END, order=order)
