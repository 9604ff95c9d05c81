"""IBM Model 1 agrees with its equations, written out with dictionaries."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from rnnbench.tasks.methods import ibm
from rnnbench.tasks.methods.ibm import IBMModel1


def _texts(*texts: list[int]) -> list[np.ndarray]:
    return [np.array(text, dtype=np.int64) for text in texts]


def _slow(sources: list[np.ndarray], targets: list[np.ndarray], iterations: int) -> dict[tuple[int | None, int], float]:
    """t(f | e) by (e, f), where e is None for the null word."""
    pairs = [([None, *source.tolist()], target.tolist()) for source, target in zip(sources, targets, strict=True)]
    together = {(e, f) for source, target in pairs for e in source for f in target}
    table = {pair: 1 / sum(e == pair[0] for e, _ in together) for pair in together}
    for _ in range(iterations):
        counts: dict[tuple[int | None, int], float] = defaultdict(float)
        for source, target in pairs:
            for f in target:
                total = sum(table[e, f] for e in source)
                for e in source:
                    counts[e, f] += table[e, f] / total
        totals: dict[int | None, float] = defaultdict(float)
        for (e, _), count in counts.items():
            totals[e] += count
        table = {(e, f): count / totals[e] for (e, f), count in counts.items()}
    return table


def test_one_iteration_worked_out_by_hand() -> None:
    # "a b" is "x y" and "a" is "x": of each x and y of the first pair a third for a, b and null; of the x of the second
    # a half for a and null: t(x | a) = (1/3 + 1/2) / (1/3 + 1/2 + 1/3) = 5/7
    model = IBMModel1(_texts([0, 1], [0]), _texts([0, 1], [0]), source_size=2, target_size=2, iterations=1)
    assert model.table.toarray() == pytest.approx(np.array([[5 / 7, 2 / 7], [1 / 2, 1 / 2], [5 / 7, 2 / 7]]))
    found = model.probabilities(_texts([0], [1, 1], []), _texts([0, 1], [0], [1]))
    assert found == pytest.approx([5 / 7, 2 / 7, (1 / 2 + 1 / 2 + 5 / 7) / 3, 2 / 7])


@pytest.mark.parametrize("block", [1, 50, 1 << 20])
def test_every_iteration_is_the_equation(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibm, "_BLOCK_CELLS", block)
    generator = np.random.default_rng(0)
    sources = [generator.integers(0, 6, generator.integers(0, 7)) for _ in range(30)]
    targets = [generator.integers(0, 5, generator.integers(1, 6)) for _ in range(30)]
    model = IBMModel1(sources, targets, source_size=6, target_size=5, iterations=4)
    slow = _slow(sources, targets, 4)
    expected = np.zeros((7, 5))
    for (e, f), probability in slow.items():
        expected[6 if e is None else e, f] = probability
    assert model.table.toarray() == pytest.approx(expected)
    by_text = [
        sum(slow.get((e, f), 0) for e in [None, *source.tolist()]) / (len(source) + 1)
        for source, target in zip(sources, targets, strict=True)
        for f in target.tolist()
    ]
    assert model.probabilities(sources, targets) == pytest.approx(by_text)


def test_more_iterations_make_training_more_probable() -> None:
    generator = np.random.default_rng(1)
    sources = [generator.integers(0, 20, 6) for _ in range(100)]
    targets = [np.append(source[:4] // 2, 10) for source in sources]
    fits = [
        np.log(IBMModel1(sources, targets, source_size=20, target_size=11, iterations=count).probabilities(
            sources, targets
        )).sum()
        for count in (1, 2, 5, 10)
    ]  # fmt: skip
    assert fits == sorted(fits)
    model = IBMModel1(sources, targets, source_size=20, target_size=11, iterations=10)
    words, probabilities = model.best(3)
    assert words[:20, 0].tolist() == [number // 2 for number in range(20)], "each word finds its translation"
    assert words[20, 0] == 10, "and the null word the one that no word stands for"
    assert (np.diff(probabilities, axis=1) <= 0).all()


def test_new_words_and_words_never_together_have_no_probability() -> None:
    model = IBMModel1(_texts([0], [1]), _texts([0], [1]), source_size=3, target_size=3)
    known, new_source, new_target = model.probabilities(_texts([0], [2], [0]), _texts([0], [0], [2]))
    assert known == pytest.approx((1 + 0.5) / 2)
    assert new_source == pytest.approx(0.5 / 2), "of the null word alone"
    assert new_target == 0
    words, probabilities = model.best(2)
    assert probabilities.tolist() == [[1, 0], [1, 0], [0, 0], [0.5, 0.5]]
    assert words[:2, 0].tolist() == [0, 1]


def test_pairs_beyond_the_limit_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibm, "MOST_CELLS", 9)
    # 2 x 1, then (1 + 1) x 2 and 2 x 1 cells: the first three pairs have 8
    sources, targets = _texts([0], [0], [1], [1]), _texts([0], [0, 1], [1], [2])
    model = IBMModel1(sources, targets, source_size=2, target_size=3)
    assert model.left_out == 1
    assert model.probabilities(sources[3:], targets[3:]).tolist() == [0]


@pytest.mark.parametrize(("source", "target", "match"), [
    ([2], [0], "source ids"), ([0], [2], "ids must"), ([0], [], "needs a target"), ([0], [-1], "ids must"),
])  # fmt: skip
def test_ids_outside_the_vocabulary_are_refused(source: list[int], target: list[int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        IBMModel1(_texts(source), _texts(target), source_size=2, target_size=2)
