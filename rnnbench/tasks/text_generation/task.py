"""Text generation: a language model over characters or tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Settings
from rnnbench.data.decoding import incremental_decoder
from rnnbench.data.kinds import AnyData, Kind, TextCorpus
from rnnbench.data.splits import SplitName
from rnnbench.data.text import EncodedCorpus, encode_corpus
from rnnbench.data.tokenization import Tokenizer, TokenizerSettings, build_tokenizer
from rnnbench.encoders.base import Encoder, State
from rnnbench.encoders.layers.dropout import keep_mask
from rnnbench.metrics.text import BITS_PER_CHARACTER, COLD_NATS_PER_CHARACTER
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.prepared import Prepared, cached
from rnnbench.tasks.samples import whole_words
from rnnbench.tasks.text_generation import baselines
from rnnbench.tasks.text_generation.inference import TextModel
from rnnbench.tasks.text_generation.prepared import PreparedCorpus
from rnnbench.tasks.text_generation.sampling import Sampling, generated
from rnnbench.tasks.text_generation.settings import TextGenerationSettings

DEFAULT_DEVIATION = 0.1
"""Standard deviation of the embedding's initial weights where `embedding_deviation` is not set."""
COLD = COLD_NATS_PER_CHARACTER.key
SAMPLE_PROMPT_TOKENS, SAMPLE_CHARACTERS = 16, 200
SHOWCASE_PROMPT_CHARACTERS, SHOWCASE_CHARACTERS = 60, 400


class TextGeneration(SequenceTask):
    """A language model: embedding, encoder, linear layer.

        token t ─► embedding ─► encoder (state carried) ─► logits of token t + 1

    Trained by truncated backpropagation through time on contiguous text: the state is carried from window to window,
    the gradient is not (Williams and Peng, 1990). Selected by bits per character of the whole split,
    -log2 p(tokens) / characters, which is comparable across tokenizers.
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

        encoded, tokenizer = cached((corpus.fingerprint, wanted.model_dump_json()), encode)
        return PreparedCorpus(encoded, tokenizer, settings)

    @classmethod
    def baselines(cls, data: AnyData, prepared: PreparedCorpus, *, refit: bool) -> Iterator[BaselineResult]:
        return baselines.of_corpus(cast(TextCorpus, data), refit=refit)

    def __init__(self, encoder: Encoder, prepared: PreparedCorpus, settings: TextGenerationSettings) -> None:
        super().__init__(encoder, prepared, settings)
        self.embedding = nn.Embedding(prepared.tokenizer.size, settings.embedding_size)
        nn.init.normal_(self.embedding.weight, std=settings.embedding_deviation or DEFAULT_DEVIATION)
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
        """Logits of the next token at each step, (batch, time, vocabulary), and the state after the last step."""
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
        before = None if is_first or self._starts_empty() else self._training_state
        logits, state = self(inputs, before)
        self._training_state = tuple(part.detach() for part in state)
        smoothing = self.settings.label_smoothing
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=smoothing)
        return loss, targets.numel()

    def carried_state(self) -> State | None:
        return self._training_state

    def carry_state(self, state: State | None) -> None:
        self._training_state = None if state is None else tuple(part.to(self.device) for part in state)

    def _starts_empty(self) -> bool:
        """Whether a window starts from the initial state; drawn once for the whole batch."""
        if not self.settings.carry_state:
            return True
        share = self.settings.state_reset
        return share > 0 and torch.rand((), generator=self.noise).item() < share

    def items_of(self, batch: Any) -> int:
        return batch[1].numel()

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """Over the windows of an epoch: attention costs more per window until the carried state has its full width."""
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
        """Scores one window of every evaluation stream."""
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
        """Nats of each target, 0 on padding; the mask of valid targets; and the state after the window.

        Only a stream's last window is padded. No window follows it, so its state is not needed.
        """
        logits, after = self(inputs, state)
        losses = functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
        counts = torch.arange(targets.shape[1], device=targets.device) < lengths.unsqueeze(1)
        return losses.view_as(targets) * counts, counts, after

    def summarize(self) -> dict[str, float]:
        return metrics.text_metrics(self._nats, self._scored * self._characters_per_token)

    def examples(self) -> dict[str, ExampleScores]:
        """Bits per character of consecutive pieces of the text, and nats per character of the crops."""
        nats, counts = (torch.cat(parts, dim=1) for parts in zip(*self._observed, strict=True))
        # streams are consecutive parts of the text, so rows are in its order
        symbols = self._scored + 1
        pieces = metrics.text_examples(
            nats[counts].numpy(),
            symbols=symbols,
            characters=round(symbols * self._characters_per_token),
            lengths=self.prepared.tokenizer.lengths()[self.prepared.encoded.splits.named(self._evaluated)],
        )
        return {"bits_per_character": pieces} | ({COLD: self._crops()} if self._cold else {})

    def _crops(self) -> ExampleScores:
        """Nats per character of each crop, evaluated from the initial state."""
        nats, tokens = (torch.cat(parts).double().numpy() for parts in zip(*self._cold, strict=True))
        characters = tokens * self._characters_per_token
        return ExampleScores.consecutive(nats / characters, characters)

    def on_validation_epoch_start(self) -> None:
        self._characters_per_token = self.prepared.characters_per_token("validation")
        super().on_validation_epoch_start()

    def evaluate(self, split: SplitName) -> dict[str, float]:
        self._characters_per_token = self.prepared.characters_per_token(split)
        self._evaluated = split
        scores = super().evaluate(split)
        with torch.inference_mode():
            for inputs, targets, lengths, _ in self.prepared.cold_batches(split):
                nats, _, _ = self._score(*(part.to(self.device) for part in (inputs, targets, lengths)))
                self._cold.append((nats.double().sum(dim=1).cpu(), lengths.cpu()))
        return scores | {f"{split}/{COLD}": self._crops().mean}

    def step(self, ids: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Logits of the token after the last one, (batch, vocabulary), and the state after it."""
        logits, after = self(ids, state)
        return logits[:, -1], after

    def generate(self, prompt_ids: Sequence[int], length: int, sampling: Sampling) -> Iterator[str]:
        """Continues a prompt by `length` characters, in pieces, at a constant cost per token."""
        decode = incremental_decoder(self.prepared.tokenizer, self.prepared.tokenizer.decode(prompt_ids))
        first = torch.tensor([[*map(int, prompt_ids)]], device=self.device)
        return generated(self.step, first, length, sampling, decode)

    def sample(self) -> str:
        """The first tokens of the validation split in brackets, and the model's continuation."""
        prompt = self.prepared.encoded.splits.validation[:SAMPLE_PROMPT_TOKENS].tolist()
        pieces = self.generate(prompt, SAMPLE_CHARACTERS, Sampling(temperature=0.8, seed=0))
        return f"[{self.prepared.tokenizer.decode(prompt)}]{''.join(pieces)}\n"

    def showcase(self) -> dict[str, Any]:
        """The model's continuation of the first characters of the validation split: one prompt for all encoders."""
        tokens = self.prepared.encoded.splits.validation[:SHOWCASE_PROMPT_CHARACTERS].tolist()
        tokenizer = self.prepared.tokenizer
        prompt = whole_words(tokenizer.decode(tokens)[:SHOWCASE_PROMPT_CHARACTERS])
        sampling = Sampling(temperature=0.8, seed=0)
        self.eval()
        pieces = self.generate(tokenizer.encode(prompt).tolist(), SHOWCASE_CHARACTERS, sampling)
        return {"kind": "text", "prompt": prompt, "text": "".join(pieces), "temperature": sampling.temperature}
