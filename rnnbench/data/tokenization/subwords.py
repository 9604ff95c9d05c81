"""Tokenization by byte-level subwords."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.tokenization.base import REPLACEMENT, Tokenizer, TokenizerSettings

BYTES_AND_SPECIALS = 258


class SubwordTokenizer(Tokenizer):
    """Byte-level byte-pair encoding: no text is unknown, and decoding is exact (unless lowercase).

    Source: Sennrich, Haddow, Birch (2016), Neural machine translation of rare words with subword units,
    arXiv:1508.07909; on bytes as in GPT-2 (Radford et al. 2019).
    """

    kind = "subwords"

    def __init__(self, model: str, *, lowercase: bool = False) -> None:
        from tokenizers import Tokenizer as Engine

        # Its worker threads warn, and may hang, in a process that is forked later.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.lowercase = lowercase
        try:
            self._engine = Engine.from_str(model)
        except Exception as error:  # the library has no type of its own
            raise ValueError(f"not a model of subwords ({error})") from error
        self._engine.encode_special_tokens = True  # "<padding>" in a text is ordinary text

    @classmethod
    def learn(cls, texts: Iterable[str], settings: TokenizerSettings) -> SubwordTokenizer:
        """A tokenizer with merges of the most frequent pairs.

        Raises: DataError when the vocabulary is too small for the 256 bytes.
        """
        from tokenizers import Tokenizer as Engine
        from tokenizers import decoders, models, pre_tokenizers, trainers

        if settings.vocabulary_size < BYTES_AND_SPECIALS:
            raise DataError(
                f"a subword vocabulary needs at least {BYTES_AND_SPECIALS} symbols (256 bytes and two special ones), "
                f"not {settings.vocabulary_size}: type --set task.vocabulary_size=... or "
                "--set task.tokenizer=characters"
            )
        engine = Engine(models.BPE())
        engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        engine.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=settings.vocabulary_size,
            min_frequency=settings.minimum_count,
            special_tokens=["<padding>", "<unknown>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        valid = map(_without_surrogates, texts)
        engine.train_from_iterator((text.lower() if settings.lowercase else text for text in valid), trainer)
        return cls(engine.to_str(), lowercase=settings.lowercase)

    @property
    def size(self) -> int:
        return int(self._engine.get_vocab_size())

    def encode(self, text: str) -> np.ndarray:
        text = _without_surrogates(text)
        encoded = self._engine.encode(text.lower() if self.lowercase else text, add_special_tokens=False)
        return np.asarray(encoded.ids, dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        pieces: list[str] = []
        run: list[int] = []
        for number in [*map(int, ids), self.unknown_id]:
            if number > self.unknown_id:
                run.append(number)
            elif number == self.unknown_id:
                pieces.append(self._engine.decode(run, skip_special_tokens=False))
                run = []
        return REPLACEMENT.join(pieces)

    def byte_symbols(self, number: int) -> str:
        """The token of an id, one symbol per byte."""
        return str(self._engine.id_to_token(number))

    def lengths(self) -> np.ndarray:
        spelled = [len(self.byte_symbols(number)) for number in range(self.unknown_id + 1, self.size)]
        return np.array([1] * (self.unknown_id + 1) + spelled, dtype=np.int64)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "lowercase": self.lowercase, "model": self._engine.to_str()}


def _without_surrogates(text: str) -> str:
    """The text with half surrogate pairs replaced, which have no bytes in UTF-8; JSON and terminals can hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
