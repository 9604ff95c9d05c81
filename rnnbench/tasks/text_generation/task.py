"""Text generation: the next character (or token) of a text, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any, ClassVar, Literal, Self, cast

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings
from rnnbench.data.batches.text import CorpusWindows, EvaluationWindows, StridedWindows
from rnnbench.data.decoding import incremental_decoder
from rnnbench.data.kinds import AnyData, Kind, TextCorpus
from rnnbench.data.splits import NoSplits, SplitName
from rnnbench.data.text import EncodedCorpus, encode_corpus
from rnnbench.data.tokenization import Tokenizer, TokenizerSettings, build_tokenizer, tokenizer_from_plain
from rnnbench.encoders.base import Encoder, State
from rnnbench.encoders.layers.dropout import keep_mask
from rnnbench.metrics.text import BITS_PER_CHARACTER, COLD_NATS_PER_CHARACTER
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import Prepared, SequenceTask, endless, remembered
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.samples import whole_words
from rnnbench.tasks.text_generation import baselines
from rnnbench.tasks.text_generation.inference import TextModel
from rnnbench.tasks.text_generation.sampling import Sampling, generated

USUAL_DEVIATION = 0.1
"""Of the numbers of a token's vector at the start."""
EVALUATION_STREAMS = 32
"""Part of how the task measures: each stream but the first begins without the context before it."""
EVALUATION_WINDOW = 256
COLD, COLD_CHARACTERS = COLD_NATS_PER_CHARACTER.key, 256
SAMPLE_CHARACTERS = 200
SAMPLE_PROMPT_TOKENS = 16
SHOWCASE_PROMPT, SHOWCASE_CHARACTERS = 60, 400


class TextGenerationSettings(Settings):
    """How text becomes tokens, and how far gradients reach back.

    window: tokens between two cuts of the gradient (truncated backpropagation through time).
    carry_state: go on from the state of the window before; otherwise every window starts empty.
    state_reset: share of the windows that begin with an empty state in training all the same, so that a text without a
        past is learned too. Its inverse, times `window`, is how far apart they lie on average. Source: the code of
        Melis, Kocisky and Blunsom (2020), Mogrifier LSTM, arXiv:1909.01792.
    embedding_deviation: standard deviation of the vectors' numbers at the start; None is 0.1. The larger it is, the
        more of a token reaches the encoder in the first updates.
    word_dropout: share of the vocabulary whose vectors are zero for a whole batch (Gal and Ghahramani, 2016,
        arXiv:1512.05287). embedding_dropout: share of single numbers of the vectors.
    label_smoothing: share of the target that is spread over the vocabulary in training (Szegedy et al., 2016,
        Rethinking the inception architecture, arXiv:1512.00567).
    tied_embeddings: the output layer uses the embedding's weights, behind a linear map where sizes differ (Press and
        Wolf, 2017, arXiv:1608.05859; Inan et al., 2017, arXiv:1611.01462).
    """

    tokenizer: Annotated[Literal["characters", "subwords", "words"], Group("architecture")] = "characters"
    vocabulary_size: Annotated[int, Field(ge=16)] = 1024
    embedding_size: Annotated[int, Field(ge=1), Ints(32, 128, log=True), Group("architecture")] = 64
    embedding_deviation: Annotated[
        float | None, Field(gt=0, le=3), Floats(0.1, 1.0, log=True), Group("architecture")
    ] = None
    embedding_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    word_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
    tied_embeddings: Annotated[bool, Choices(False, True), Group("architecture")] = False
    window: Annotated[int, Field(ge=2), Choices(16, 32, 64, 128), Group("basics")] = 64
    carry_state: bool = True
    state_reset: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0


class PreparedCorpus(Prepared):
    """Token ids, split by split, and how many characters they stand for."""

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
        """Consecutive crops of about 256 characters, each to be read with an empty context."""
        tokens = self.encoded.splits.named(split)
        size = max(2, round(COLD_CHARACTERS * len(tokens) / self.encoded.characters[split]))
        return StridedWindows(tokens, context=size, stride=size, batch_size=64)

    def characters_per_token(self, split: SplitName) -> float:
        """How many characters of a split a token of it stands for, on average."""
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


