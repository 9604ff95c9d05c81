"""Translation: a text in one language to the same text in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, cast

import numpy as np

from rnnbench.core.settings import Settings
from rnnbench.data.kinds import AnyData, Kind, Pairs, TextPairs
from rnnbench.data.settings import DataSettings
from rnnbench.data.splits import SplitName
from rnnbench.metrics.translation import (
    BLEU_BEAM,
    CHRF_BEAM,
    sentence_chrf,
    signatures,
    translation_examples,
    translation_metrics,
)
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.samples import short_alignment, shortened
from rnnbench.tasks.sequence_to_sequence.base import SequenceToSequence
from rnnbench.tasks.sequence_to_sequence.prepared import PreparedPairs
from rnnbench.tasks.translation import baselines
from rnnbench.tasks.translation.inference import Translator
from rnnbench.tasks.translation.settings import TranslationSettings

BEAM = 5
SAMPLED, SHOWN, ALIGNED = 3, 4, 2
SHOWN_WORDS = 20
"""The most words of a sentence whose alignment is shown."""


class Translation(SequenceToSequence):
    """An encoder-decoder with attention over subwords of both languages.

    Selected by bits per character of the target. At the confirmation also BLEU and chrF of greedy search and of beam
    search with 5 hypotheses, exact matches, and placeholders kept.
    """

    Settings: ClassVar[type[Settings]] = TranslationSettings
    data_kind: ClassVar[Kind] = "text_pairs"
    inference: ClassVar[type[Inference] | None] = Translator
    _searched: Sequence[str] = ()
    """What beam search gave for the split of the last evaluation."""

    @classmethod
    def data_settings(cls, data: DataSettings, settings: TranslationSettings) -> DataSettings:
        languages: dict[str, Any] = {"text_column": settings.source} if settings.source else {}
        languages |= {"target": (settings.target,)} if settings.target else {}
        return data.model_copy(update=languages)

    @classmethod
    def prepare(cls, data: AnyData, settings: TranslationSettings) -> PreparedPairs:
        return PreparedPairs.of(cast(TextPairs, data), settings)

    @classmethod
    def baselines_of(cls, pairs: TextPairs, *, refit: bool) -> Iterator[BaselineResult]:
        return baselines.run(pairs, refit=refit)

    def start_evaluation(self) -> None:
        super().start_evaluation()
        self._written: list[str] = []
        self._searched = ()

    def written_scores(self, split: SplitName) -> dict[str, float]:
        pairs = self.prepared.texts.named(split)
        language = self.prepared.names.target
        self._written = self._best(pairs.sources)
        scores = translation_metrics(self._written, pairs.targets, pairs.sources, language=language)
        self._searched = self._best(pairs.sources, BEAM)
        by_beam = translation_metrics(self._searched, pairs.targets, pairs.sources, language=language)
        return scores | {BLEU_BEAM.key: by_beam["bleu"], CHRF_BEAM.key: by_beam["chrf"]}

    def _best(self, sources: tuple[str, ...], beam: int = 1) -> list[str]:
        """The best translation of each source."""
        return [hypotheses[0].text for hypotheses in self.written(sources, beam=beam)]

    def examples(self) -> dict[str, ExampleScores]:
        """Bits per character of each pair; where the split was translated, also chrF and exact matches."""
        by_metric = super().examples()
        if self._written:
            references = self.prepared.texts.named(self._evaluated).targets
            by_metric |= self.in_blocks(translation_examples(self._written, references))
        return by_metric

    def details(self) -> dict[str, Any]:
        return {"signatures": signatures(self.prepared.names.target)}

    def sample(self) -> str:
        """The first texts of the validation split and their greedy translations."""
        sources = self.prepared.texts.validation.sources[:SAMPLED]
        pairs = zip(sources, self._best(sources), strict=True)
        return "".join(f"{source}\n  {translation}\n" for source, translation in pairs)

    def showcase(self) -> dict[str, Any]:
        """The best and the worst translations of test sentences by chrF, and alignments of the best."""
        pairs = self.prepared.texts.test
        was_searched = self._evaluated == "test" and len(self._searched) == len(pairs)
        outputs = self._searched if was_searched else self._best(pairs.sources, BEAM)
        scores = sentence_chrf(outputs, pairs.targets)
        order = np.argsort(-scores, kind="stable").tolist()
        differing = [row for row in order if outputs[row] != pairs.targets[row]] or order
        short = [row for row in differing if 3 < len(pairs.sources[row].split()) <= SHOWN_WORDS] or differing
        alignments = [self.alignment(pairs.sources[row], outputs[row]) for row in short[:ALIGNED]]

        def shown(rows: list[int]) -> list[dict[str, Any]]:
            return [_shown(pairs, row, outputs[row], float(scores[row])) for row in rows]

        return {
            "kind": "translations",
            "source": self.prepared.names.source,
            "target": self.prepared.names.target,
            "best": shown(differing[:SHOWN]),
            "worst": shown(order[-SHOWN:][::-1]),
            "alignments": [
                shown_alignment
                for alignment in alignments
                if alignment is not None
                and (shown_alignment := short_alignment(alignment.source, alignment.target, alignment.weights))
            ],
        }


def _shown(pairs: Pairs, row: int, output: str, score: float) -> dict[str, Any]:
    texts = {"source": pairs.sources[row], "target": pairs.targets[row], "output": output}
    return {**{name: shortened(text) for name, text in texts.items()}, "chrf": round(score, 1)}
