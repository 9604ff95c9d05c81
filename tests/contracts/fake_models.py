"""Models that translate and reply by rule, for tests of the commands that use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from rnnbench.cli import chat, translate
from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.inference import Alignment, CanReply, CanTranslate, Hypothesis, Translation


class Shouting(CanTranslate):
    """Translates into capitals; the next best translations lack the last words.

    calls: the arguments of every call.
    """

    def __init__(self, languages: tuple[str, str] = ("en", "LOUD")) -> None:
        self.record: Any = SimpleNamespace(name="gru-seed0", run_id="0123456789abcdef", data="words", model="gru")
        self._languages = languages
        self.calls: list[tuple[list[str], int, int, bool]] = []

    @property
    def languages(self) -> tuple[str, str]:
        return self._languages

    def translations(
        self, texts: Sequence[str], *, beam: int = 5, best: int = 1, attention: bool = False
    ) -> list[Translation]:
        self.calls.append(([*texts], beam, best, attention))
        return [self._translation(text, best, attention) for text in texts]

    def _translation(self, text: str, best: int, attention: bool) -> Translation:
        if not text.strip():
            raise RnnbenchError("an empty text")
        words = tuple(text.split(" "))
        kept = [words[: len(words) - lacking] for lacking in range(min(best, len(words)))]
        hypotheses = [Hypothesis(" ".join(some).upper(), -0.5 - number) for number, some in enumerate(kept)]
        weights = tuple(tuple(float(row == column) for column in range(len(words))) for row in range(len(words)))
        loud = tuple(word.upper() for word in words)
        return Translation(text, tuple(hypotheses), Alignment(words, loud, weights) if attention else None)


class Echo(CanReply):
    """Replies with what was said last, and keeps what it was asked in `calls`."""

    def __init__(self, context_turns: int = 3) -> None:
        self.record: Any = SimpleNamespace(name="gru-seed0", run_id="0123456789abcdef", data="lines", model="gru")
        self._context_turns = context_turns
        self.calls: list[dict[str, Any]] = []

    @property
    def context_turns(self) -> int:
        return self._context_turns

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
        if turns[-1] == "unreadable":
            raise RnnbenchError("that [bold]cannot be read")
        call = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "beam": beam, "seed": seed}
        self.calls.append({"turns": [*turns], **call})
        if turns[-1] != "silence":
            yield from ("re: ", turns[-1])


def use_model(monkeypatch: pytest.MonkeyPatch, model: CanTranslate | CanReply) -> None:
    """Lets `translate` and `chat` load this model whatever the run."""
    for module in (translate, chat):
        monkeypatch.setattr(module, "load_model", lambda run, capability, data: model)
