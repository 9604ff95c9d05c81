"""Continue a prompt with a trained language model, streamed at a constant cost per character."""

from __future__ import annotations

from collections.abc import Iterator

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc
from rnnbench.data.decoding import unknown_in
from rnnbench.tasks.inference import CanGenerate
from rnnbench.tasks.text_generation.sampling import Sampling

MOST_NAMED = 10


class TextModel(CanGenerate):
    """A trained language model.

    prompt ─► tokens ─► encoder (state carried) ─► one token sampled at a time ─► characters
    """

    def generate(
        self,
        prompt: str,
        length: int = 500,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
    ) -> str:
        """The continuation of the prompt as one string, without the prompt. Arguments as in `stream`."""
        return "".join(self.stream(prompt, length, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed))

    def stream(
        self,
        prompt: str,
        length: int = 500,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
    ) -> Iterator[str]:
        """The continuation of the prompt, in pieces of whole characters; the same seed gives the same text.

        Args:
            length: characters to generate, the prompt not counted.
            temperature: 1 samples from the model's distribution, 0 always takes the most probable token.
            top_k: sample among the k most probable tokens only.
            top_p: sample among the smallest set of tokens with this total probability.

        Raises: RnnbenchError for an empty prompt, for characters that the vocabulary lacks, for values out of bounds.
        """
        sampling = Sampling(temperature, top_k, top_p, seed)
        if length < 1:
            raise RnnbenchError(f"the length must be at least 1 character, not {length}")
        # not a generator itself, so that a bad prompt raises here and not at the first piece
        return self.task.generate(self._tokens(prompt), length, sampling)

    def _tokens(self, prompt: str) -> list[int]:
        if not prompt:
            raise RnnbenchError('the prompt is empty: give the first characters of the text, such as --prompt "The "')
        tokenizer = self.prepared.tokenizer
        composed = nfc(prompt)
        if not unknown_in(tokenizer, composed) or unknown_in(tokenizer, prompt):  # a known text may be written in parts
            prompt = composed
        unknown = unknown_in(tokenizer, prompt)
        if unknown:
            more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
            listed = ", ".join(map(repr, unknown[:MOST_NAMED])) + more
            raise RnnbenchError(
                f"the vocabulary of {self.record.name} ({tokenizer.size:,} {tokenizer.kind}, learned from "
                f"{self.record.data}) lacks {listed}: leave that out of the prompt"
            )
        numbers: list[int] = tokenizer.encode(prompt).tolist()
        if not numbers:
            raise RnnbenchError(f"the prompt {prompt!r} has no {tokenizer.kind} of the vocabulary: type another one")
        return numbers
