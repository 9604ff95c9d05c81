"""Text generation: characters per second with the state carried, and with the window read again for each character."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class
from rnnbench.tasks.decoding import Sampling, sampled
from rnnbench.tasks.text_generation.prepared import PreparedCorpus
from rnnbench.tasks.text_generation.settings import TextGenerationSettings
from rnnbench.tasks.text_generation.task import TextGeneration
from rnnbench.testing.benchmarks.base import Measurement

CONTEXTS = (64, 256, 1024)
MODELS = ("lstm", "transformer")
HIDDEN_SIZE = 128
ROUNDS = 5
CARRIED_CHARACTERS, REREAD_CHARACTERS = 64, 8
ALPHABET = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:!?'-\n"


def measure() -> Iterator[Measurement]:
    """Medians over alternating rounds on one thread, with untrained weights."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for model in MODELS:
            for context in CONTEXTS:
                yield from _measured(model, context)
    finally:
        torch.set_num_threads(threads)


def _measured(model: str, context: int) -> Iterator[Measurement]:
    task = _task(model, context)
    window = torch.randint(2, len(ALPHABET) + 2, (1, context), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        _carried(task, window)
        _reread(task, window)
        # alternating, so that other load on the machine affects both
        rounds = [(_carried(task, window), _reread(task, window)) for _ in range(ROUNDS)]
    carried, reread = (statistics.median(speeds) for speeds in zip(*rounds, strict=True))
    name = f"{model}, context {context}"
    yield Measurement(f"{name}: window read again", reread, "characters/s")
    yield Measurement(f"{name}: state carried", carried, "characters/s", "window read again", carried / reread)


def _carried(task: TextGeneration, window: torch.Tensor) -> float:
    ids = sampled(task.step, window, Sampling(temperature=0), most_tokens=CARRIED_CHARACTERS + 1)
    next(ids)  # reads the window
    return _speed(lambda: next(ids), CARRIED_CHARACTERS)


def _reread(task: TextGeneration, window: torch.Tensor) -> float:
    def step() -> None:
        nonlocal window
        scores, _ = task(window)
        window = torch.cat([window[:, 1:], scores[:, -1:].argmax(dim=-1)], dim=1)

    return _speed(step, REREAD_CHARACTERS)


def _speed(step: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        step()
    return count / (time.perf_counter() - started)


def _task(model: str, context: int) -> TextGeneration:
    """An untrained language model of characters; attention, if any, covers the whole context."""
    layer = layer_class(model)
    tokenizer = build_tokenizer(TokenizerSettings(), [ALPHABET])
    settings = TextGenerationSettings()
    prepared = PreparedCorpus.from_plain({"tokenizer": tokenizer.to_plain()}, settings)
    own: dict[str, Any] = {"context": context} if "context" in layer.Settings.model_fields else {}
    with torch.random.fork_rng():
        encoder = Stack(layer, prepared.input_size, layer.Settings(**{"hidden_size": HIDDEN_SIZE, **own}))
        return TextGeneration(encoder, prepared, settings).eval()
