"""What every tokenizer can do, and its settings."""

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
    """How texts become numbers.

    vocabulary_size: the most symbols kept, the two special ones included. minimum_count: a symbol seen less often in
    the training texts is unknown (subwords: a pair seen less often is not merged).
    """

    kind: TokenizerKind = "characters"
    vocabulary_size: Annotated[int, Field(ge=16, le=1_000_000)] = 10_000
    lowercase: bool = False
    minimum_count: Annotated[int, Field(ge=1)] = 1


class Tokenizer(ABC):
    """A fixed two-way map between texts and numbers."""

    kind: ClassVar[TokenizerKind]
    padding_id: ClassVar[int] = 0
    unknown_id: ClassVar[int] = 1

    @property
    @abstractmethod
    def size(self) -> int:
        """How many numbers there are, padding and unknown included."""

    @abstractmethod
    def encode(self, text: str) -> np.ndarray:
        """The numbers of a text, int64."""

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """A text again. Padding vanishes, the unknown becomes the replacement character."""

    @abstractmethod
    def lengths(self) -> np.ndarray:
        """(size,) how long each number is when spelled out, in characters, or bytes of subwords: only ratios count."""

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """Everything the tokenizer knows, as plain JSON; `from_plain` reads it back without loss."""

    def encode_points(self, points: np.ndarray) -> np.ndarray:
        """The numbers of a text given as code points."""
        return self.encode(text_of(points))
