"""Text that goes on from a prompt, streamed at a constant cost per character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rnnbench.core.errors import RnnbenchError
from rnnbench.data.decoding import unknown_in
from rnnbench.tasks.inference import CanGenerate
from rnnbench.tasks.text_generation.sampling import Sampling

MOST_NAMED = 10


class TextModel(CanGenerate):
    """A trained language model.

    prompt ─► tokens ─► encoder, state carried ─► one token drawn at a time ─► characters
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
        """What follows the prompt, without the prompt; the same seed gives the same text.

        Args: as `stream`.
        """
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
        """The same text piece by piece as it is made: whole characters, never half of one.

        Args:
            length: characters to make, the prompt not counted.
            temperature: 1 draws as the model believes, less is more careful, 0 always takes the most probable.
            top_k: draw among so many of the most probable alone.
            top_p: draw among the fewest that together have this probability.

        Raises: RnnbenchError for an empty prompt, for what the vocabulary lacks, and for values out of bounds.
        """
        sampling = Sampling(temperature, top_k, top_p, seed)
        if length < 1:
            raise RnnbenchError(f"the length must be at least 1 character, not {length}")
        # checked here and not at the first piece: the mistake is told where it was made
        return self.task.generate(self._tokens(prompt), length, sampling)

    def _tokens(self, prompt: str) -> list[int]:
        if not prompt:
            raise RnnbenchError('the prompt is empty: give the first characters of the text, such as --prompt "The "')
        tokenizer = self.prepared.tokenizer
        composed = unicodedata.normalize("NFC", prompt)
        if not unknown_in(tokenizer, composed):  # some keyboards send a Korean syllable in parts
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
            raise RnnbenchError(f"the prompt {prompt!r} holds nothing that a vocabulary of {tokenizer.kind} can read")
        return numbers
