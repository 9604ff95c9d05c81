"""Token ids and labels of texts, split by split, in padded batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Self

from pydantic import PositiveInt

from rnnbench.core.plain import Names, field_of
from rnnbench.core.text import percent
from rnnbench.data.batches.labelled import LabelledBatches
from rnnbench.data.kinds import Labelled
from rnnbench.data.splits import NoSplits, SplitName, Splits
from rnnbench.data.text import EncodedLabelled, EncodedTexts
from rnnbench.data.tokenization import tokenizer_from_plain
from rnnbench.data.tokenization.remarks import vocabulary_remark
from rnnbench.tasks.prepared import Prepared, endless
from rnnbench.tasks.sentiment.settings import SentimentSettings
from rnnbench.tasks.sentiment.tokens import EncodedInput

EVALUATION_BATCH = 128


class PreparedTexts(Prepared):
    """Token ids, labels and texts, split by split."""

    def __init__(
        self, source: EncodedInput, settings: SentimentSettings, texts: Splits[Labelled] | None = None
    ) -> None:
        self.source, self.encoded, self.tokenizer = source, source.encoded, source.tokenizer
        self.max_tokens, self.classes = source.max_tokens, source.encoded.classes
        self.texts: Splits[Labelled] = texts or NoSplits()
        self.input_size = settings.embedding_size

    def remarks(self) -> tuple[str, ...]:
        """The kind of tokens and why, vocabulary and unknown tokens, and the length at which texts are cut."""
        train, validation = self.encoded.splits.train, self.encoded.splits.validation
        because = f", because {self.source.why_tokens}" if self.source.why_tokens else ""
        remarks = [
            f"tokens: {self.tokenizer.kind}{because}",
            vocabulary_remark(self.tokenizer, train.ids, validation.ids),
        ]
        if self.source.is_length_chosen:
            whole = percent(1 - train.truncated / len(train))
            remarks.append(f"length: the first {self.max_tokens} tokens, the whole of {whole} of the training texts")
        if note := self.cut_note():
            remarks.append(f"{note}. To read more, type --set task.max_tokens=...")
        return tuple(remarks)

    def cut_note(self) -> str:
        cut, total = self._cut_of_total()
        if not cut:
            return ""
        be, pronoun = ("is", "it") if cut == 1 else ("are", "them")
        return (
            f"{cut:,} of {total:,} texts of training and validation {be} longer than task.max_tokens = "
            f"{self.max_tokens} and {be} cut; word baselines read {pronoun} whole"
        )

    def cut_share(self) -> float:
        cut, total = self._cut_of_total()
        return cut / total

    def _cut_of_total(self) -> tuple[int, int]:
        splits = (self.encoded.splits.train, self.encoded.splits.validation)
        return sum(split.truncated for split in splits), sum(map(len, splits))

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
        return {
            "tokenizer": self.tokenizer.to_plain(),
            "classes": [*self.classes],
            "max_tokens": self.max_tokens,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: SentimentSettings) -> Self:
        tokenizer = tokenizer_from_plain(plain["tokenizer"])
        encoded = EncodedLabelled(NoSplits(), field_of(plain, "classes", Names), tokenizer.size)
        # runs of earlier versions were always trained with the length in their settings
        max_tokens = field_of({"max_tokens": settings.max_tokens, **plain}, "max_tokens", PositiveInt)
        return cls(EncodedInput(encoded, tokenizer, max_tokens), settings)
