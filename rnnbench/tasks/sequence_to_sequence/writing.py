"""Write the targets of sources by beam search, and align a target with its source by attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor

from rnnbench.data.pairs import TokenRows
from rnnbench.encoders.base import State
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.tasks.decoding import Candidate, Step, beam_search
from rnnbench.tasks.inference import Alignment, Hypothesis
from rnnbench.tasks.sequence_to_sequence.prepared import PreparedPairs

ROWS = 64
"""Sources that are searched together."""
END = "</s>"
"""The end symbol in an alignment."""


class Writer(Protocol):
    """A task that writes texts: `SequenceToSequence`, which uses this module."""

    encoder: EncoderDecoder
    prepared: PreparedPairs
    no_repeat: ClassVar[int]

    @property
    def device(self) -> torch.device: ...
    def eval(self) -> Any: ...
    def memory_of(self, rows: TokenRows, part: np.ndarray) -> Memory: ...
    def step_of(self, memory: Memory) -> Step: ...
    def most_written(self, source_tokens: int) -> int: ...
    def write(self, ids: Tensor, memory: Memory, state: State | None = None) -> tuple[Tensor, State]: ...


def written(task: Writer, sources: Sequence[str], *, beam: int, best: int) -> list[list[Hypothesis]]:
    """The most probable targets of each source, best first. Arguments as of `SequenceToSequence.written`."""
    rows = task.prepared.source_rows(sources)
    order = np.argsort(rows.lengths, kind="stable")
    results: list[list[Hypothesis]] = [[] for _ in sources]
    task.eval()
    with torch.inference_mode():
        for start in range(0, len(order), ROWS):
            part = order[start : start + ROWS]
            for row, candidates in zip(part.tolist(), _search(task, rows, part, beam, best), strict=True):
                results[row] = [
                    Hypothesis(
                        task.prepared.tokenizer.decode(candidate.ids, sources[row]).strip(), candidate.log_probability
                    )
                    for candidate in candidates
                ]
    return results


def _search(task: Writer, rows: TokenRows, part: np.ndarray, beam: int, best: int) -> list[list[Candidate]]:
    memory = task.encoder.with_keys(task.memory_of(rows, part))
    tokenizer = task.prepared.tokenizer
    return beam_search(
        task.step_of(memory.repeated(beam)),
        torch.full((len(part), 1), tokenizer.begin_id, device=task.device),
        width=beam,
        best=best,
        end_id=tokenizer.end_id,
        most_tokens=[task.most_written(int(rows.lengths[row])) for row in part],
        forbidden_ids=tokenizer.forbidden_ids,
        no_repeat=task.no_repeat,
        narrowed=lambda left: task.step_of(memory.rows(left).repeated(beam)),
    )


def alignment_of(task: Writer, source: str, target: str) -> Alignment | None:
    """The attention weights of the tokens of a target and its end, mean over layers and heads; None without any."""
    attentions = [*task.encoder.writer.attentions]
    if not attentions:
        return None
    tokenizer, rows = task.prepared.tokenizer, task.prepared.source_rows([source])
    ids = tokenizer.encode_target(target, source)
    begun = torch.from_numpy(np.concatenate([[tokenizer.begin_id], ids])).unsqueeze(0).to(task.device)
    task.eval()
    with torch.inference_mode():
        memory = task.memory_of(rows, np.array([0]))
        seen: list[Tensor] = []

        def note(module: CrossAttention, inputs: tuple[Tensor, Memory], _: Tensor) -> None:
            seen.append(module.weights(*inputs)[0])

        hooks = [module.register_forward_hook(note) for module in attentions]
        try:
            task.write(begun, memory)
        finally:
            for hook in hooks:
                hook.remove()
    weights = torch.stack(seen).mean(dim=0).cpu().tolist()
    return Alignment(
        tuple(tokenizer.tokens(rows[0], source)),
        (*tokenizer.tokens(ids, source), END),
        tuple(tuple(round(float(weight), 4) for weight in row) for row in weights),
    )
