"""Write a sequence token by token: one loop (`loop.py`), and choosers for sampling and for beam search."""

from rnnbench.tasks.decoding.beam import beam_search
from rnnbench.tasks.decoding.finished import PER_TOKEN, UNNORMALIZED, Candidate, LengthNormalization
from rnnbench.tasks.decoding.loop import SPECIALS, Step
from rnnbench.tasks.decoding.sampling import Sampling, sampled

__all__ = [
    "PER_TOKEN",
    "SPECIALS",
    "UNNORMALIZED",
    "Candidate",
    "LengthNormalization",
    "Sampling",
    "Step",
    "beam_search",
    "sampled",
]
