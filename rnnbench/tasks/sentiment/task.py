"""Sentiment: text classification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Settings
from rnnbench.data.kinds import AnyData, Kind, LabelledTexts
from rnnbench.data.tokenization import Tokenizer
from rnnbench.encoders.base import Encoder
from rnnbench.metrics.classes import ACCURACY
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.prepared import Prepared
from rnnbench.tasks.samples import worst_mistakes
from rnnbench.tasks.sentiment import baselines
from rnnbench.tasks.sentiment.inference import TextClassifier
from rnnbench.tasks.sentiment.prepared import PreparedTexts
from rnnbench.tasks.sentiment.settings import SentimentSettings
from rnnbench.tasks.sentiment.tokens import encode_texts


class Sentiment(SequenceTask):
    """A text classifier: embedding, encoder, pooling over valid steps, linear layer.

        text ─► tokens ─► embeddings ─► encoder ─► pooled vector ─► one logit per class

    Selected by accuracy; trained on cross-entropy.
    """

    Settings: ClassVar[type[Settings]] = SentimentSettings
    Prepared: ClassVar[type[Prepared]] = PreparedTexts
    data_kind: ClassVar[Kind] = "labelled_text"
    metric: ClassVar[metrics.Metric] = ACCURACY
    items: ClassVar[str] = "texts"
    inference: ClassVar[type[Inference] | None] = TextClassifier
    baselines_version: ClassVar[int] = 2  # with character n-grams

    @classmethod
    def prepare(cls, data: AnyData, settings: SentimentSettings) -> PreparedTexts:
        texts = cast(LabelledTexts, data)
        return PreparedTexts(encode_texts(texts, settings), settings, texts.splits)

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
            classes=texts.classes,
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
        """Logits (batch, classes) of token ids (batch, time) padded on the right."""
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
        """Over the lengths of all training texts, without padding.

        Counts three lengths and interpolates by a quadratic polynomial, which is exact for costs linear in the length
        (a recurrence) or quadratic (attention).
        """
        lengths = self.prepared.encoded.splits.train.lengths.astype(np.float64)
        known = np.unique(np.quantile(lengths, [0.0, 0.5, 1.0], method="nearest"))
        per_item = 0.0
        for length in known:
            ids = torch.zeros(batch_size, int(length), dtype=torch.long)
            full, labels = torch.full((batch_size,), int(length)), torch.zeros(batch_size, dtype=torch.long)
            # Lagrange basis polynomial of this length; its mean is the weight of the length
            basis = np.prod([(lengths - other) / (length - other) for other in known if other != length], axis=0)
            per_item += float(np.mean(basis)) * count((ids, full, labels, labels)) / batch_size
        return per_item

    def start_evaluation(self) -> None:
        self._observed = []

    def observe(self, batch: Any) -> int:
        ids, lengths, labels, indices = batch
        log_probabilities = self(ids, lengths).float().log_softmax(dim=1)
        self._observed.append((log_probabilities.cpu(), labels.cpu(), indices.cpu()))
        return len(labels)

    def summarize(self) -> dict[str, float]:
        labels, probabilities, _ = self._gathered()
        return metrics.class_metrics(labels, probabilities)

    def examples(self) -> dict[str, ExampleScores]:
        """Accuracy (1 or 0) and log loss of each text."""
        labels, probabilities, indices = self._gathered()
        order = np.argsort(indices)
        return metrics.class_examples(labels[order], probabilities[order])

    def details(self) -> dict[str, Any]:
        labels, probabilities, _ = self._gathered()
        return metrics.class_details(labels, probabilities) | {"classes": [*self.prepared.classes]}

    def _gathered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Labels, probabilities and indices in the split of all texts, in the order of evaluation."""
        log_probabilities, labels, indices = (torch.cat(parts) for parts in zip(*self._observed, strict=True))
        return labels.numpy(), log_probabilities.double().exp().numpy(), indices.numpy()

    def showcase(self) -> dict[str, Any]:
        """The misclassified test texts with the highest predicted probability."""
        texts, labels = self.prepared.texts.test.texts, self.prepared.texts.test.labels
        probabilities = torch.zeros(len(labels), len(self.prepared.classes))
        self.eval()
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches("test"):
                ids, lengths, _, indices = batch
                logits = self(ids.to(self.device), lengths.to(self.device))
                probabilities[indices] = logits.float().softmax(dim=1).cpu()
        return worst_mistakes(texts, labels, probabilities.numpy(), self.prepared.classes)
