"""A conversation in the terminal, or with lines of the standard input."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from rnnbench.cli.console import notes, out
from rnnbench.cli.conversation import COMMANDS, Conversation, Decoding
from rnnbench.cli.inference import load_model
from rnnbench.cli.lines import input_lines, is_terminal, on_one_line
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc

if TYPE_CHECKING:
    from rnnbench.tasks.inference import CanReply

PROMPT = "you> "


def chat_with(run: str, data: str | None, decoding: Decoding) -> None:
    """Talk with a trained model: in a terminal with prompts, else a reply per line of the standard input."""
    from rnnbench.tasks.decoding import Sampling
    from rnnbench.tasks.inference import CanReply

    # values out of bounds are refused here, and not at every turn
    Sampling(decoding.temperature, decoding.top_k, decoding.top_p, decoding.seed)
    model: CanReply = load_model(run, CanReply, data)
    conversation = Conversation(model, decoding)
    if is_terminal():
        _greet(conversation)
        _talk(conversation)
        return
    for lines in input_lines():
        for line in lines:
            _answer(conversation, line)
            if conversation.is_over:
                return


def _greet(conversation: Conversation) -> None:
    model = conversation.model
    remembered = "the last turn alone" if model.context_turns == 1 else f"the last {model.context_turns} turns"
    for line in (
        f"{model.record.name}, trained on {model.record.data}, remembers {remembered}; {conversation.decoding}.",
        "So small a model answers mostly with commonplaces, and knows nothing but how its training data sound.",
        f"Commands: {', '.join(COMMANDS)}.",
    ):
        notes.print(line, style="dim")


def _talk(conversation: Conversation) -> None:
    """Prompts and replies until /quit, Ctrl-D or Ctrl-C."""
    with suppress(ImportError):
        importlib.import_module("readline")  # `input` then has arrow keys and earlier lines
    name = f"{conversation.model.record.model}> "
    try:
        while not conversation.is_over:
            try:
                line = nfc(_typed()).strip()
                line.encode("utf-8")
            except UnicodeError:
                notes.print("that is not valid UTF-8: type it in a UTF-8 terminal")
                continue
            if not line:
                continue
            try:
                _answer(conversation, line, name if sys.stdout.isatty() else "")
            except RnnbenchError as error:
                notes.print(on_one_line(str(error)), style="yellow", soft_wrap=True)
    except (EOFError, KeyboardInterrupt):
        notes.print()


def _typed() -> str:
    """The next line that is typed at the prompt, which is no part of a standard output that is not a terminal."""
    if sys.stdout.isatty():
        return input(PROMPT)
    sys.stderr.write(PROMPT)
    sys.stderr.flush()
    return input()


def _answer(conversation: Conversation, line: str, name: str = "") -> None:
    """Print the reply to a line as it is written, or do what the line says where it is a command.

    name: printed before the reply.
    """
    if line.startswith("/"):
        if message := conversation.obey(line):
            notes.print(message, style="dim")
        return
    pieces = conversation.reply(line) if line else iter(())
    first = next(pieces, "")  # an error is raised here, before the name
    out.print(name, style="cyan", end="")
    for piece in chain([first], pieces):
        sys.stdout.write(on_one_line(piece))
        sys.stdout.flush()
    sys.stdout.write("\n")
    sys.stdout.flush()
