"""Windows of long texts: for training, for evaluation with the state carried, and for evaluation without a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset

from rnnbench.core.errors import DataError
from rnnbench.data.batches.epochs import Epochs


class CorpusBatch(NamedTuple):
    """inputs, targets: (batch, window) int64. is_first: the state is to begin anew."""

    inputs: Tensor
    targets: Tensor
    is_first: bool


class EvaluationBatch(NamedTuple):
    """inputs, targets: (streams, window) int64, 0 where row i is past lengths[i]. is_first: the state begins anew."""

    inputs: Tensor
    targets: Tensor
    lengths: Tensor
    is_first: bool


class StridedBatch(NamedTuple):
    """inputs, targets: (batch, context) int64. Row i counts the targets from first_scored[i] to lengths[i]."""

    inputs: Tensor
    targets: Tensor
    lengths: Tensor
    first_scored: Tensor


class CorpusWindows(Epochs):
    """A text cut into `batch_size` streams side by side, in windows that follow each other: the state can be carried.

        stream 0   | window 0 | window 1 | ...          targets are the inputs moved on by one
        stream 1   | window 0 | window 1 | ...

    shuffle_offset: begin each epoch at another place, so that windows are cut elsewhere; without it, at the start.
        What does not fill a last window stays unread in that epoch.
    """

    def __init__(
        self, tokens: np.ndarray, batch_size: int, window: int, seed: int = 0, shuffle_offset: bool = True
    ) -> None:
        super().__init__(seed)
        if len(tokens) < 2:
            raise DataError("a training text needs at least 2 symbols")
        pairs = len(tokens) - 1
        self.tokens, self.shuffle_offset = tokens, shuffle_offset
        self.batch_size = min(batch_size, pairs)
        self.window = min(window, pairs // self.batch_size)
        # Room for an offset of up to a window keeps the number of batches the same in every epoch.
        spare = self.window - 1 if shuffle_offset else 0
        self._windows = max(1, (pairs - spare) // (self.batch_size * self.window))

    def __len__(self) -> int:
        return self._windows

    def __iter__(self) -> Iterator[CorpusBatch]:
        generator = self._next_generator()
        stream = self._windows * self.window
        spare = len(self.tokens) - 1 - self.batch_size * stream
        offset = int(generator.integers(spare + 1)) if self.shuffle_offset else 0
        starts = offset + np.arange(self.batch_size)[:, None] * stream
        for number in range(self._windows):
            pieces = self.tokens[starts + number * self.window + np.arange(self.window + 1)].astype(np.int64)
            rows = torch.from_numpy(pieces)
            yield CorpusBatch(rows[:, :-1].contiguous(), rows[:, 1:].contiguous(), number == 0)


class EvaluationWindows(IterableDataset):
    """Every target of a text once, in `streams` of nearly equal length side by side, the state carried along each.

    Each stream but the first begins without the context before it. So `streams` is part of how a task measures: fix
    it in the task, never tie it to the training batch size. One stream measures exactly and slowly.
    """

    def __init__(self, tokens: np.ndarray, streams: int, window: int) -> None:
        super().__init__()
        if len(tokens) < 2:
            raise DataError("a text to be evaluated needs at least 2 symbols")
        self.tokens = tokens
        pairs = len(tokens) - 1
        streams = min(streams, pairs)
        self.stream_lengths = pairs // streams + (np.arange(streams) < pairs % streams)
        self._starts = np.concatenate([[0], np.cumsum(self.stream_lengths)[:-1]])
        longest = int(self.stream_lengths.max())
        self._cuts = [*range(0, longest, window), longest]
        # A last window of one step would leave the shorter streams without any: take a step from the window before.
        if len(self._cuts) > 2 and self._cuts[-1] - self._cuts[-2] == 1 and window > 1:
            self._cuts[-2] -= 1

    def __len__(self) -> int:
        return len(self._cuts) - 1

    def __iter__(self) -> Iterator[EvaluationBatch]:
        for first, last in zip(self._cuts[:-1], self._cuts[1:], strict=True):
            lengths = np.clip(self.stream_lengths - first, 0, last - first)
            inputs, targets = _padded_pairs(self.tokens, self._starts + first, lengths, last - first)
            yield EvaluationBatch(inputs, targets, torch.from_numpy(lengths), first == 0)


class StridedWindows(IterableDataset):
    """Every target of a text once, in overlapping crops of `context`, each moved on by `stride`, without any state.

    The first crop counts all its targets, every other its last `stride`: those have at least `context - stride`
    symbols before them. With `stride` equal to `context` these are cold crops: every crop begins with no context.
    """

    def __init__(self, tokens: np.ndarray, context: int, stride: int, batch_size: int = 32) -> None:
        super().__init__()
        if not 1 <= stride <= context:
            raise ValueError(f"the stride {stride} must be from 1 to the context {context}")
        if len(tokens) < 2:
            raise DataError("a text to be evaluated needs at least 2 symbols")
        self.tokens, self.context, self.stride, self.batch_size = tokens, context, stride, batch_size
        self.crops = 1 + max(0, -(-(len(tokens) - 1 - context) // stride))

    def __len__(self) -> int:
        return -(-self.crops // self.batch_size)

    def __iter__(self) -> Iterator[StridedBatch]:
        for first in range(0, self.crops, self.batch_size):
            numbers = np.arange(first, min(first + self.batch_size, self.crops))
            starts = numbers * self.stride
            lengths = np.minimum(self.context, len(self.tokens) - 1 - starts)
            scored = np.where(numbers == 0, 0, self.context - self.stride)
            inputs, targets = _padded_pairs(self.tokens, starts, lengths, int(lengths.max()))
            yield StridedBatch(inputs, targets, torch.from_numpy(lengths), torch.from_numpy(scored))


def _padded_pairs(tokens: np.ndarray, starts: np.ndarray, lengths: np.ndarray, width: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets of the rows that begin at `starts`, 0 past their lengths."""
    steps = np.arange(width)
    is_real = steps < lengths[:, None]
    places = np.where(is_real, starts[:, None] + steps, 0)
    pairs = (tokens[places].astype(np.int64) * is_real, tokens[places + 1].astype(np.int64) * is_real)
    return torch.from_numpy(pairs[0]), torch.from_numpy(pairs[1])
