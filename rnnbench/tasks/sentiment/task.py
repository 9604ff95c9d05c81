"""Sentiment: one class for each text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self, cast

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings
from rnnbench.data.batches.labelled import LabelledBatches
from rnnbench.data.kinds import AnyData, Kind, Labelled, LabelledTexts
from rnnbench.data.splits import NoSplits, SplitName, Splits
from rnnbench.data.text import EncodedLabelled, EncodedTexts, encode_labelled
from rnnbench.data.tokenization import Tokenizer, TokenizerSettings, build_tokenizer, tokenizer_from_plain
from rnnbench.encoders.base import Encoder
from rnnbench.metrics.classes import ACCURACY
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import Prepared, SequenceTask, endless, remembered
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.samples import worst_mistakes
from rnnbench.tasks.sentiment import baselines
from rnnbench.tasks.sentiment.inference import TextClassifier

EVALUATION_BATCH = 128


class SentimentSettings(Settings):
    """How a text becomes vectors, and the encoder's steps one vector.

    word_dropout: share of words hidden as unknown in training (Iyyer et al., 2015, Deep unordered composition rivals
        syntactic methods for text classification). embedding_dropout: share of single numbers of the vectors.
    label_smoothing: share of the target that is spread over the classes in training (Szegedy et al., 2016,
        arXiv:1512.00567).
    pooling: which steps stand for the text. max_tokens: longer texts are cut at the end.
    """

    tokenizer: Annotated[Literal["words", "characters", "subwords"], Group("architecture")] = "words"
    vocabulary_size: Annotated[int, Field(ge=16)] = 10_000
    minimum_count: Annotated[int, Field(ge=1)] = 2
    lowercase: bool = True
    max_tokens: Annotated[int, Field(ge=1), Choices(32, 64, 128), Group("basics")] = 64
    embedding_size: Annotated[int, Field(ge=1), Ints(32, 128, log=True), Group("architecture")] = 64
    embedding_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.7), Group("regularization")] = 0.3
    word_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.4), Group("regularization")] = 0.1
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
    pooling: Annotated[
        Literal["last", "mean", "max", "attention"], Choices("last", "mean", "max", "attention"), Group("architecture")
    ] = "mean"


class PreparedTexts(Prepared):
    """Token ids and labels, split by split, and the texts that they stand for."""

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


class Sentiment(SequenceTask):
    """A classifier: embedding, encoder, pooling over valid steps, one linear layer.

        text ─► tokens ─► vectors ─► encoder ─► pooled vector ─► one score per class

    Selected by accuracy; trained on cross-entropy.
    """

    Settings: ClassVar[type[Settings]] = SentimentSettings
    Prepared: ClassVar[type[Prepared]] = PreparedTexts
    data_kind: ClassVar[Kind] = "labelled_text"
    metric: ClassVar[metrics.Metric] = ACCURACY
    items: ClassVar[str] = "texts"
    inference: ClassVar[type[Inference] | None] = TextClassifier

    @classmethod
    def prepare(cls, data: AnyData, settings: SentimentSettings) -> PreparedTexts:
        texts = cast(LabelledTexts, data)
        wanted = TokenizerSettings(
            kind=settings.tokenizer,
            vocabulary_size=settings.vocabulary_size,
            lowercase=settings.lowercase,
            minimum_count=settings.minimum_count,
        )

        def encode() -> tuple[EncodedLabelled, Tokenizer]:
            tokenizer = build_tokenizer(wanted, texts.splits.train.texts)
            return encode_labelled(texts, tokenizer, settings.max_tokens), tokenizer

        key = (texts.fingerprint, wanted.model_dump_json(), settings.max_tokens)
        encoded, tokenizer = remembered(key, encode)
        return PreparedTexts(encoded, tokenizer, settings, texts.splits)

    @classmethod
    def baselines(cls, data: AnyData, prepared: PreparedTexts, *, refit: bool) -> Iterator[BaselineResult]:
        texts = cast(LabelledTexts, data)
        splits = texts.splits
        return baselines.run(
            splits.train.texts, splits.train.labels,
            splits.validation.texts, splits.validation.labels,
            splits.test.texts, splits.test.labels,
            class_count=len(texts.classes),
            refit=refit,
        )  # fmt: skip

    def __init__(self, encoder: Encoder, prepared: PreparedTexts, settings: SentimentSettings) -> None:
        super().__init__(encoder, prepared, settings)
        self.embedding = nn.Embedding(prepared.tokenizer.size, settings.embedding_size, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.embedding_dropout = nn.Dropout(settings.embedding_dropout)
        self.attention = nn.Linear(encoder.output_size, 1) if settings.pooling == "attention" else None
        self.head = nn.Linear(encoder.output_size, len(prepared.classes))
        self._observed: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Scores before softmax, (batch, classes), of token ids (batch, time) padded on the right."""
        if self.training and self.settings.word_dropout:
            is_hidden = torch.rand(ids.shape, generator=self.noise) < self.settings.word_dropout
            ids = ids.masked_fill(is_hidden.to(ids.device), Tokenizer.unknown_id)
        encoded = self.encoder(self.embedding_dropout(self.embedding(ids)), lengths)
        return self.head(self._pool(encoded.steps, lengths))

    def _pool(self, steps: Tensor, lengths: Tensor) -> Tensor:
        if self.settings.pooling == "last":
            return self.encoder.last_step(steps, lengths)
        valid = (torch.arange(steps.shape[1], device=steps.device) < lengths.unsqueeze(1)).unsqueeze(2)
        if self.settings.pooling == "max":
            return steps.masked_fill(~valid, float("-inf")).amax(dim=1)
        if self.attention is None:
            return (steps * valid).sum(dim=1) / lengths.unsqueeze(1)
        weights = self.attention(steps).masked_fill(~valid, float("-inf")).softmax(dim=1)
        return (weights * steps * valid).sum(dim=1)

    def loss(self, batch: Any) -> tuple[Tensor, int]:
        ids, lengths, labels, _ = batch
        smoothing = self.settings.label_smoothing
        return functional.cross_entropy(self(ids, lengths), labels, label_smoothing=smoothing), len(labels)

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """Over the lengths of all training texts, their padding left out.

        Exact where cost grows with the length (a recurrence) or its square (attention): three lengths tell them all.
        """
        lengths = self.prepared.encoded.splits.train.lengths.astype(np.float64)
        known = np.unique(np.quantile(lengths, [0.0, 0.5, 1.0], method="nearest"))
        per_item = 0.0
        for length in known:
            ids = torch.zeros(batch_size, int(length), dtype=torch.long)
            whole, labels = torch.full((batch_size,), int(length)), torch.zeros(batch_size, dtype=torch.long)
            # Lagrange's basis: what this length weighs in the mean over all
            share = np.prod([(lengths - other) / (length - other) for other in known if other != length], axis=0)
            per_item += float(np.mean(share)) * count((ids, whole, labels, labels)) / batch_size
        return per_item

    def start_evaluation(self) -> None:
        self._observed = []

    def observe(self, batch: Any) -> int:
        ids, lengths, labels, indices = batch
        scores = self(ids, lengths).float().log_softmax(dim=1)
        self._observed.append((scores.cpu(), labels.cpu(), indices.cpu()))
        return len(labels)

    def summarize(self) -> dict[str, float]:
        labels, probabilities, _ = self._gathered()
        return metrics.class_metrics(labels, probabilities)

    def examples(self) -> dict[str, ExampleScores]:
        """1 for each text told right, 0 for each told wrong; and its log loss."""
        labels, probabilities, indices = self._gathered()
        order = np.argsort(indices)
        return metrics.class_examples(labels[order], probabilities[order])

    def details(self) -> dict[str, Any]:
        labels, probabilities, _ = self._gathered()
        return metrics.class_details(labels, probabilities) | {"classes": [*self.prepared.classes]}

    def _gathered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Labels, probabilities, and the place of each text in its split, in the order of evaluation."""
        scores, labels, indices = (torch.cat(parts) for parts in zip(*self._observed, strict=True))
        return labels.numpy(), scores.double().exp().numpy(), indices.numpy()

    def showcase(self) -> dict[str, Any]:
        """The worst mistakes on the test split."""
        texts, labels = self.prepared.texts.test.texts, self.prepared.texts.test.labels
        probabilities = torch.zeros(len(labels), len(self.prepared.classes))
        self.eval()
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches("test"):
                ids, lengths, _, indices = batch
                scores = self(ids.to(self.device), lengths.to(self.device))
                probabilities[indices] = scores.float().softmax(dim=1).cpu()
        return worst_mistakes(texts, labels, probabilities.numpy(), self.prepared.classes)
