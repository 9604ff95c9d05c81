"""Token ids of dialogues: of a long context, the last turns and tokens are kept."""

from __future__ import annotations

from typing import Any, ClassVar

from rnnbench.data.kinds import Pairs
from rnnbench.data.pairs import Side
from rnnbench.tasks.sequence_to_sequence.prepared import PreparedPairs


class PreparedDialogue(PreparedPairs):
    """Token ids and texts of contexts and replies, split by split."""

    keep: ClassVar[Side] = "end"

    @classmethod
    def texts_of(cls, pairs: Pairs, settings: Any) -> Pairs:
        """The pairs with the last `context_turns` turns of each context."""
        contexts = ("\n".join(context.split("\n")[-settings.context_turns :]) for context in pairs.sources)
        return Pairs(tuple(contexts), pairs.targets)

    @classmethod
    def texts_depend_on(cls, settings: Any) -> tuple[Any, ...]:
        return (settings.context_turns,)
