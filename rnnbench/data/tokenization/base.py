"""The interface of tokenizers, and their settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from rnnbench.core.settings import Settings
from rnnbench.data.code_points import text_of

TokenizerKind = Literal["characters", "words", "subwords"]
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class TokenizerSettings(Settings):
    """How texts become token ids.

    vocabulary_size: the maximum number of symbols, the two special ones included. minimum_count: rarer symbols of the
    training texts are unknown (subwords: rarer pairs are not merged).
    """

    kind: TokenizerKind = "characters"
    vocabulary_size: Annotated[int, Field(ge=16, le=1_000_000)] = 10_000
    lowercase: bool = False
    minimum_count: Annotated[int, Field(ge=1)] = 1


class Tokenizer(ABC):
    """A fixed map from texts to token ids and back."""

    kind: ClassVar[TokenizerKind]
    padding_id: ClassVar[int] = 0
    unknown_id: ClassVar[int] = 1

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of token ids, padding and unknown included."""

    @abstractmethod
    def encode(self, text: str) -> np.ndarray:
        """The token ids of a text, int64."""

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """The text of token ids. Padding is left out; unknown symbols become the replacement character."""

    @abstractmethod
    def lengths(self) -> np.ndarray:
        """(size,) the length of each token when spelled out, in characters, or bytes for subwords: ratios matter."""

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """The tokenizer as plain JSON; `tokenizer_from_plain` reads it back without loss."""

    def encode_points(self, points: np.ndarray) -> np.ndarray:
        """The token ids of a text given as code points."""
        return self.encode(text_of(points))
