"""Settings of translation."""

from __future__ import annotations

from rnnbench.tasks.sequence_to_sequence.settings import SequenceToSequenceSettings


class TranslationSettings(SequenceToSequenceSettings):
    """Settings of the translator.

    source, target: the languages, such as `en` and `de`, of a data set that has several; empty for its own choice. Of
    the user's own file they are columns.
    """

    source: str = ""
    target: str = ""
