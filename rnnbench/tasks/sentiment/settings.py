"""Settings of sentiment: tokens, the embedding and pooling."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings


class SentimentSettings(Settings):
    """Settings of the text classifier.

    tokenizer: "auto" takes subwords where the training texts are in a script that words do not fit, such as Korean,
        Chinese, Japanese or Thai, and words elsewhere.
    max_tokens: longer texts are truncated at the end; 0 takes the length that 95 % of the training texts do not exceed,
        rounded up to a multiple of 8, from 16 to 256.
    word_dropout: share of words replaced by the unknown token in training (Iyyer et al., 2015, Deep unordered
        composition rivals syntactic methods for text classification).
    embedding_dropout: share of single features of the embeddings.
    label_smoothing: share of the target distribution that is uniform over the classes in training (Szegedy et al.,
        2016, arXiv:1512.00567).
    pooling: how the steps of a text become one vector.
    """

    tokenizer: Annotated[Literal["auto", "words", "characters", "subwords"], Group("architecture")] = "auto"
    vocabulary_size: Annotated[int, Field(ge=16)] = 10_000
    minimum_count: Annotated[int, Field(ge=1)] = 2
    lowercase: bool = True
    max_tokens: Annotated[int, Field(ge=0), Choices(32, 64, 128), Group("basics")] = 0
    embedding_size: Annotated[int, Field(ge=1), Ints(32, 128, log=True), Group("architecture")] = 64
    embedding_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.7), Group("regularization")] = 0.3
    word_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.4), Group("regularization")] = 0.1
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
    pooling: Annotated[
        Literal["last", "mean", "max", "attention"], Choices("last", "mean", "max", "attention"), Group("architecture")
    ] = "mean"
