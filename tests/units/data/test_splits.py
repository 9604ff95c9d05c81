"""The seal on the test split."""

import pytest

from rnnbench.core.errors import SealedSplitError
from rnnbench.data.splits import Splits


def test_a_sealed_test_split_cannot_be_read():
    splits = Splits([1], [2], [3])
    with pytest.raises(SealedSplitError, match="confirm"):
        _ = splits.test
    with pytest.raises(SealedSplitError):
        splits.named("test")


def test_an_opened_test_split_can_be_read():
    assert Splits([1], [2], [3]).opened().test == [3]


def test_mapping_keeps_the_seal_and_prepares_every_split():
    seen = []
    mapped = Splits([1], [2], [3]).map(lambda name, split: seen.append(name) or [10 * split[0]])
    assert seen == ["train", "validation", "test"]
    assert (mapped.train, mapped.validation, mapped.opened().test) == ([10], [20], [30])
    with pytest.raises(SealedSplitError):
        _ = mapped.test
