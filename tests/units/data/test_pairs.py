"""Pairs as token ids, and their batches."""

import numpy as np
import pytest

from rnnbench.core.errors import SealedSplitError
from rnnbench.data.batches.pairs import PairBatches, batch_of
from rnnbench.data.kinds import Pairs
from rnnbench.data.pairs import TokenRows, encode, encode_pairs
from rnnbench.data.splits import Splits
from rnnbench.data.tokenization import TokenizerSettings
from rnnbench.data.tokenization.pairs import PairTokenizer

SOURCES = tuple("abcdefgh"[: 1 + row % 8] for row in range(50))
TARGETS = tuple("xyz" * (1 + row % 3) for row in range(50))
PAIRS = Pairs(SOURCES, TARGETS)
TOKENIZER = PairTokenizer.learn(PAIRS, TokenizerSettings(kind="characters", vocabulary_size=64))


def test_rows_are_cut_at_either_side():
    rows = TokenRows.of([np.array([1, 2, 3]), np.array([4]), np.array([5, 6])])
    assert [rows.cut(2)[row].tolist() for row in range(3)] == [[1, 2], [4], [5, 6]]
    assert [rows.cut(2, "end")[row].tolist() for row in range(3)] == [[2, 3], [4], [5, 6]]


def test_rows_are_padded_on_the_right():
    rows = TokenRows.of([np.array([1, 2, 3]), np.array([4]), np.array([5, 6])])
    ids, lengths = rows.padded(np.array([2, 0]))
    assert ids.tolist() == [[5, 6, 0], [1, 2, 3]]
    assert lengths.tolist() == [2, 3]
    both = rows.followed_by(rows)
    assert len(both) == 6
    assert both[5].tolist() == [5, 6]


def test_targets_are_between_begin_and_end_and_whole():
    encoded = encode(PAIRS, TOKENIZER, most_source=4)
    assert encoded.targets[1][0] == TOKENIZER.begin_id
    assert encoded.targets[1][-1] == TOKENIZER.end_id
    assert encoded.targets.lengths.tolist() == [len(text) + 2 for text in TARGETS]
    assert encoded.sources.lengths.max() == 4
    assert encoded.cut == (sum(len(text) > 4 for text in SOURCES), 0)
    assert encoded.characters.tolist() == [len(text) for text in TARGETS]


def test_a_cut_target_has_no_end():
    cut = encode(PAIRS, TOKENIZER, most_source=8).cut_targets(4)
    long = TARGETS.index("xyzxyz")
    assert TOKENIZER.end_id not in cut.targets[long]
    assert len(cut.targets[long]) == 6
    assert TOKENIZER.end_id in cut.targets[0]
    assert cut.cut[1] == sum(len(text) > 4 for text in TARGETS)


def test_the_test_split_stays_sealed():
    encoded = encode_pairs(Splits(PAIRS, PAIRS, PAIRS), TOKENIZER, 8, "start")
    with pytest.raises(SealedSplitError):
        _ = encoded.test


@pytest.mark.parametrize("train", [True, False])
def test_every_pair_is_in_one_batch_of_an_epoch(train):
    encoded = encode(PAIRS, TOKENIZER, most_source=8)
    batches = [*PairBatches(encoded, 8, seed=3, train=train)]
    assert sorted(np.concatenate([batch.indices.numpy() for batch in batches]).tolist()) == [*range(50)]
    assert len(batches) == len(PairBatches(encoded, 8))
    for batch in batches:
        for place, row in enumerate(batch.indices.tolist()):
            assert batch.sources[place, : batch.source_lengths[place]].tolist() == encoded.sources[row].tolist()
            assert batch.targets[place, : batch.target_lengths[place]].tolist() == encoded.targets[row].tolist()
            assert not batch.targets[place, batch.target_lengths[place] :].any()


def test_training_batches_depend_on_seed_and_epoch_alone():
    encoded = encode(PAIRS, TOKENIZER, most_source=8)

    def order(batches):
        return [batch.indices.tolist() for batch in batches]

    first, again = PairBatches(encoded, 8, seed=3), PairBatches(encoded, 8, seed=3)
    assert order(first) == order(again)
    assert order(first) == order(again)
    assert order(PairBatches(encoded, 8, seed=3)) != order(PairBatches(encoded, 8, seed=4))


def test_batches_are_of_similar_length():
    encoded = encode(PAIRS, TOKENIZER, most_source=8)
    spread = [
        int(batch.target_lengths.max() - batch.target_lengths.min()) for batch in PairBatches(encoded, 8, train=False)
    ]
    assert sum(spread) <= 3 * 2  # three lengths, so at most two borders are inside batches


def test_one_batch_of_chosen_rows():
    encoded = encode(PAIRS, TOKENIZER, most_source=8)
    batch = batch_of(encoded, np.array([7, 0]))
    assert batch.indices.tolist() == [7, 0]
    assert batch.source_lengths.tolist() == [8, 1]
