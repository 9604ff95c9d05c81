"""Translate texts with a trained model."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc
from rnnbench.tasks.inference import CanTranslate, Translation

MOST_HYPOTHESES = 100


class Translator(CanTranslate):
    """A trained translator.

    text ─► tokens ─► reader ─► memory ─► writer, beam search ─► tokens ─► text
    """

    @property
    def languages(self) -> tuple[str, str]:
        names = self.prepared.names
        return names.source, names.target

    def translations(
        self, texts: Sequence[str], *, beam: int = 5, best: int = 1, attention: bool = False
    ) -> list[Translation]:
        if not 1 <= beam <= MOST_HYPOTHESES:
            raise RnnbenchError(f"the beam must be from 1 to {MOST_HYPOTHESES}, not {beam}")
        if not 1 <= best <= beam:
            raise RnnbenchError(f"--best must be from 1 to the beam of {beam}, not {best}")
        if attention and not self.settings.attention:
            raise RnnbenchError(
                f"{self.record.name} was trained with task.attention=false: it has no attention to draw"
            )
        sources = [" ".join(nfc(text).split()) for text in texts]
        if "" in sources:
            raise RnnbenchError(f"text {sources.index('') + 1} is empty: type the text to translate")
        return [
            Translation(
                source,
                tuple(hypotheses),
                self.task.alignment(source, hypotheses[0].text) if attention else None,
            )
            for source, hypotheses in zip(sources, self.task.written(sources, beam=beam, best=best), strict=True)
        ]
