"""Text drawn from a network, one character at a time, with the state carried."""

from __future__ import annotations

import math

import numpy as np

from rnnbench.scratch.base import Array, ScratchError
from rnnbench.scratch.losses import log_softmax
from rnnbench.scratch.network import Network, predict


def generate(
    network: Network, prompt: Array, length: int, generator: np.random.Generator, *, temperature: float = 1.0
) -> Array:
    """`length` characters that go on from the prompt.

    The prompt is read once; each new character then costs one step, whatever came before, for the state holds it.

    prompt: (characters,), at least one. temperature: 1 draws as the network believes, below 1 is bolder, 0 always takes
        the likeliest.
    """
    if len(prompt) == 0:
        raise ScratchError("a prompt needs at least one character")
    if not 0 <= temperature < math.inf:
        raise ScratchError(f"a temperature must be at least 0, not {temperature}")
    logits, state = predict(network, prompt[np.newaxis])
    found: list[int] = []
    while len(found) < length:
        found.append(_draw(logits[0, -1], generator, temperature))
        logits, state = predict(network, np.array([[found[-1]]]), state)
    return np.array(found, dtype=np.int64)


def _draw(logits: Array, generator: np.random.Generator, temperature: float) -> int:
    if temperature == 0:
        return int(logits.argmax())
    # in float64, whatever the network's precision: float32 probabilities add up to 1 too loosely for `choice`.
    # The largest is taken away before the division, so that a small temperature can send scores to -inf alone
    scores = logits.astype(np.float64)
    with np.errstate(over="ignore"):
        probabilities = np.exp(log_softmax((scores - scores.max()) / temperature))
    return int(generator.choice(len(probabilities), p=probabilities / probabilities.sum()))
