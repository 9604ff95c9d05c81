"""Three splits under a seal: only a confirmation opens the test split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, Self, TypeVar

from rnnbench.core.errors import DataError, SealedSplitError

SplitName = Literal["train", "validation", "test"]
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Splits(Generic[T]):
    """Training, validation and test; `test` can be read only after `opened()`.

    Raises: SealedSplitError when `test` is read while sealed.
    """

    train: T
    validation: T
    _test: T | None
    sealed: bool = True

    @property
    def test(self) -> T:
        if self.sealed or self._test is None:
            raise SealedSplitError(
                "the test split is sealed: only `rnnbench confirm` (the last step of a sweep) and the baselines open it"
            )
        return self._test

    def opened(self) -> Self:
        """The same splits with the test split readable."""
        return replace(self, sealed=False)

    def named(self, split: SplitName) -> T:
        """The split of that name, under the same seal."""
        return getattr(self, split)

    def joined(self, join: Callable[[T, T], T]) -> Self:
        """The same splits with `join(train, validation)` as the training split; validation stays as it is."""
        return replace(self, train=join(self.train, self.validation))

    def map(self, prepare: Callable[[SplitName, T], U]) -> Splits[U]:
        """`prepare(name, split)` of each split, under the same seal.

        `prepare` must not fit anything to the split that it receives: whatever is fitted is fitted to `train` before.
        """
        train, validation = prepare("train", self.train), prepare("validation", self.validation)
        test = None if self._test is None else prepare("test", self._test)
        return Splits(train, validation, test, sealed=self.sealed)


class NoSplits(Splits[Any]):
    """The splits of a data set that is not loaded: a trained model is used without them.

    Raises: DataError when one is read.
    """

    def __init__(self) -> None:
        """Holds nothing."""

    def __getattr__(self, name: str) -> Any:
        if name in ("train", "validation"):
            raise DataError("this model was loaded without its data set: there is no split to train or to score on")
        raise AttributeError(name)
