"""Token ids and labels of texts, split by split, in padded batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Self

from rnnbench.data.batches.labelled import LabelledBatches
from rnnbench.data.kinds import Labelled
from rnnbench.data.splits import NoSplits, SplitName, Splits
from rnnbench.data.text import EncodedLabelled, EncodedTexts, Tokenizer
from rnnbench.data.tokenization import tokenizer_from_plain
from rnnbench.tasks.prepared import Prepared, endless
from rnnbench.tasks.sentiment.settings import SentimentSettings

EVALUATION_BATCH = 128


class PreparedTexts(Prepared):
    """Token ids, labels and texts, split by split."""

    def __init__(
        self,
        encoded: EncodedLabelled,
        tokenizer: Tokenizer,
        settings: SentimentSettings,
        texts: Splits[Labelled] | None = None,
    ) -> None:
        self.encoded, self.tokenizer, self.classes = encoded, tokenizer, encoded.classes
        self.texts: Splits[Labelled] = texts or NoSplits()
        self.input_size = settings.embedding_size

    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        return endless(LabelledBatches(self.encoded.splits.train, batch_size, seed=seed))

    def batches_per_epoch(self, batch_size: int) -> int:
        return len(LabelledBatches(self.encoded.splits.train, batch_size))

    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        return LabelledBatches(self.encoded.splits.named(split), EVALUATION_BATCH, train=False)

    def open_test(self) -> None:
        self.encoded = replace(self.encoded, splits=self.encoded.splits.opened())
        self.texts = self.texts.opened()

    def join_validation(self) -> None:
        self.encoded = replace(self.encoded, splits=self.encoded.splits.joined(EncodedTexts.followed_by))

    def to_plain(self) -> dict[str, Any]:
        return {"tokenizer": self.tokenizer.to_plain(), "classes": [*self.classes]}

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: SentimentSettings) -> Self:
        tokenizer = tokenizer_from_plain(plain["tokenizer"])
        return cls(EncodedLabelled(NoSplits(), tuple(plain["classes"]), tokenizer.size), tokenizer, settings)
