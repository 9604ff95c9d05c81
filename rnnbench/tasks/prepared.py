"""A data set prepared for one task: tokens or scaled windows, split by split, the test split sealed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Self, TypeVar

from rnnbench.data.splits import SplitName

T = TypeVar("T")
_CACHE: OrderedDict[Hashable, Any] = OrderedDict()
_CACHE_SIZE = 3


def cached(key: Hashable, make: Callable[[], T]) -> T:
    """The result of `make`, from a cache of three where this process has computed it before (tokenized texts)."""
    if key not in _CACHE:
        _CACHE[key] = make()
        if len(_CACHE) > _CACHE_SIZE:
            _CACHE.popitem(last=False)
    return _CACHE[key]


def endless(batches: Iterable[T]) -> Iterator[T]:
    """The same batches, epoch after epoch."""
    while True:
        yield from batches


class Prepared(ABC):
    """A data set as one task reads it."""

    input_size: int
    """Features per step of the encoder's input."""

    @abstractmethod
    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        """Batches without end, epoch after epoch; they depend on the seed and not on the encoder."""

    @abstractmethod
    def batches_per_epoch(self, batch_size: int) -> int:
        """Number of training batches in an epoch."""

    @abstractmethod
    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        """The whole split once, in a fixed order, in batches that do not depend on the training batch size.

        Raises: SealedSplitError for the test split before it is opened.
        """

    @abstractmethod
    def open_test(self) -> None:
        """Makes the test split readable, for a confirmation."""

    @abstractmethod
    def join_validation(self) -> None:
        """Adds the validation split to the training batches; vocabulary and scaler remain those of training."""

    def remarks(self) -> tuple[str, ...]:
        """What was decided in preparing the data and what is lost, a sentence each, told before training."""
        return ()

    def cut_note(self) -> str:
        """How many inputs are cut before an encoder reads them, for a footnote; empty where none is."""
        return ""

    def cut_share(self) -> float:
        """The share of the training and validation inputs that are cut."""
        return 0.0

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """What was learned from the training split (vocabulary, scaler), as plain data, stored with the weights."""

    @classmethod
    @abstractmethod
    def from_plain(cls, plain: dict[str, Any], settings: Any) -> Self:
        """The prepared data of a stored run, for inference: without splits, so that reading one is an error."""
