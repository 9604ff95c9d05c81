"""The mean cost per target token, interpolated over the lengths of pairs."""

import numpy as np
import pytest

from rnnbench.data.pairs import EncodedPairs, TokenRows
from rnnbench.tasks.sequence_to_sequence.costs import mean_over_lengths


def made_pairs(seed, most):
    generator = np.random.default_rng(seed)
    sides = [TokenRows.of(np.ones(length, dtype=int) for length in generator.integers(2, most, 200)) for _ in range(2)]
    return EncodedPairs(*sides, characters=np.ones(200, dtype=np.int64))


@pytest.mark.parametrize("most", [4, 12, 60])
@pytest.mark.parametrize(
    "cost",
    [
        lambda source, target: 3.0 * source + 5.0 * target,
        lambda source, target: 2.0 * source * target + 7.0 * target,
        lambda source, target: source**2 + target**2 + 11.0,
    ],
)
def test_costs_of_recurrences_and_of_attention_are_exact(cost, most):
    pairs = made_pairs(1, most)

    def count(batch):
        rows, source = batch[0].shape
        return rows * cost(float(source), float(batch[2].shape[1]))

    sources, targets = pairs.sources.lengths.astype(float), pairs.targets.lengths.astype(float)
    wanted = cost(sources, targets) * np.ones(200)
    assert mean_over_lengths(pairs, count, 8) == pytest.approx(wanted.sum() / (targets - 1).sum(), rel=1e-9)
