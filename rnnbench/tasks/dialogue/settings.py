"""Settings of dialogue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnbench.core.settings import Choices, Group
from rnnbench.tasks.sequence_to_sequence.settings import SequenceToSequenceSettings


class DialogueSettings(SequenceToSequenceSettings):
    """Settings of the model of replies.

    context_turns: the last turns that are read, where the data have several.
    ranking: whether the confirmation ranks candidates for hits@k, which scores ten replies to each context.
    """

    context_turns: Annotated[int, Field(ge=1, le=20), Choices(1, 3), Group("basics")] = 1
    ranking: bool = True
