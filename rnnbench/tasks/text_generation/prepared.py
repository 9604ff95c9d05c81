"""Token ids of a text, split by split, as training windows, evaluation streams and crops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Self

import numpy as np

from rnnbench.data.batches.text import CorpusWindows, EvaluationWindows, StridedWindows
from rnnbench.data.splits import NoSplits, SplitName
from rnnbench.data.text import EncodedCorpus, Tokenizer
from rnnbench.data.tokenization import tokenizer_from_plain
from rnnbench.data.tokenization.remarks import vocabulary_remark
from rnnbench.tasks.prepared import Prepared, endless
from rnnbench.tasks.text_generation.settings import TextGenerationSettings

EVALUATION_STREAMS = 32
"""Streams of an evaluation. Scores depend on it: every stream but the first starts without its context."""
EVALUATION_WINDOW = 256
COLD_CHARACTERS = 256
"""Length of the crops that are evaluated with an empty context."""


class PreparedCorpus(Prepared):
    """Token ids and numbers of characters, split by split."""

    def __init__(self, encoded: EncodedCorpus, tokenizer: Tokenizer, settings: TextGenerationSettings) -> None:
        self.encoded, self.tokenizer, self.settings = encoded, tokenizer, settings
        self.input_size = settings.embedding_size

    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        return endless(CorpusWindows(self.encoded.splits.train, batch_size, self.settings.window, seed=seed))

    def batches_per_epoch(self, batch_size: int) -> int:
        return len(CorpusWindows(self.encoded.splits.train, batch_size, self.settings.window))

    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        return EvaluationWindows(self.encoded.splits.named(split), EVALUATION_STREAMS, EVALUATION_WINDOW)

    def cold_batches(self, split: SplitName) -> Iterable[Any]:
        """Consecutive crops of about 256 characters, each evaluated from the initial state."""
        tokens = self.encoded.splits.named(split)
        size = max(2, round(COLD_CHARACTERS * len(tokens) / self.encoded.characters[split]))
        return StridedWindows(tokens, context=size, stride=size, batch_size=64)

    def remarks(self) -> tuple[str, ...]:
        """Vocabulary and unknown tokens."""
        splits = self.encoded.splits
        return (vocabulary_remark(self.tokenizer, splits.train, splits.validation),)

    def characters_per_token(self, split: SplitName) -> float:
        """Mean number of characters per token of a split."""
        return self.encoded.characters[split] / len(self.encoded.splits.named(split))

    def open_test(self) -> None:
        self.encoded = replace(self.encoded, splits=self.encoded.splits.opened())

    def join_validation(self) -> None:
        self.encoded = replace(
            self.encoded, splits=self.encoded.splits.joined(lambda train, after: np.concatenate([train, after]))
        )

    def to_plain(self) -> dict[str, Any]:
        return {"tokenizer": self.tokenizer.to_plain()}

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: TextGenerationSettings) -> Self:
        tokenizer = tokenizer_from_plain(plain["tokenizer"])
        return cls(EncodedCorpus(NoSplits(), {}, tokenizer.size), tokenizer, settings)
