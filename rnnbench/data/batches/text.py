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

TOO_SHORT_TO_EVALUATE = (
    "a text to evaluate needs at least 2 symbols: type larger shares, --set data.validation_share=..."
)


class CorpusBatch(NamedTuple):
    """inputs, targets: (batch, window) int64. is_first: start from the initial state."""

    inputs: Tensor
    targets: Tensor
    is_first: bool


class EvaluationBatch(NamedTuple):
    """inputs, targets: (streams, window) int64, 0 from lengths[i] on. is_first: start from the initial state."""

    inputs: Tensor
    targets: Tensor
    lengths: Tensor
    is_first: bool


class StridedBatch(NamedTuple):
    """inputs, targets: (batch, context) int64. Row i scores the targets from first_scored[i] to lengths[i]."""

    inputs: Tensor
    targets: Tensor
    lengths: Tensor
    first_scored: Tensor


class CorpusWindows(Epochs):
    """A text in `batch_size` parallel streams, each in consecutive windows, so that the state can be carried.

        stream 0   | window 0 | window 1 | ...          targets are the inputs one symbol later
        stream 1   | window 0 | window 1 | ...

    shuffle_offset: start each epoch at a random offset, so that windows differ; otherwise at 0. Symbols that do not
        fill a last window are not read in that epoch.
    """

    def __init__(
        self, tokens: np.ndarray, batch_size: int, window: int, seed: int = 0, shuffle_offset: bool = True
    ) -> None:
        super().__init__(seed)
        if len(tokens) < 2:
            raise DataError("a training text needs at least 2 symbols: use a longer text")
        pairs = len(tokens) - 1
        self.tokens, self.shuffle_offset = tokens, shuffle_offset
        self.batch_size = min(batch_size, pairs)
        self.window = min(window, pairs // self.batch_size)
        # Reserve room for any offset below a window, so that every epoch has the same number of batches.
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
    """Every target of a text once, in parallel `streams` of nearly equal length; the state is carried along each.

    Each stream but the first starts without the context before it, so scores depend on `streams`: it is a constant of
    the task, independent of the training batch size. One stream is exact and slow.
    """

    def __init__(self, tokens: np.ndarray, streams: int, window: int) -> None:
        super().__init__()
        if len(tokens) < 2:
            raise DataError(TOO_SHORT_TO_EVALUATE)
        self.tokens = tokens
        pairs = len(tokens) - 1
        streams = min(streams, pairs)
        self.stream_lengths = pairs // streams + (np.arange(streams) < pairs % streams)
        self._starts = np.concatenate([[0], np.cumsum(self.stream_lengths)[:-1]])
        longest = int(self.stream_lengths.max())
        self._cuts = [*range(0, longest, window), longest]
        # In a last window of one step the shorter streams would have none: move a step there from the window before.
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
    """Every target of a text once, in overlapping crops of `context` symbols, `stride` apart, without a carried state.

    The first crop scores all its targets, every other crop its last `stride`, which have at least `context - stride`
    symbols before them. With `stride` equal to `context`, every crop starts without context.
    """

    def __init__(self, tokens: np.ndarray, context: int, stride: int, batch_size: int = 32) -> None:
        super().__init__()
        if not 1 <= stride <= context:
            raise ValueError(f"the stride {stride} must be from 1 to the context {context}")
        if len(tokens) < 2:
            raise DataError(TOO_SHORT_TO_EVALUATE)
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
    """Inputs and targets of the rows that begin at `starts`, 0 from their lengths on."""
    steps = np.arange(width)
    is_real = steps < lengths[:, None]
    places = np.where(is_real, starts[:, None] + steps, 0)
    pairs = (tokens[places].astype(np.int64) * is_real, tokens[places + 1].astype(np.int64) * is_real)
    return torch.from_numpy(pairs[0]), torch.from_numpy(pairs[1])
