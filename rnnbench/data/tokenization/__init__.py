"""Texts to token ids and back: by characters, words or subwords, fitted to training texts only.

Token id 0 is padding and 1 the unknown symbol, in every tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from rnnbench.core.plain import field_of
from rnnbench.data.code_points import pieces_of, points_of, text_of
from rnnbench.data.tokenization.base import REPLACEMENT, Tokenizer, TokenizerSettings
from rnnbench.data.tokenization.characters import CharacterTokenizer
from rnnbench.data.tokenization.subwords import SubwordTokenizer
from rnnbench.data.tokenization.words import WordTokenizer

__all__ = [
    "REPLACEMENT",
    "CharacterTokenizer",
    "SubwordTokenizer",
    "Tokenizer",
    "TokenizerSettings",
    "WordTokenizer",
    "build_tokenizer",
    "tokenizer_from_plain",
]


def build_tokenizer(settings: TokenizerSettings, train: np.ndarray | Iterable[str]) -> Tokenizer:
    """A tokenizer fitted to the training split.

    train: `corpus.splits.train` (code points) or `labelled.splits.train.texts`.
    """
    if settings.kind == "characters":
        arrays = [train] if isinstance(train, np.ndarray) else (points_of(text) for text in train)
        return CharacterTokenizer.learn(arrays, settings)
    texts = (text_of(piece) for piece in pieces_of(train)) if isinstance(train, np.ndarray) else train
    return (WordTokenizer if settings.kind == "words" else SubwordTokenizer).learn(texts, settings)


def tokenizer_from_plain(plain: dict[str, Any]) -> Tokenizer:
    """The tokenizer that `to_plain` wrote."""
    kind = field_of(plain, "kind", Literal["characters", "words", "subwords"])
    lowercase = field_of(plain, "lowercase", bool)
    if kind == "characters":
        return CharacterTokenizer(field_of(plain, "points", list[int]), lowercase=lowercase)
    if kind == "words":
        return WordTokenizer(field_of(plain, "words", list[str]), lowercase=lowercase)
    return SubwordTokenizer(field_of(plain, "model", str), lowercase=lowercase)
