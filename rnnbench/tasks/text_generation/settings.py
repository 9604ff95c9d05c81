"""Settings of text generation: tokens, windows and regularization of the embedding."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings


class TextGenerationSettings(Settings):
    """Settings of the language model.

    window: length in tokens of truncated backpropagation through time.
    carry_state: start each training window from the state after the one before; otherwise from the initial state.
    state_reset: probability that a training window starts from the initial state even so, on average once every
        `window` / `state_reset` tokens, so that texts without context are learned too. Source: the code of Melis,
        Kocisky and Blunsom (2020), Mogrifier LSTM, arXiv:1909.01792.
    embedding_deviation: standard deviation of the embedding's initial weights; None is 0.1.
    word_dropout: share of the vocabulary whose embeddings are zero for a whole batch (Gal and Ghahramani, 2016,
        arXiv:1512.05287). embedding_dropout: share of single features of the embeddings.
    label_smoothing: share of the target distribution that is uniform over the vocabulary in training (Szegedy et al.,
        2016, Rethinking the inception architecture, arXiv:1512.00567).
    tied_embeddings: the output layer shares the embedding's weights, after a linear map where sizes differ (Press and
        Wolf, 2017, arXiv:1608.05859; Inan et al., 2017, arXiv:1611.01462).
    """

    tokenizer: Annotated[Literal["characters", "subwords", "words"], Group("architecture")] = "characters"
    vocabulary_size: Annotated[int, Field(ge=16)] = 1024
    embedding_size: Annotated[int, Field(ge=1), Ints(32, 128, log=True), Group("architecture")] = 64
    embedding_deviation: Annotated[
        float | None, Field(gt=0, le=3), Floats(0.1, 1.0, log=True), Group("architecture")
    ] = None
    embedding_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    word_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
    tied_embeddings: Annotated[bool, Choices(False, True), Group("architecture")] = False
    window: Annotated[int, Field(ge=2), Choices(16, 32, 64, 128), Group("basics")] = 64
    carry_state: bool = True
    state_reset: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("regularization")] = 0.0
