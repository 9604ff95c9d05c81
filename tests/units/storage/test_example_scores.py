"""Example scores: weighted mean, block length, and writing and reading a file."""

import numpy as np
import pytest

from rnnbench.storage.example_scores import ExampleScores


def scores(*values, weights=None, block=1):
    return ExampleScores.of(values, weights, block)


def test_the_mean_is_weighted():
    assert scores(1, 0, 0, 1).mean == 0.5
    assert scores(2, 5, weights=[3, 1]).mean == (2 * 3 + 5 * 1) / 4


def test_what_was_written_is_read_back():
    drawn = np.random.default_rng(0).normal(size=500)
    kept = ExampleScores.of(drawn, np.abs(drawn), 7)
    found = ExampleScores.from_bytes(kept.to_bytes())
    assert found == kept
    assert found.scores.tolist() == drawn.astype(np.float32).tolist()
    assert found.block == 7


def test_two_are_the_same_only_in_scores_weights_and_block():
    kept = scores(1, 2)
    assert kept == scores(1, 2)
    assert kept not in (scores(1, 3), scores(1, 2, weights=[1, 2]), scores(1, 2, block=2), scores(1, 2, 1), None)


def test_right_and_wrong_take_little_room():
    answers = np.random.default_rng(0).integers(0, 2, 10_000)
    assert len(ExampleScores.of(answers).to_bytes()) < 10_000


@pytest.mark.parametrize(
    ("values", "weights"), [([], []), ([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]])], ids=["none", "unequal", "two rows"]
)
def test_there_is_one_score_and_one_weight_per_example(values, weights):
    with pytest.raises(ValueError, match="one number per example"):
        ExampleScores(np.array(values), np.array(weights))


def test_a_block_holds_an_example():
    with pytest.raises(ValueError, match="at least one example"):
        scores(1, 2, block=0)


@pytest.mark.parametrize(
    ("count", "overlap", "block"),
    [
        (100, 1, 10),
        (101, 1, 11),
        (1, 1, 1),
        (2785, 96, 192),  # the root of 2785 is 53
        (5238, 24, 73),  # twice 24 is less than the root
        (20, 24, 20),  # never more than there are
    ],
)
def test_a_block_is_the_root_of_the_number_of_examples_or_twice_what_overlaps(count, overlap, block):
    assert ExampleScores.consecutive(np.ones(count), overlap=overlap).block == block


def test_what_is_no_such_file_is_refused_wherever_it_is_damaged():
    whole = scores(*range(20), block=3).to_bytes()
    for content in (b"", b"text", np.arange(3).tobytes(), *(whole[:end] for end in range(0, len(whole) - 1, 7))):
        with pytest.raises(ValueError, match="not a file of example scores"):
            ExampleScores.from_bytes(content)


def test_a_changed_byte_is_refused_or_changes_nothing():
    kept = scores(*range(20), block=3)
    whole = kept.to_bytes()
    refused = 0
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        try:
            assert ExampleScores.from_bytes(bytes(changed)) == kept  # a date, say
        except ValueError:
            refused += 1
    assert refused > len(whole) / 2