class TextGeneration(SequenceTask):
    """A language model: embedding, encoder, one linear layer to the next token.

        token t ─► vector ─► encoder (state carried) ─► scores of token t + 1

    Trained by truncated backpropagation through time on contiguous text: the state goes on from window to window, the
    gradient does not (Williams and Peng, 1990). Selected by bits per character over the whole split, whatever the
    tokenizer: the probability of all tokens, divided by the number of characters that they spell.
    """

    Settings: ClassVar[type[Settings]] = TextGenerationSettings
    Prepared: ClassVar[type[Prepared]] = PreparedCorpus
    data_kind: ClassVar[Kind] = "text"
    metric: ClassVar[metrics.Metric] = BITS_PER_CHARACTER
    requires_causal: ClassVar[bool] = True
    items: ClassVar[str] = "tokens"
    inference: ClassVar[type[Inference] | None] = TextModel

    @classmethod
    def prepare(cls, data: AnyData, settings: TextGenerationSettings) -> PreparedCorpus:
        corpus = cast(TextCorpus, data)
        wanted = TokenizerSettings(kind=settings.tokenizer, vocabulary_size=settings.vocabulary_size)

        def encode() -> tuple[EncodedCorpus, Tokenizer]:
            tokenizer = build_tokenizer(wanted, corpus.splits.train)
            return encode_corpus(corpus, tokenizer), tokenizer

        encoded, tokenizer = remembered((corpus.fingerprint, wanted.model_dump_json()), encode)
        return PreparedCorpus(encoded, tokenizer, settings)

    @classmethod
    def baselines(cls, data: AnyData, prepared: PreparedCorpus, *, refit: bool) -> Iterator[BaselineResult]:
        return baselines.of_corpus(cast(TextCorpus, data), refit=refit)

    def __init__(self, encoder: Encoder, prepared: PreparedCorpus, settings: TextGenerationSettings) -> None:
        super().__init__(encoder, prepared, settings)
        self.embedding = nn.Embedding(prepared.tokenizer.size, settings.embedding_size)
        nn.init.normal_(self.embedding.weight, std=settings.embedding_deviation or USUAL_DEVIATION)
        self.embedding_dropout = nn.Dropout(settings.embedding_dropout)
        width = settings.embedding_size if settings.tied_embeddings else encoder.output_size
        self.to_embedding = nn.Identity() if width == encoder.output_size else nn.Linear(encoder.output_size, width)
        self.head = nn.Linear(width, prepared.tokenizer.size)
        if settings.tied_embeddings:
            self.head.weight = self.embedding.weight
        self._training_state: State | None = None
        self._evaluation_state: State | None = None
        self._characters_per_token = 1.0
        self._evaluated: SplitName = "validation"
        self._nats, self._scored = 0.0, 0
        self._observed: list[tuple[Tensor, Tensor]] = []
        self._cold: list[tuple[Tensor, Tensor]] = []

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Scores before softmax of each next token, (batch, time, vocabulary), and the state to go on from."""
        encoded = self.encoder(self.embedding_dropout(self._vectors(ids)), None, state)
        return self.head(self.to_embedding(encoded.steps)), encoded.state

    def _vectors(self, ids: Tensor) -> Tensor:
        weight = self.embedding.weight
        if self.training and self.settings.word_dropout:
            share, column = self.settings.word_dropout, torch.empty(len(weight), 1)
            weight = weight * keep_mask(column, share, self.noise).to(weight.device)
        return functional.embedding(ids, weight)

    def loss(self, batch: Any) -> tuple[Tensor, int]:
        inputs, targets, is_first = batch
        before = None if is_first or self._begins_anew() else self._training_state
        scores, state = self(inputs, before)
        self._training_state = tuple(part.detach() for part in state)
        smoothing = self.settings.label_smoothing
        loss = functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), label_smoothing=smoothing)
        return loss, targets.numel()

    def _begins_anew(self) -> bool:
        """Whether a window that follows another starts empty: drawn for the whole batch, so that any state will do."""
        if not self.settings.carry_state:
            return True
        share = self.settings.state_reset
        return share > 0 and torch.rand((), generator=self.noise).item() < share

    def items_of(self, batch: Any) -> int:
        return batch[1].numel()

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """Over the windows of an epoch: what looks back on a carried state costs more until that has its full width."""
        windows = self.prepared.batches_per_epoch(batch_size)
        counts: list[float] = []
        for batch in islice(self.prepared.training_batches(batch_size, 0), windows):
            counts.append(count(batch))
            if len(counts) > 2 and counts[-1] == counts[-2] and not self.settings.state_reset:
                break
        return (sum(counts) + counts[-1] * (windows - len(counts))) / (windows * self.items_of(batch))

    def start_evaluation(self) -> None:
        self._evaluation_state = None
        self._nats, self._scored, self._observed, self._cold = 0.0, 0, [], []

    def observe(self, batch: Any) -> int:
        """One window of every evaluation stream."""
        inputs, targets, lengths, is_first = batch
        nats, counts, self._evaluation_state = self._score(
            inputs, targets, lengths, None if is_first else self._evaluation_state
        )
        self._observed.append((nats.cpu(), counts.cpu()))
        scored = int(lengths.sum())
        self._nats += float(nats.double().sum())
        self._scored += scored
        return scored

    def _score(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, state: State | None = None
    ) -> tuple[Tensor, Tensor, State]:
        """Nats of each target, 0 past the lengths; which lie inside the lengths; and the state to go on from.

        Only the last window of some streams is shorter: nothing follows it, so its state may be that of padding.
        """
        scores, after = self(inputs, state)
        losses = functional.cross_entropy(scores.flatten(0, 1).float(), targets.flatten(), reduction="none")
        counts = torch.arange(targets.shape[1], device=targets.device) < lengths.unsqueeze(1)
        return losses.view_as(targets) * counts, counts, after

    def summarize(self) -> dict[str, float]:
        return metrics.text_metrics(self._nats, self._scored * self._characters_per_token)

    def examples(self) -> dict[str, ExampleScores]:
        """Bits per character of consecutive pieces of the split, in the order of the text; nats of the crops."""
        nats, counts = (torch.cat(parts, dim=1) for parts in zip(*self._observed, strict=True))
        # streams are consecutive parts of the text: row after row is its order
        symbols = self._scored + 1
        pieces = metrics.text_examples(
            nats[counts].numpy(),
            symbols=symbols,
            characters=round(symbols * self._characters_per_token),
            lengths=self.prepared.tokenizer.lengths()[self.prepared.encoded.splits.named(self._evaluated)],
        )
        return {"bits_per_character": pieces} | ({COLD: self._crops()} if self._cold else {})

    def _crops(self) -> ExampleScores:
        """Nats per character of every crop that was read with an empty context."""
        nats, tokens = (torch.cat(parts).double().numpy() for parts in zip(*self._cold, strict=True))
        characters = tokens * self._characters_per_token
        return ExampleScores.consecutive(nats / characters, characters)

    def on_validation_epoch_start(self) -> None:
        self._characters_per_token = self.prepared.characters_per_token("validation")
        super().on_validation_epoch_start()

    def evaluate(self, split: SplitName) -> dict[str, float]:
        self._characters_per_token = self.prepared.characters_per_token(split)
        self._evaluated = split
        found = super().evaluate(split)
        with torch.inference_mode():
            for inputs, targets, lengths, _ in self.prepared.cold_batches(split):
                nats, _, _ = self._score(*(part.to(self.device) for part in (inputs, targets, lengths)))
                self._cold.append((nats.double().sum(dim=1).cpu(), lengths.cpu()))
        return found | {f"{split}/{COLD}": self._crops().mean}

    def generate(self, prompt_ids: Sequence[int], length: int, sampling: Sampling) -> Iterator[str]:
        """Pieces of a text that goes on from a prompt, `length` characters in all, at a constant cost per token."""
        tokenizer = self.prepared.tokenizer

        def step(numbers: list[int], state: State | None) -> tuple[Tensor, State]:
            scores, after = self(torch.tensor([numbers], device=self.device), state)
            return scores[0, -1].float().cpu(), after

        before = tokenizer.decode(prompt_ids)
        return generated(step, prompt_ids, length, sampling, incremental_decoder(tokenizer, before))

    def sample(self) -> str:
        """The first words of the validation split, and what the model goes on with."""
        prompt = self.prepared.encoded.splits.validation[:SAMPLE_PROMPT_TOKENS].tolist()
        pieces = self.generate(prompt, SAMPLE_CHARACTERS, Sampling(temperature=0.8, seed=0))
        return f"[{self.prepared.tokenizer.decode(prompt)}]{''.join(pieces)}\n"

    def showcase(self) -> dict[str, Any]:
        """What the model goes on with from the first letters of the validation split: those are the same for all."""
        tokens = self.prepared.encoded.splits.validation[:SHOWCASE_PROMPT].tolist()
        tokenizer = self.prepared.tokenizer
        prompt = whole_words(tokenizer.decode(tokens)[:SHOWCASE_PROMPT])
        sampling = Sampling(temperature=0.8, seed=0)
        self.eval()
        pieces = self.generate(tokenizer.encode(prompt).tolist(), SHOWCASE_CHARACTERS, sampling)
        return {"kind": "text", "prompt": prompt, "text": "".join(pieces), "temperature": sampling.temperature}
