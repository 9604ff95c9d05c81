"""A conversation with a trained model: its turns, how replies are chosen, and the commands that change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import RnnbenchError

if TYPE_CHECKING:
    from rnnbench.tasks.inference import CanReply

COMMANDS = {
    "/beam [N]": "reply by beam search with N hypotheses (5), or sample again",
    "/seed N": "sample other replies",
    "/reset": "forget what was said",
    "/help": "list these commands",
    "/quit": "end the conversation, as Ctrl-D does",
}
WIDTH = 5
"""Hypotheses of a beam search where no number is typed."""


@dataclass(frozen=True)
class Decoding:
    """How the tokens of replies are chosen. beam: the number of hypotheses of beam search; None samples.

    temperature, top_k, top_p: as in `CanReply.stream_reply`. seed: of the conversation; each reply has its own.
    """

    temperature: float = 0.8
    top_k: int | None = None
    top_p: float | None = 0.9
    beam: int | None = None
    seed: int = 0

    def __str__(self) -> str:
        if self.beam is not None:
            return f"replies by beam search with {self.beam} hypothes{'is' if self.beam == 1 else 'es'}"
        limits = {"temperature": self.temperature, "top-k": self.top_k, "top-p": self.top_p}
        shown = ", ".join(f"{name} {value:g}" for name, value in limits.items() if value is not None)
        return f"replies sampled with {shown}, seed {self.seed}"


class Conversation:
    """The turns of a person and of a model.

    decoding: how replies are chosen. is_over: whether the person has ended it.
    """

    def __init__(self, model: CanReply, decoding: Decoding) -> None:
        self.model, self.decoding = model, decoding
        self.is_over = False
        self._turns: list[str] = []
        self._replies = 0

    def reply(self, text: str) -> Iterator[str]:
        """The reply to what the person says, in pieces. Both are then part of the conversation.

        Raises: RnnbenchError for a text that the model cannot read; the conversation stays as it was.
        """
        turns, decoding = [*self._turns, text], self.decoding
        pieces = []
        for piece in self.model.stream_reply(
            turns[-max(1, self.model.context_turns) :],
            temperature=decoding.temperature,
            top_k=decoding.top_k,
            top_p=decoding.top_p,
            beam=decoding.beam,
            seed=seed_of_reply(decoding.seed, self._replies + 1),
        ):
            pieces.append(piece)
            yield piece
        reply = "".join(pieces)
        self._turns = [*turns, reply] if reply.strip() else turns
        self._replies += 1

    def obey(self, line: str) -> str:
        """Do what a command says. Returns: what has changed, in words; empty at the end.

        Raises: RnnbenchError for an unknown command or argument.
        """
        name, _, argument = line.strip().partition(" ")
        argument = argument.strip()
        match name, argument:
            case "/beam", _:
                beam = _number(argument, 1, "/beam or /beam N") if argument else None if self.decoding.beam else WIDTH
                self.decoding = replace(self.decoding, beam=beam)
                return str(self.decoding)
            case "/seed", _:
                self.decoding = replace(self.decoding, seed=_number(argument, 0, "/seed N"))
                return f"the seed is {self.decoding.seed}"
            case "/reset", "":
                self._turns, self._replies = [], 0
                return "a new conversation: what was said is forgotten"
            case "/help", "":
                return "\n".join(f"{usage:<10} {meaning}" for usage, meaning in COMMANDS.items())
            case "/quit", "":
                self.is_over = True
                return ""
        raise RnnbenchError(f"there is no command {line.strip()!r}: type {', '.join(COMMANDS)}")


def seed_of_reply(seed: int, number: int) -> int:
    """The seed of the reply with this number, counted from 1, in a conversation with a seed."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _number(argument: str, least: int, usage: str) -> int:
    if not argument.isdecimal() or int(argument) < least:
        raise RnnbenchError(f"{argument!r} is no whole number from {least} on: type {usage}")
    return int(argument)
