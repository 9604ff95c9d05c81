"""Sample text from a network, one character at a time, with the state carried."""

from __future__ import annotations

import math

import numpy as np

from rnnbench.scratch.base import Array, ScratchError
from rnnbench.scratch.losses import log_softmax
from rnnbench.scratch.network import Network, predict


def generate(
    network: Network, prompt: Array, length: int, generator: np.random.Generator, *, temperature: float = 1.0
) -> Array:
    """Sample `length` characters that continue the prompt.

    The prompt is encoded once; each new character then costs one step, independent of the length so far.

    prompt: (characters,), at least one. temperature: 1 samples from the predicted probabilities, values below 1 favour
        probable characters, 0 always takes the most probable one.
    """
    if len(prompt) == 0:
        raise ScratchError("a prompt needs at least one character")
    if not 0 <= temperature < math.inf:
        raise ScratchError(f"a temperature must be at least 0, not {temperature}")
    logits, state = predict(network, prompt[np.newaxis])
    codes: list[int] = []
    while len(codes) < length:
        codes.append(_draw(logits[0, -1], generator, temperature))
        logits, state = predict(network, np.array([[codes[-1]]]), state)
    return np.array(codes, dtype=np.int64)


def _draw(logits: Array, generator: np.random.Generator, temperature: float) -> int:
    if temperature == 0:
        return int(logits.argmax())
    # in float64: the sum of float32 probabilities is not close enough to 1 for `choice`. The maximum is subtracted
    # before the division, so that a small temperature can overflow to -inf only
    scores = logits.astype(np.float64)
    with np.errstate(over="ignore"):
        probabilities = np.exp(log_softmax((scores - scores.max()) / temperature))
    return int(generator.choice(len(probabilities), p=probabilities / probabilities.sum()))
