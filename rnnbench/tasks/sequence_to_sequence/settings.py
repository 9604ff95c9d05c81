"""Settings of tasks that write a text for a text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings


class SequenceToSequenceSettings(Settings):
    """Settings of a model that reads a source and writes a target.

    tokenizer, vocabulary_size, lowercase, minimum_count: of the one vocabulary of both sides.
    max_source_tokens: longer sources are cut. max_target_tokens: longer targets are cut in training, and no longer ones
        are written; scores are always of whole targets.
    label_smoothing: share of the target distribution that is uniform over the vocabulary in training (Szegedy et al.,
        2016, arXiv:1512.00567).
    tied_embeddings: the output layer shares the embedding's weights (Press and Wolf, 2017, arXiv:1608.05859).
    attention: whether the writer attends to the steps of the source, in `attention_heads` heads; without, it is given
        their mean alone.
    summary: the steps of the writer that are given the mean of the source: its `first` (as Sutskever, Vinyals and Le,
        2014, arXiv:1409.3215, whose writer starts from the last state) or `every` one (Cho et al., 2014,
        arXiv:1406.1078).
    """

    tokenizer: Annotated[Literal["subwords", "words", "characters"], Group("architecture")] = "subwords"
    vocabulary_size: Annotated[int, Field(ge=16)] = 4000
    lowercase: bool = False
    minimum_count: Annotated[int, Field(ge=1)] = 1
    max_source_tokens: Annotated[int, Field(ge=1), Choices(32, 64, 128), Group("basics")] = 128
    max_target_tokens: Annotated[int, Field(ge=1)] = 128
    embedding_size: Annotated[int, Field(ge=1), Ints(64, 256, log=True), Group("architecture")] = 128
    embedding_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    word_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.1
    tied_embeddings: Annotated[bool, Choices(False, True), Group("architecture")] = True
    attention: Annotated[bool, Choices(False, True), Group("architecture")] = True
    summary: Literal["first", "every"] = "first"
    attention_heads: Annotated[int, Field(ge=1, le=64), Choices(1, 4, 8), Group("architecture")] = 4
