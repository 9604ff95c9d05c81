"""Batches: everything once, nothing mixed up, the same from the same seed."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from rnnbench.core.errors import DataError
from rnnbench.data.batches.labelled import LabelledBatches
from rnnbench.data.batches.series import SeriesWindows
from rnnbench.data.batches.text import CorpusWindows, EvaluationWindows, StridedWindows
from rnnbench.data.series import PreparedSplit
from rnnbench.data.text import EncodedTexts

TOKENS = np.arange(1000, dtype=np.uint16)


def texts(count=103, seed=0):
    lengths = np.random.default_rng(seed).integers(1, 12, count)
    ids = np.concatenate([np.full(length, number + 2) for number, length in enumerate(lengths)]).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return EncodedTexts(ids, offsets, np.arange(count) % 3, 0)


def split(rows=50, history=0):
    levels = np.arange(rows, dtype=np.float64)[:, None] * 10
    column = np.arange(rows, dtype=np.float32)[:, None]
    times = np.arange(rows).astype("datetime64[ns]")
    return PreparedSplit(np.concatenate([column, -column], axis=1), column, levels, times, history)


def test_a_stream_goes_on_from_window_to_window():
    batches = [*CorpusWindows(TOKENS, 4, 10, shuffle_offset=False)]
    assert len(batches) == len(CorpusWindows(TOKENS, 4, 10, shuffle_offset=False)) == 24
    assert [batch.is_first for batch in batches] == [True] + [False] * 23
    streams = torch.cat([batch.inputs for batch in batches], dim=1)
    assert streams[0].tolist() == list(range(240))
    assert (streams.diff(dim=1) == 1).all()
    for batch in batches:
        assert (batch.targets == batch.inputs + 1).all()
        assert batch.inputs.dtype == torch.int64


def test_an_epoch_begins_at_another_offset_with_as_many_batches():
    windows = CorpusWindows(TOKENS, 4, 10, seed=1)
    starts = [int(next(iter(windows)).inputs[0, 0]) for _ in range(6)]
    assert len(set(starts)) > 1
    assert {len([*windows]) for _ in range(4)} == {len(windows)}


def test_the_same_seed_and_epoch_give_the_same_windows():
    first, second = CorpusWindows(TOKENS, 4, 10, seed=1), CorpusWindows(TOKENS, 4, 10, seed=1)
    list(first)
    second.set_epoch(1)
    assert all((a.inputs == b.inputs).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(("count", "batch_size", "window"), [(2, 8, 16), (5, 8, 16), (17, 4, 100), (1000, 999, 7)])
def test_a_text_shorter_than_a_batch_still_gives_one(count, batch_size, window):
    batches = [*CorpusWindows(TOKENS[:count], batch_size, window)]
    assert batches
    assert all((batch.targets == batch.inputs + 1).all() for batch in batches)


@pytest.mark.parametrize("count", [2, 3, 9, 10, 11, 99, 100, 101, 102, 202, 203, 1000])
@pytest.mark.parametrize(("streams", "window"), [(1, 10), (4, 10), (7, 13), (5, 1), (300, 10)])
def test_evaluation_reads_every_target_once(count, streams, window):
    dataset = EvaluationWindows(TOKENS[:count], streams, window)
    batches = [*dataset]
    assert len(batches) == len(dataset)
    seen = []
    for batch in batches:
        assert batch.inputs.shape[1] <= window
        if window > 1:
            assert batch.lengths.min() >= 1
        for inputs, targets, length in zip(batch.inputs, batch.targets, batch.lengths.tolist(), strict=True):
            assert (targets[:length] == inputs[:length] + 1).all()
            assert (inputs[length:] == 0).all()
            seen += targets[:length].tolist()
    assert sorted(seen) == list(range(1, count))
    assert [batch.is_first for batch in batches] == [True] + [False] * (len(batches) - 1)


def test_each_evaluated_stream_goes_on_where_it_stopped():
    batches = [*EvaluationWindows(TOKENS, 4, 10)]
    for row in range(4):
        stream = torch.cat([batch.inputs[row, : batch.lengths[row]] for batch in batches])
        assert (stream.diff() == 1).all()


@pytest.mark.parametrize("count", [2, 9, 16, 17, 18, 20, 21, 1000])
@pytest.mark.parametrize(("context", "stride"), [(16, 4), (16, 16), (16, 1)])
@pytest.mark.parametrize("batch_size", [3, 64])
def test_overlapping_crops_count_every_target_once_with_enough_context(count, context, stride, batch_size):
    dataset = StridedWindows(TOKENS[:count], context, stride, batch_size)
    assert len([*dataset]) == len(dataset)
    seen = []
    for batch in dataset:
        for row in range(len(batch.inputs)):
            first, length = int(batch.first_scored[row]), int(batch.lengths[row])
            assert length > first
            scored = batch.targets[row, first:length].tolist()
            assert first >= context - stride or scored[0] == 1
            seen += scored
    assert seen == list(range(1, count))


def test_every_text_comes_once_with_its_label_and_padding_on_the_right():
    encoded = texts()
    for train in (True, False):
        dataset = LabelledBatches(encoded, 8, seed=0, train=train)
        batches = [*dataset]
        assert len(batches) == len(dataset) == 13
        assert sorted(torch.cat([batch.indices for batch in batches]).tolist()) == list(range(103))
        for batch in batches:
            assert (batch.labels == batch.indices % 3).all()
            for ids, length, index in zip(batch.ids, batch.lengths, batch.indices, strict=True):
                assert (ids[:length] == index + 2).all()
                assert (ids[length:] == 0).all()
                assert length == encoded.lengths[index]
            assert batch.ids.shape[1] == batch.lengths.max()


def test_batches_hold_texts_of_similar_length():
    padding = sum(int((batch.ids == 0).sum()) for batch in LabelledBatches(texts(2000), 16))
    assert padding / len(texts(2000).ids) < 0.05


def test_training_batches_change_with_the_epoch_and_follow_the_seed():
    def orders(seed):
        dataset = LabelledBatches(texts(), 8, seed=seed)
        return [torch.cat([batch.indices for batch in dataset]).tolist() for _ in range(2)]

    assert orders(0) == orders(0)
    assert orders(0)[0] != orders(0)[1]
    assert orders(0) != orders(1)


def test_a_window_is_followed_by_its_targets():
    for batch in SeriesWindows(split(), 5, 3, 7, train=False):
        for row, origin in enumerate(batch.origins.tolist()):
            assert batch.inputs[row, :, 0].tolist() == list(range(origin - 5, origin))
            assert batch.inputs[row, :, 1].tolist() == [-number for number in range(origin - 5, origin)]
            assert batch.targets[row, :, 0].tolist() == list(range(origin, origin + 3))
            assert batch.last_levels[row].tolist() == [(origin - 1) * 10]
            assert batch.target_levels[row, :, 0].tolist() == [number * 10 for number in range(origin, origin + 3)]


def test_history_is_looked_back_on_and_never_forecast():
    assert SeriesWindows(split(history=30), 5, 3, 7, train=False).origins.tolist() == list(range(30, 48))
    assert SeriesWindows(split(history=2), 5, 3, 7, train=False).origins.tolist() == list(range(5, 48))
    assert SeriesWindows(split(), 5, 3, 7, train=False, stride=10).origins.tolist() == [5, 15, 25, 35, 45]


def test_training_windows_are_shuffled_and_all_there():
    dataset = SeriesWindows(split(), 5, 3, 7, seed=0)
    first, second = (torch.cat([batch.origins for batch in dataset]).tolist() for _ in range(2))
    assert len([*dataset]) == len(dataset) == 7
    assert sorted(first) == sorted(second) == list(range(5, 48))
    assert first != second


def test_a_split_without_room_for_a_window_says_what_to_type():
    with pytest.raises(DataError, match=r"50 rows.* too short .* --set task.lookback=\.\.\. --set task.horizon=\.\.\."):
        SeriesWindows(split(), 48, 3, 7)


def test_a_text_of_one_symbol_is_refused():
    for make in (lambda: CorpusWindows(TOKENS[:1], 1, 1), lambda: EvaluationWindows(TOKENS[:1], 1, 1),
                 lambda: StridedWindows(TOKENS[:1], 1, 1)):  # fmt: skip
        with pytest.raises(DataError, match="at least 2 symbols"):
            make()


@pytest.mark.parametrize(
    "dataset",
    [CorpusWindows(TOKENS, 4, 10), EvaluationWindows(TOKENS, 4, 10), StridedWindows(TOKENS, 16, 4),
     LabelledBatches(texts(), 8), SeriesWindows(split(), 5, 3, 7)],
)  # fmt: skip
def test_a_data_loader_yields_the_batches(dataset):
    loader = DataLoader(dataset, batch_size=None, num_workers=0)
    assert len(loader) == len(dataset) == len([*loader])
