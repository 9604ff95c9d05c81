"""Labelled texts as token ids, with the kind of tokens and the length of texts chosen from the training split."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rnnbench.data.kinds import LabelledTexts
from rnnbench.data.text import EncodedLabelled, encode_labelled
from rnnbench.data.tokenization import Tokenizer, TokenizerSettings, build_tokenizer
from rnnbench.data.tokenization.scripts import FittingTokens, fitting_tokens
from rnnbench.tasks.prepared import cached
from rnnbench.tasks.sentiment.settings import SentimentSettings

WHOLE_SHARE = 0.95
"""Share of the training texts that are read whole where the length is chosen from the data."""
LENGTH_STEP, FEWEST_TOKENS, MOST_TOKENS = 8, 16, 256
"""A chosen length is a multiple of the step between these bounds; the upper one keeps training on a CPU practicable."""


@dataclass(frozen=True)
class EncodedInput:
    """Encoded texts, their tokenizer, and what was chosen for them.

    why_tokens: the reason for the kind of tokens; empty where it is set or goes without saying.
    max_tokens: the number of tokens at which texts are cut. is_length_chosen: chosen from the training texts, not set.
    """

    encoded: EncodedLabelled
    tokenizer: Tokenizer
    max_tokens: int
    why_tokens: str = ""
    is_length_chosen: bool = False


def encode_texts(texts: LabelledTexts, settings: SentimentSettings) -> EncodedInput:
    """The texts as token ids. Kind of tokens, vocabulary and length are fitted to the training split."""
    train = texts.splits.train.texts
    fitting = FittingTokens(settings.tokenizer) if settings.tokenizer != "auto" else fitting_tokens(train)
    wanted = TokenizerSettings(
        kind=fitting.kind,
        vocabulary_size=settings.vocabulary_size,
        lowercase=settings.lowercase,
        minimum_count=settings.minimum_count,
    )
    most = settings.max_tokens or MOST_TOKENS

    def encode() -> tuple[EncodedLabelled, Tokenizer]:
        tokenizer = build_tokenizer(wanted, train)
        return encode_labelled(texts, tokenizer, most), tokenizer

    encoded, tokenizer = cached((texts.fingerprint, wanted.model_dump_json(), most), encode)
    if settings.max_tokens:
        return EncodedInput(encoded, tokenizer, settings.max_tokens, fitting.reason)
    length = fitting_length(encoded.splits.train.whole_lengths)
    splits = encoded.splits.map(lambda _, split: split.cut(length))
    return EncodedInput(replace(encoded, splits=splits), tokenizer, length, fitting.reason, is_length_chosen=True)


def fitting_length(lengths: np.ndarray) -> int:
    """The number of tokens that `WHOLE_SHARE` of the texts do not exceed, rounded up, within the bounds."""
    covering = float(np.quantile(lengths, WHOLE_SHARE, method="inverted_cdf"))
    rounded = math.ceil(covering / LENGTH_STEP) * LENGTH_STEP
    return min(max(rounded, FEWEST_TOKENS), MOST_TOKENS)
