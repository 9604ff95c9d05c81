"""Reply to the turns of a conversation with a trained model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc
from rnnbench.tasks.decoding import Sampling
from rnnbench.tasks.inference import CanReply

MOST_HYPOTHESES = 100


class DialogueModel(CanReply):
    """A trained model of replies.

    last turns ─► tokens ─► reader ─► memory ─► writer, one token sampled at a time ─► text
    """

    @property
    def context_turns(self) -> int:
        return int(self.settings.context_turns)

    def stream_reply(
        self,
        turns: Sequence[str],
        *,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = 0.9,
        beam: int | None = None,
        seed: int = 0,
    ) -> Iterator[str]:
        context = self._context(turns)
        if beam is not None:
            if not 1 <= beam <= MOST_HYPOTHESES:
                raise RnnbenchError(f"the beam must be from 1 to {MOST_HYPOTHESES}, not {beam}")
            return iter([self.task.written([context], beam=beam)[0][0].text])
        # not a generator itself, so that a value out of bounds raises here and not at the first piece
        return self.task.stream_reply(context, Sampling(temperature, top_k, top_p, seed))

    def _context(self, turns: Sequence[str]) -> str:
        read = [" ".join(nfc(turn).split()) for turn in turns]
        if not read or not read[-1]:
            raise RnnbenchError("there is nothing to reply to: type a sentence")
        return "\n".join(turn for turn in read[-self.context_turns :] if turn)
