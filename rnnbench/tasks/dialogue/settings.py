"""Settings of dialogue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group
from rnnbench.tasks.sequence_to_sequence.settings import SequenceToSequenceSettings


class DialogueSettings(SequenceToSequenceSettings):
    """Settings of the model of replies.

    context_turns: the last turns that are read, where the data have several.
    context_dropout: share of training pairs whose context is left empty, so that ln p(reply | empty context) is learned
        too: candidates are ranked by what their context adds to it.
    ranking: whether the confirmation ranks candidates for hits@k, which scores ten replies to each context.
    """

    context_turns: Annotated[int, Field(ge=1, le=20), Choices(1, 3), Group("basics")] = 1
    context_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.1
    ranking: bool = True
