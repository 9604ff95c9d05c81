"""A model that reads a source text and writes a target text, token by token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Settings
from rnnbench.data.batches.pairs import PairBatch
from rnnbench.data.kinds import AnyData, TextPairs
from rnnbench.data.pairs import TokenRows
from rnnbench.data.splits import SplitName
from rnnbench.data.tokenization import Tokenizer
from rnnbench.encoders.base import EncoderSettings, Layer, State
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.layers.attention import Memory
from rnnbench.metrics.text import BITS_PER_CHARACTER
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Alignment, Hypothesis
from rnnbench.tasks.prepared import Prepared
from rnnbench.tasks.sequence_to_sequence.costs import mean_over_lengths
from rnnbench.tasks.sequence_to_sequence.prepared import PreparedPairs
from rnnbench.tasks.sequence_to_sequence.settings import SequenceToSequenceSettings
from rnnbench.tasks.sequence_to_sequence.writing import alignment_of, written

EMBEDDING_DEVIATION = 0.1
IGNORED = -100
"""The target of padded steps, which torch's cross-entropy leaves out."""


class SequenceToSequence(SequenceTask):
    """An encoder-decoder with one embedding for both sides.

        source ─► embedding ─► reader ─► memory
        begin, target ─► embedding ─► writer (attends to the memory) ─► logits of target, end

    The memory's mean, projected, is added to the writer's first input (or to every one: `task.summary`), so that no
    bridge into the state of a cell is needed. Trained by teacher forcing on cross-entropy; selected by bits per
    character of the targets.
    """

    Settings: ClassVar[type[Settings]] = SequenceToSequenceSettings
    Prepared: ClassVar[type[Prepared]] = PreparedPairs
    metric: ClassVar[metrics.Metric] = BITS_PER_CHARACTER
    items: ClassVar[str] = "tokens"
    no_repeat: ClassVar[int] = 0
    """No so many tokens in a row occur twice in a written text; 0 allows it."""
    encoder: EncoderDecoder
    prepared: PreparedPairs

    @classmethod
    def build_encoder(
        cls, layer: type[Layer], prepared: Any, encoder_settings: EncoderSettings, settings: Any
    ) -> EncoderDecoder:
        return EncoderDecoder(
            layer,
            prepared.input_size,
            encoder_settings,
            attention=settings.attention,
            attention_heads=settings.attention_heads,
        )

    @classmethod
    def baselines(cls, data: AnyData, prepared: Any, *, refit: bool) -> Iterator[BaselineResult]:
        pairs = cast(TextPairs, data)
        for result in cls.baselines_of(pairs, refit=refit):
            blocks = {key: scores.in_blocks() for key, scores in result.examples.items()}
            yield replace(result, examples=blocks) if pairs.are_consecutive else result

    @classmethod
    def baselines_of(cls, pairs: TextPairs, *, refit: bool) -> Iterator[BaselineResult]:
        """The baselines of pairs whose test split is opened, with scores of independent pairs."""
        return iter(())

    def __init__(self, encoder: EncoderDecoder, prepared: PreparedPairs, settings: SequenceToSequenceSettings) -> None:
        super().__init__(encoder, prepared, settings)
        size = settings.embedding_size
        self.embedding = nn.Embedding(prepared.tokenizer.size, size)
        nn.init.normal_(self.embedding.weight, std=EMBEDDING_DEVIATION)
        self.embedding_dropout = nn.Dropout(settings.embedding_dropout)
        self.summary = nn.Linear(encoder.memory_size, size)
        width = size if settings.tied_embeddings else encoder.output_size
        self.to_embedding = nn.Identity() if width == encoder.output_size else nn.Linear(encoder.output_size, width)
        self.head = nn.Linear(width, prepared.tokenizer.size)
        if settings.tied_embeddings:
            self.head.weight = self.embedding.weight
        self._observed: list[tuple[Tensor, Tensor]] = []
        self._evaluated: SplitName = "validation"

    def forward(self, sources: Tensor, source_lengths: Tensor, targets: Tensor, target_lengths: Tensor) -> Tensor:
        """Logits of the next token of targets between begin and end, (batch, time, vocabulary)."""
        return self.logits_of(targets, target_lengths, self.read(sources, source_lengths))

    def read(self, sources: Tensor, lengths: Tensor) -> Memory:
        """The memory of sources (batch, time), padded on the right."""
        return self.encoder.read(self._vectors(sources), lengths)

    def write(self, ids: Tensor, memory: Memory, state: State | None = None) -> tuple[Tensor, State]:
        """Logits of the next token at each step, (batch, time, vocabulary), and the state after the last step.

        Without a state, the first id is the begin symbol.
        """
        encoded = self.encoder(self._inputs(ids, memory, begins=state is None), None, state, memory)
        return self._logits(encoded.steps), encoded.state

    def logits_of(self, targets: Tensor, lengths: Tensor, memory: Memory) -> Tensor:
        """Logits of the next token at each step but the last of whole targets, padded on the right."""
        vectors = self._inputs(targets[:, :-1], memory, begins=True)
        return self._logits(self.encoder.write(vectors, lengths - 1, memory))

    def _inputs(self, ids: Tensor, memory: Memory, *, begins: bool) -> Tensor:
        """The writer's input at each step; `begins`: the first id is the begin symbol."""
        vectors = self._vectors(ids)
        if self.settings.summary == "every":
            return vectors + self.summary(memory.mean()).unsqueeze(1)
        if not begins:
            return vectors
        first = vectors[:, :1] + self.summary(memory.mean()).unsqueeze(1)
        return torch.cat([first, vectors[:, 1:]], dim=1)

    def _logits(self, steps: Tensor) -> Tensor:
        logits: Tensor = self.head(self.to_embedding(steps))
        return logits

    def _vectors(self, ids: Tensor) -> Tensor:
        if self.training and self.settings.word_dropout:
            is_hidden = torch.rand(ids.shape, generator=self.noise) < self.settings.word_dropout
            ids = ids.masked_fill(is_hidden.to(ids.device), Tokenizer.unknown_id)
        return self.embedding_dropout(self.embedding(ids))

    def loss(self, batch: Any) -> tuple[Tensor, int]:
        sources, source_lengths, targets, target_lengths, _ = batch
        logits = self(sources, source_lengths, targets, target_lengths)
        wanted = _scored(targets, target_lengths)
        smoothing = self.settings.label_smoothing
        loss = functional.cross_entropy(
            logits.flatten(0, 1), wanted.flatten(), label_smoothing=smoothing, ignore_index=IGNORED
        )
        return loss, targets.shape[0] * (targets.shape[1] - 1) if targets.is_meta else self.items_of(batch)

    def items_of(self, batch: Any) -> int:
        return int((batch[3] - 1).sum())

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """Over the lengths of all training pairs, without padding."""
        return mean_over_lengths(self.prepared.training_pairs, count, batch_size)

    def start_evaluation(self) -> None:
        self._observed = []

    def observe(self, batch: Any) -> int:
        self._observed.append((self.nats(batch).cpu(), batch[4].cpu()))
        return self.items_of(batch)

    def nats(self, batch: PairBatch, memory: Memory | None = None) -> Tensor:
        """-ln p(target and its end | source) of each pair, (batch,) in double precision.

        memory: of other sources than the batch's own.
        """
        sources, source_lengths, targets, target_lengths, _ = batch
        memory = self.read(sources, source_lengths) if memory is None else memory
        logits = self.logits_of(targets, target_lengths, memory)
        wanted = _scored(targets, target_lengths)
        losses = functional.cross_entropy(
            logits.flatten(0, 1).float(), wanted.flatten(), reduction="none", ignore_index=IGNORED
        )
        return losses.view_as(wanted).double().sum(dim=1)

    def summarize(self) -> dict[str, float]:
        nats, characters = self._scores()
        return metrics.text_metrics(float(nats.sum()), float(characters.sum()))

    def examples(self) -> dict[str, ExampleScores]:
        """Bits per character of each target, weighted by its characters."""
        return self.in_blocks({BITS_PER_CHARACTER.key: metrics.pair_examples(*self._scores())})

    def in_blocks(self, by_metric: Mapping[str, ExampleScores]) -> dict[str, ExampleScores]:
        """The scores of pairs, in blocks where neighbouring pairs depend on each other."""
        if not self.prepared.are_consecutive:
            return dict(by_metric)
        return {key: scores.in_blocks() for key, scores in by_metric.items()}

    def _scores(self) -> tuple[np.ndarray, np.ndarray]:
        """The nats and the characters of each target of the evaluated split, in its order."""
        nats, rows = (torch.cat(parts).numpy() for parts in zip(*self._observed, strict=True))
        in_order = np.empty_like(nats)
        in_order[rows] = nats
        return in_order, self.prepared.encoded.named(self._evaluated).characters

    def on_validation_epoch_start(self) -> None:
        self._evaluated = "validation"
        super().on_validation_epoch_start()

    def evaluate(self, split: SplitName) -> dict[str, float]:
        self._evaluated = split
        scores = super().evaluate(split)
        return scores | {f"{split}/{key}": value for key, value in self.written_scores(split).items()}

    def written_scores(self, split: SplitName) -> dict[str, float]:
        """Further metrics of what the model writes, at the confirmation only; none by default."""
        return {}

    def written(self, sources: Sequence[str], *, beam: int = 1, best: int = 1) -> list[list[Hypothesis]]:
        """The most probable targets of each source, best first.

        beam: hypotheses that are kept in the search; 1 is greedy. best: hypotheses per source, at most `beam`.
        """
        return written(self, sources, beam=beam, best=best)

    def alignment(self, source: str, target: str) -> Alignment | None:
        """The attention weights of the tokens of a target and its end, mean over layers and heads; None without any."""
        return alignment_of(self, source, target)

    def memory_of(self, rows: TokenRows, part: np.ndarray) -> Memory:
        """The memory of some rows of sources."""
        ids, lengths = rows.padded(part)
        return self.read(ids.to(self.device), lengths.to(self.device))

    def step_of(self, memory: Memory) -> Callable[[Tensor, State | None], tuple[Tensor, State]]:
        """The step of `tasks.decoding`: tokens and the state before them to the logits of the next token."""

        def step(ids: Tensor, state: State | None) -> tuple[Tensor, State]:
            logits, after = self.write(ids, memory, state)
            return logits[:, -1].float(), after

        return step

    def most_written(self, source_tokens: int) -> int:
        """The most tokens that are written for a source of so many tokens."""
        return min(self.settings.max_target_tokens, 2 * source_tokens + 20)


def _scored(targets: Tensor, lengths: Tensor) -> Tensor:
    """The target of each step: the next token, `IGNORED` on padding."""
    steps = torch.arange(targets.shape[1] - 1, device=targets.device)
    return targets[:, 1:].masked_fill(steps >= lengths.unsqueeze(1) - 1, IGNORED)
