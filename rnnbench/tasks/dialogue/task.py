"""Dialogue: the reply to the last turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rnnbench import metrics
from rnnbench.core.settings import Settings
from rnnbench.data.batches.pairs import PairBatch, batch_of
from rnnbench.data.kinds import AnyData, Kind, TextPairs
from rnnbench.data.pairs import EncodedPairs
from rnnbench.data.splits import SplitName
from rnnbench.data.tokenization import REPLACEMENT
from rnnbench.encoders.layers.attention import Memory
from rnnbench.metrics.dialogue import CONTEXT_GAIN, hit_examples, hits, reply_diversity
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.decoding import Sampling, sampled
from rnnbench.tasks.dialogue import baselines
from rnnbench.tasks.dialogue.inference import DialogueModel
from rnnbench.tasks.dialogue.prepared import PreparedDialogue
from rnnbench.tasks.dialogue.ranking import candidates_of, other_contexts
from rnnbench.tasks.dialogue.settings import DialogueSettings
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.prepared import Prepared
from rnnbench.tasks.samples import last_turns, shortened
from rnnbench.tasks.sequence_to_sequence.base import SequenceToSequence
from rnnbench.tasks.sequence_to_sequence.prepared import EVALUATION_BATCH

OPENING = "hello. how are you?"
PERSON = ("what are you doing tonight?", "are you sure?", "i have to go now.")
SAMPLED, SHOWN = 3, 6
CONTEXTS = 512
"""Contexts that are read together to score replies."""


class Dialogue(SequenceToSequence):
    """An encoder-decoder with attention that reads the last turns and writes the reply.

    Selected by bits per character of the reply given its context. At the confirmation also: context gain, the bits per
    character that another row's context costs more than the true one (0: what was said is ignored); hits at 1, 2 and 5
    of ten candidates by ln p(reply | context) - ln p(reply | empty context), the mutual information of Li et al. (2016,
    arXiv:1510.03055, A diversity-promoting objective function for neural conversation models); and the diversity of
    greedy replies.
    """

    Settings: ClassVar[type[Settings]] = DialogueSettings
    Prepared: ClassVar[type[Prepared]] = PreparedDialogue
    data_kind: ClassVar[Kind] = "dialogue"
    inference: ClassVar[type[Inference] | None] = DialogueModel
    no_repeat: ClassVar[int] = 3

    @classmethod
    def prepare(cls, data: AnyData, settings: DialogueSettings) -> PreparedDialogue:
        return PreparedDialogue.of(cast(TextPairs, data), settings)

    @classmethod
    def baselines_of(cls, pairs: TextPairs, *, refit: bool) -> Iterator[BaselineResult]:
        return baselines.run(pairs, refit=refit)

    def loss(self, batch: Any) -> tuple[Tensor, int]:
        return super().loss(self._without_some_contexts(PairBatch(*batch)))

    def _without_some_contexts(self, batch: PairBatch) -> PairBatch:
        """The batch with an empty context in the share `context_dropout` of its pairs; in training only."""
        if not (self.training and self.settings.context_dropout):
            return batch
        is_left_out = torch.rand(len(batch.sources), generator=self.noise) < self.settings.context_dropout
        empty, lengths = self.prepared.source_rows([""]).padded(np.zeros(1, dtype=np.int64))
        empty = functional.pad(empty, (0, batch.sources.shape[1] - empty.shape[1]))
        return batch._replace(
            sources=_where(is_left_out.unsqueeze(1), empty, batch.sources),
            source_lengths=_where(is_left_out, lengths, batch.source_lengths),
        )

    def start_evaluation(self) -> None:
        super().start_evaluation()
        self._gains: np.ndarray | None = None
        self._ranked: np.ndarray | None = None

    def written_scores(self, split: SplitName) -> dict[str, float]:
        pairs = self.prepared.encoded.named(split)
        texts = self.prepared.texts.named(split)
        nats, characters = self._scores()
        with torch.inference_mode():
            self._gains = self._nats_after_other_contexts(pairs) - nats
            if self.settings.ranking:
                self._ranked = self._mutual_information(pairs, candidates_of(texts.targets))
        replies = [hypotheses[0].text for hypotheses in self.written(texts.sources)]
        gain = metrics.pair_examples(self._gains, characters).mean
        ranked = {} if self._ranked is None else hits(self._ranked)
        return {CONTEXT_GAIN.key: gain, **ranked, **reply_diversity(replies)}

    def examples(self) -> dict[str, ExampleScores]:
        by_metric = super().examples()
        if self._gains is not None:
            _, characters = self._scores()
            by_metric |= self.in_blocks({CONTEXT_GAIN.key: metrics.pair_examples(self._gains, characters)})
        if self._ranked is not None:
            by_metric |= self.in_blocks(hit_examples(self._ranked))
        return by_metric

    def _nats_after_other_contexts(self, pairs: EncodedPairs) -> np.ndarray:
        """-ln p(reply | the context of the row half a split away) of each row."""
        rows = np.arange(len(pairs))
        return self._nats_of(pairs, other_contexts(len(rows)), rows[:, None])[:, 0]

    def _mutual_information(self, pairs: EncodedPairs, candidates: np.ndarray) -> np.ndarray:
        """ln p(candidate | context) - ln p(candidate | empty context), (rows, candidates)."""
        rows = np.arange(len(pairs))
        given = self._nats_of(pairs, rows, candidates)
        return self._nats_of(pairs, None, rows[:, None])[candidates, 0] - given

    def _nats_of(self, pairs: EncodedPairs, contexts: np.ndarray | None, replies: np.ndarray) -> np.ndarray:
        """-ln p(reply | context) of replies (rows, candidates) to `contexts` (rows,), empty ones where it is None.

        Each context is read once for all of its replies, which are scored in batches of similar length.
        """
        nats = np.empty(replies.shape)
        rows = np.arange(len(replies))
        for block in _blocks(rows if contexts is None else np.argsort(pairs.sources.lengths[contexts], kind="stable")):
            memory = (
                self._empty_memory(len(block)) if contexts is None else self.memory_of(pairs.sources, contexts[block])
            )
            memory = self.encoder.with_keys(memory)
            places = np.argsort(pairs.targets.lengths[replies[block]], axis=None, kind="stable")
            for part in np.split(places, range(EVALUATION_BATCH, len(places), EVALUATION_BATCH)):
                place, candidate = np.unravel_index(part, (len(block), replies.shape[1]))
                batch = PairBatch(
                    *(field.to(self.device) for field in batch_of(pairs, replies[block][place, candidate]))
                )
                of_each = memory.rows(torch.from_numpy(place).to(self.device))
                nats[block[place], candidate] = self.nats(batch, of_each).cpu().numpy()
        return nats

    def _empty_memory(self, rows: int) -> Memory:
        source = self.prepared.source_rows([""])
        return self.memory_of(source, np.zeros(1, dtype=np.int64)).repeated(rows)

    def sample(self) -> str:
        """The first contexts of the validation split and their greedy replies."""
        contexts = self.prepared.texts.validation.sources[:SAMPLED]
        pairs = zip(contexts, self.written(contexts), strict=True)
        return "".join(f"{context}\n  {hypotheses[0].text}\n" for context, hypotheses in pairs)

    def showcase(self) -> dict[str, Any]:
        """A sampled conversation, and greedy replies to contexts of the test split."""
        texts = self.prepared.texts.test
        rows = np.linspace(0, len(texts) - 1, min(SHOWN, len(texts))).astype(int).tolist()
        outputs = self.written([texts.sources[row] for row in rows], beam=1)
        return {
            "kind": "conversation",
            "turns": self._conversation(),
            "replies": [
                {
                    "context": last_turns(texts.sources[row]),
                    "reply": shortened(texts.targets[row]),
                    "output": shortened(hypotheses[0].text),
                }
                for row, hypotheses in zip(rows, outputs, strict=True)
            ],
        }

    def _conversation(self) -> list[dict[str, str]]:
        """The same turns of a person for every model, and its replies, sampled with a fixed seed."""
        turns: list[str] = []
        shown = []
        for number, turn in enumerate((OPENING, *PERSON)):
            turns.append(turn)
            sampling = Sampling(temperature=0.8, top_p=0.9, seed=number)
            reply = "".join(self.stream_reply("\n".join(turns), sampling)).strip()
            turns.append(reply)
            shown += [{"speaker": "person", "text": turn}, {"speaker": "model", "text": shortened(reply)}]
        return shown

    def stream_reply(self, context: str, sampling: Sampling) -> Iterator[str]:
        """A sampled reply to the last turns, in pieces of whole characters."""
        tokenizer = self.prepared.tokenizer
        rows = self.prepared.source_rows([context])
        with torch.inference_mode():
            memory = self.encoder.with_keys(self.memory_of(rows, np.array([0])))
        written: list[int] = []
        shown = ""
        for number in sampled(
            self.step_of(memory),
            torch.full((1, 1), tokenizer.begin_id, device=self.device),
            sampling,
            end_id=tokenizer.end_id,
            most_tokens=self.most_written(int(rows.lengths[0])),
            forbidden_ids=tokenizer.forbidden_ids,
            no_repeat=self.no_repeat,
        ):
            written.append(number)
            text = tokenizer.decode(written, context).lstrip()
            if text.startswith(shown) and not text.endswith(REPLACEMENT):  # a character may be spelled by two tokens
                yield text[len(shown) :]
                shown = text


def _where(condition: Tensor, chosen: Tensor, other: Tensor) -> Tensor:
    """`chosen` where the condition holds, on the device of `other`."""
    return torch.where(condition.to(other.device), chosen.to(other.device), other)


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    """The rows in blocks of which the memory is kept at a time."""
    return np.split(rows, range(CONTEXTS, len(rows), CONTEXTS))
